/**
 * What a script has started ends with it. Each signal goes to the script alone, as from `kill`; that
 * no process and no file is left is checked after every run of a script.
 */

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { withScripts } from "./checkout.ts";
import { type Outcome, runScript, withPathLacking } from "./scripts.ts";

const NOTHING = "#!/bin/sh\n";
/** Runs for ever, unless it is only to look at its arguments. */
const WAITS = '#!/bin/bash\n[[ "$*" != *--dry-run ]] || exit 0\necho it runs\nexec sleep 1000\n';

const SIGNALS = [
  ["SIGTERM", 143],
  ["SIGHUP", 143],
  ["SIGINT", 130],
  ["SIGQUIT", 131],
] as const;

/** The scripts that boot.sh runs before the machine, where there is no Limine. */
const STEPS = ["setup", "build", "get_limine", "build_iso"];

/** Runs script `name` and sends it `signal` as soon as something says that it runs. */
function interrupted(
  name: string,
  signal: NodeJS.Signals,
  root: string,
  bin = join(root, "bin"),
  args: readonly string[] = [],
): Promise<Outcome> {
  return runScript(name, args, {
    root,
    env: { PATH: `${bin}:${process.env["PATH"]}`, SLOPOS_SYSTEM_PACKAGES: "provided" },
    onStart: (child) =>
      child.stdout?.on("data", (text: string) => {
        if (text.includes("it runs")) child.kill(signal);
      }),
  });
}

/** A checkout in which boot.sh comes to the machine at once, which then runs for ever. */
const BOOTING = {
  "scripts/setup.sh": NOTHING,
  "scripts/build.sh": NOTHING,
  "scripts/get_limine.sh": NOTHING,
  "scripts/build_iso.sh": NOTHING,
  "builddir/slop.iso": "an ISO",
  "bin/qemu-system-x86_64": WAITS,
};

describe.each(SIGNALS)("%s", (signal, expected) => {
  it.each(STEPS)("to boot.sh ends %s.sh", (step) =>
    withScripts(
      {
        ...Object.fromEntries(STEPS.map((name) => [`scripts/${name}.sh`, NOTHING])),
        [`scripts/${step}.sh`]: WAITS,
      },
      async (root) => {
        expect((await interrupted("boot", signal, root)).status).toBe(expected);
      },
    ),
  );

  it("to boot.sh ends the machine", () =>
    withScripts(BOOTING, async (root) => {
      expect((await interrupted("boot", signal, root)).status).toBe(expected);
    }));

  it.each([
    ["meson", { "bin/meson": WAITS, "bin/ninja": NOTHING }],
    ["ninja", { "bin/meson": "#!/bin/sh\nmkdir builddir\n", "bin/ninja": WAITS }],
  ])("to build.sh ends %s", (_, files) =>
    withScripts(files, async (root) => {
      expect((await interrupted("build", signal, root)).status).toBe(expected);
    }),
  );

  it("to setup.sh ends npm, and leaves node_modules as it was", () =>
    withScripts(
      {
        "bin/npm": WAITS,
        "package.json": "{}",
        "package-lock.json": '{"packages": {"node_modules/a": {"version": "1.0.0"}}}',
        "node_modules/a/index.js": "it works",
      },
      async (root) => {
        const before = readdirSync(root);
        expect((await interrupted("setup", signal, root)).status).toBe(expected);
        expect(readdirSync(root)).toEqual(before);
        expect(existsSync(join(root, "node_modules/a/index.js"))).toBe(true);
      },
    ));

  it("to build_iso.sh leaves no file", () =>
    withPathLacking(["xorriso"], (bin) =>
      withScripts(
        {
          "builddir/shim.elf": "a",
          "builddir/kernel.wasm": "b",
          "builddir/BOOTX64.EFI": "c",
          "builddir/THIRD-PARTY.txt": "d",
          LICENSE: "e",
          "iso/limine.conf": "/SlopOS\n",
          "bin/xorriso": "#!/bin/bash\necho it runs >&3\nsleep 1\n",
        },
        async (root) => {
          const { status } = await runScript("build_iso", ["--loader", "stub"], {
            root,
            env: { PATH: `${join(root, "bin")}:${bin}` },
            line: 'exec "$0" "$@" 3>&1',
            onStart: (child) => child.stdout?.once("data", () => child.kill(signal)),
          });
          expect(status).toBe(expected);
          expect(readdirSync(join(root, "builddir")).sort()).toEqual([
            "BOOTX64.EFI",
            "THIRD-PARTY.txt",
            "kernel.wasm",
            "shim.elf",
          ]);
        },
      ),
    ));
});

describe("SIGKILL, which no script can know of,", () => {
  it.each(STEPS)("to boot.sh ends %s.sh", (step) =>
    withScripts({ ...BOOTING, [`scripts/${step}.sh`]: WAITS }, async (root) => {
      expect((await interrupted("boot", "SIGKILL", root)).status).toBeNull();
    }),
  );

  it.each(["boot", "run_qemu_ovmf"])("to %s.sh ends the machine, and leaves no file", (name) =>
    withScripts(BOOTING, async (root) => {
      const args = name === "boot" ? [] : [join(root, "builddir/slop.iso"), "--gdb"];
      expect((await interrupted(name, "SIGKILL", root, undefined, args)).status).toBeNull();
    }),
  );
});
