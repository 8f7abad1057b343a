/** What scripts/build.sh makes of the build folder that it finds; stand-ins play meson and ninja. */

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { withScripts } from "./checkout.ts";
import { ROOT, runScript } from "./scripts.ts";

/** Meson says what it was asked for, ninja fails if another one runs. */
const TOOLS = {
  "bin/meson": '#!/bin/sh\necho "meson $*"\n',
  "bin/ninja": "#!/bin/sh\nmkdir busy || exit 9\nsleep 0.5\nrmdir busy\n",
};

const configuredFor = (source: string) => ({
  "builddir/build.ninja": "",
  "builddir/meson-info/meson-info.json": JSON.stringify({ directories: { source } }),
});

function build(root: string) {
  return runScript("build", [], {
    root,
    env: { PATH: `${join(root, "bin")}:${process.env["PATH"]}` },
  });
}

describe("build.sh configures a build folder", () => {
  it("that is not there", () =>
    withScripts(TOOLS, async (root) => {
      expect(await build(root)).toEqual({
        status: 0,
        stdout: "meson setup builddir\n",
        stderr: "",
      });
    }));

  it.each([ROOT, "/nowhere/checkout"])("anew that was configured for %j", (source) =>
    withScripts({ ...TOOLS, ...configuredFor(source) }, async (root) => {
      const { status, stdout, stderr } = await build(root);
      expect(stdout).toBe(`meson setup --reconfigure builddir ${root}\n`);
      expect(stderr).toContain("builddir was configured for another checkout; configuring it anew");
      expect(status).toBe(0);
    }),
  );

  it("not again that is its own", () =>
    withScripts(TOOLS, async (root) => {
      for (const [name, text] of Object.entries(configuredFor(join(root, "scripts/..")))) {
        mkdirSync(join(root, name, ".."), { recursive: true });
        writeFileSync(join(root, name), text);
      }
      expect(await build(root)).toEqual({ status: 0, stdout: "", stderr: "" });
    }));
});

it("build.sh runs one at a time", () =>
  withScripts(TOOLS, async (root) => {
    for (const { status } of await Promise.all([build(root), build(root), build(root)])) {
      expect(status).toBe(0);
    }
    expect(existsSync(join(root, "busy"))).toBe(false);
  }));
