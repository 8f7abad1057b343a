/** A checkout can lie at any path: it builds there, once; or the build says what is in the way. */

import { execFileSync } from "node:child_process";
import { statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { withSources } from "./checkout.ts";
import { runScript } from "./scripts.ts";

/** Whatever make, ninja, meson, the shell or a depfile might read as something else. */
const ODD = "-a'b\"c$d#e%f g;h&i|j*k[l]m:n`o~p^q{r}s!t<u>v=w,x(y)zü ${HOME} %5%\t ";

describe("a checkout at an odd path", () => {
  it("is built once, and again as far as something changes", { timeout: 300_000 }, () =>
    withSources(ODD, async (root) => {
      const build = async () => {
        const { status, stdout, stderr } = await runScript("build", [], { root });
        expect(status, stdout + stderr).toBe(0);
        return stdout.replace(/^ninja: Entering .*\n/, "");
      };
      // Node alone makes the very kernel that the build takes, and nobody compiles it twice.
      const compile = () =>
        execFileSync("node", ["scripts/compile_kernel.mjs"], { cwd: root, encoding: "utf8" });
      const kernel = () => statSync(join(root, "builddir/kernel.wasm")).ino;
      expect(compile()).toContain("compiling the kernel");
      const first = kernel();
      expect(await build()).toContain("Generating shim.elf ");
      // A compiled kernel takes the place of the file as a new one.
      expect(kernel()).toBe(first);
      expect(compile()).toBe("");
      expect(await build()).toBe("ninja: no work to do.\n");
      const now = Date.now() / 1000;
      utimesSync(join(root, "src/boot/log.ts"), now, now);
      const changed = await build();
      expect(changed).toContain("Generating kernel.wasm ");
      expect(changed).not.toContain("Generating shim.elf ");
      utimesSync(join(root, "shim/cpu.h"), now, now);
      const shim = await build();
      expect(shim).toContain("Generating shim.elf ");
      expect(shim).not.toContain("Generating kernel.wasm ");
      expect(await build()).toBe("ninja: no work to do.\n");
    }),
  );

  it.each([
    ["@", "an @"],
    ["\\", "a backslash"],
    ["?", "a question mark"],
    ["\n", "a line break"],
  ])("with %j is refused by name", (character, name) =>
    withSources(`a${character}b`, async (root) => {
      const { status, stdout } = await runScript("build", [], { root });
      expect(stdout).toContain(`The path of this checkout has ${name}, which the build cannot`);
      expect(status).toBe(1);
    }),
  );
});
