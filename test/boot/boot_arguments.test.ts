/** What scripts/boot.sh makes of its arguments; stand-ins play all that it runs. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { withScripts } from "./checkout.ts";
import { type Outcome, runScript } from "./scripts.ts";

const SAYS = '#!/bin/sh\necho "$(basename "$0") $*"\n';

const FILES = {
  "scripts/setup.sh": SAYS,
  "scripts/build.sh": SAYS,
  "scripts/get_limine.sh": SAYS,
};

/** The last arguments that run_qemu_ovmf.sh gets, besides the ISO; what does the rest is played. */
function given(args: readonly string[]): Promise<string | undefined> {
  const steps = { "scripts/build_iso.sh": SAYS, "scripts/run_qemu_ovmf.sh": SAYS };
  return withScripts({ ...FILES, ...steps }, async (root) => {
    const { status, stdout, stderr } = await runScript("boot", args, { root });
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/^setup\.sh build iso machine\nbuild\.sh \n/);
    return /^run_qemu_ovmf\.sh .*slop\.iso(.*)$/m.exec(stdout)?.[1]?.trim();
  });
}

describe("the machine is ended", () => {
  it.each([
    ["after a minute", [], "60"],
    ["after a minute, where SECONDS is empty", [""], "60"],
    ["after SECONDS", ["--bios", "7", "--memory", "64"], "7 --bios --memory 64"],
    ["never, with a debugger", ["--gdb"], "--gdb"],
    ["after SECONDS, with a debugger after them", ["9", "--gdb"], "9 --gdb"],
    ["after SECONDS, with a debugger before them", ["--gdb", "9"], "9 --gdb"],
  ])("%s", async (_, args, expected) => {
    expect(await given(args)).toBe(expected);
  });
});

describe("nothing is installed, built or downloaded for", () => {
  /** Runs the real scripts that read arguments, where QEMU is a stand-in. */
  function refused(args: readonly string[]): Promise<Outcome> {
    return withScripts({ ...FILES, "bin/qemu-system-x86_64": SAYS }, (root) => {
      const PATH = `${join(root, "bin")}:${process.env["PATH"]}`;
      return runScript("boot", args, { root, env: { PATH } });
    });
  }

  it.each([
    ["two times", ["10", "20"], /^boot: error: unexpected argument '20'/],
    ["an option without its value", ["--memory"], /^boot: error: --memory needs a value/],
    ["no such option", ["--frobnicate"], /^run_qemu_ovmf: error: unknown option '--frobnicate'/],
    ["a time that is a word", ["soon"], /^run_qemu_ovmf: error: SECONDS must be .*'soon'/],
    ["memory in kilobytes", ["--memory", "9K"], /^run_qemu_ovmf: error: --memory must be .*'9K'/],
    ["an unknown loader", ["--loader", "grub"], /^build_iso: error: --loader must be .*'grub'/],
    ["an unknown engine", ["--engine", "v8"], /^build_iso: error: --engine must be .*'v8'/],
    ["options of two lines", ["--options", "a\nb"], /^build_iso: error: --options must be one/],
  ])("%s", async (_, args, message) => {
    const { status, stdout, stderr } = await refused(args);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  });

  it("a dry run of build_iso.sh, which only looks at the arguments", () =>
    withScripts({}, async (root) => {
      const outcome = await runScript("build_iso", ["--dry-run", "--loader", "stub"], { root });
      expect(outcome).toEqual({ status: 0, stdout: "", stderr: "" });
    }));
});

it("each of two boots at a time boots its own ISO, and leaves none", () =>
  withScripts(
    {
      ...FILES,
      // The ISO is what was asked of it; the machine takes its time and shows it.
      "scripts/build_iso.sh":
        '#!/bin/bash\n[[ "$*" == *--dry-run ]] && exit\n[ "${@: -2:1}" = -o ] && echo "$*" >"${@: -1}"\n',
      "scripts/run_qemu_ovmf.sh":
        '#!/bin/bash\n[[ "$*" == *--dry-run ]] && exit\nsleep 1\ncat -- "$1"\n',
      "builddir/slop.iso": "",
    },
    async (root) => {
      const boots = ["a", "b", "c"].map(async (name) => {
        const { status, stdout } = await runScript("boot", ["--options", name], { root });
        expect(stdout).toContain(`--options ${name} -o `);
        expect(status).toBe(0);
      });
      await Promise.all(boots);
      expect(readFileSync(join(root, "builddir/slop.iso"), "utf8")).toMatch(/^--options [abc] -o /);
    },
  ));
