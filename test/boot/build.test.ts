/** What scripts/build.sh makes of the build folder that it finds; stand-ins play meson and ninja. */

import { cpSync, existsSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { withScripts } from "./checkout.ts";
import { type Outcome, runScript, withDirectory, withPathLacking } from "./scripts.ts";

/** What meson leaves in the build folder. */
const DATA = "builddir/meson-private/coredata.dat";

/** Meson says what it was asked for; ninja knows a target, and fails if another one builds. */
const TOOLS = {
  "bin/meson": `#!/bin/sh
mkdir -p builddir/meson-private
echo data >${DATA}
echo 'build shim.elf' >builddir/build.ninja
echo "meson $*"
`,
  "bin/ninja": `#!/bin/sh
if [ "$4" = query ]; then exec grep -q "build $5" "$2/build.ninja"; fi
if [ "$4" = clean ]; then exec rm -f "$2/kernel.wasm"; fi
mkdir busy || exit 9
sleep 0.5
rmdir busy
`,
};

/** A folder that meson has configured, for whatever and whomever. */
const CONFIGURED = { [DATA]: "data", "builddir/build.ninja": "build shim.elf" };

/** Runs the script with the stand-ins that are in `root`. */
function build(root: string, PATH = process.env["PATH"]): Promise<Outcome> {
  return runScript("build", [], { root, env: { PATH: `${join(root, "bin")}:${PATH}` } });
}

/** Runs the script, which has to configure anew, once. */
async function configuresAnew(
  root: string,
  PATH?: string,
  why = "is not configured for this checkout with the tools that are here",
): Promise<void> {
  const { status, stdout, stderr } = await build(root, PATH);
  expect(stdout).toBe(`meson setup --reconfigure builddir ${root}\n`);
  expect(stderr).toBe(`build: builddir ${why}; configuring it\n`);
  expect(status).toBe(0);
  expect(await build(root, PATH)).toEqual({ status: 0, stdout: "", stderr: "" });
}

/** Writes a wasm2c of some version to the stand-ins of `root`. */
function install(root: string, version: string): void {
  writeFileSync(join(root, "bin/wasm2c"), `#!/bin/sh\necho ${version}\n`, { mode: 0o755 });
}

describe("build.sh configures a build folder", () => {
  it("that is not there, once", () =>
    withScripts(TOOLS, async (root) => {
      expect(await build(root)).toEqual({
        status: 0,
        stdout: "meson setup builddir\n",
        stderr: "build: builddir is not configured; configuring it\n",
      });
      expect(await build(root)).toEqual({ status: 0, stdout: "", stderr: "" });
    }));

  it("anew that somebody else configured", () =>
    withScripts({ ...TOOLS, ...CONFIGURED }, (root) => configuresAnew(root)));

  it.each(["", "build shim", undefined])("anew whose build.ninja is damaged: %j", (text) =>
    withScripts(TOOLS, async (root) => {
      await build(root);
      const manifest = join(root, "builddir/build.ninja");
      if (text === undefined) rmSync(manifest);
      else writeFileSync(manifest, text);
      await configuresAnew(root, undefined, "is damaged");
    }),
  );

  it("from nothing that has lost what meson knew of it", () =>
    withScripts(TOOLS, async (root) => {
      await build(root);
      rmSync(join(root, DATA));
      expect((await build(root)).stdout).toBe("meson setup builddir\n");
    }));

  it("anew that came with a copy of another checkout", () =>
    withScripts(TOOLS, async (root) => {
      await build(root);
      await withDirectory(async (copy) => {
        cpSync(root, copy, { recursive: true });
        await configuresAnew(copy);
      });
    }));

  it("anew where a tool has come, has another version, is somewhere else or has gone", () =>
    withPathLacking(["wasm2c"], (PATH) =>
      withScripts(TOOLS, async (root) => {
        await build(root, PATH);
        install(root, "1.0.31");
        await configuresAnew(root, PATH);
        install(root, "1.0.32");
        await configuresAnew(root, PATH);
        writeFileSync(join(root, "bin/clang"), "", { mode: 0o755 });
        await configuresAnew(root, PATH);
        rmSync(join(root, "bin/wasm2c"));
        await configuresAnew(root, PATH);
      }),
    ));

  it("again where that failed", () =>
    withScripts({ ...TOOLS, ...CONFIGURED }, async (root) => {
      const meson = join(root, "bin/meson");
      writeFileSync(meson, "#!/bin/sh\nexit 7\n");
      const { status, stderr } = await build(root);
      expect(stderr).toMatch(
        /could not configure builddir; .*, remove builddir and run this script/,
      );
      expect(status).toBe(1);
      writeFileSync(meson, TOOLS["bin/meson"]);
      await configuresAnew(root);
    }));
});

it("build.sh builds anew what is from the future, and nothing else", () =>
  withScripts(TOOLS, async (root) => {
    await build(root);
    const kernel = join(root, "builddir/kernel.wasm");
    writeFileSync(kernel, "");
    utimesSync(kernel, 1e9, 1e9);
    expect(await build(root)).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(existsSync(kernel)).toBe(true);
    for (const file of [kernel, join(root, DATA)]) utimesSync(file, 4323456000, 4323456000);
    const { status, stderr } = await build(root);
    expect(stderr).toMatch(/^build: builddir.* is from the future; building everything anew\n$/);
    expect(status).toBe(0);
    expect(existsSync(kernel)).toBe(false);
    expect(await build(root)).toEqual({ status: 0, stdout: "", stderr: "" });
  }));

it("build.sh without node says so, and nothing of the build folder", () =>
  withPathLacking(["node"], (PATH) =>
    withScripts({ ...TOOLS, ...CONFIGURED }, async (root) => {
      const { status, stderr } = await build(root, PATH);
      expect(stderr).toMatch(/^build: error: node is not installed; [^\n]*\n$/);
      expect(status).toBe(3);
    }),
  ));

it("build.sh runs one at a time", () =>
  withScripts(TOOLS, async (root) => {
    for (const { status } of await Promise.all([build(root), build(root), build(root)])) {
      expect(status).toBe(0);
    }
    expect(existsSync(join(root, "busy"))).toBe(false);
  }));
