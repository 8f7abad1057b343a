/** scripts/boot_table.mjs with stand-ins for the scripts that make an ISO and boot it. */

import { describe, expect, it } from "vitest";
import { withScripts } from "./checkout.ts";
import { type Outcome, type RunOptions, runScript } from "./scripts.ts";

const NOTHING = "#!/bin/sh\n";
/** Says on the table's standard output that it runs. */
const WAITS = "#!/bin/sh\necho it runs >/proc/$PPID/fd/1\nexec sleep 1000\n";
const RESETS = "#!/bin/sh\necho 'run_qemu_ovmf: error: it reset | again; see log' >&2\nexit 1\n";

/** Runs the table with `build` and `boot` in the place of the two scripts. */
function table(
  [build, boot]: readonly [string, string],
  args: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  const files = { "scripts/build_iso.sh": build, "scripts/run_qemu_ovmf.sh": boot };
  return withScripts(files, (root) =>
    runScript("boot", args, {
      root,
      line: 'exec node "${0%/*}/boot_table.mjs" "$@" > >(exec env -u TMPDIR cat)',
      ...options,
      env: { LIMINE_DIRS: "", ...options.env },
    }),
  );
}

describe("the table", () => {
  it("has a cell for each boot, and says by its status whether all passed", async () => {
    const passed = await table([NOTHING, NOTHING], ["--sizes", "64"]);
    expect(passed.stdout.replace(/\d+ s/g, "0 s")).toBe(
      "| loader | 64 MB, max | 64 MB, qemu64 | BIOS, CD | UEFI, USB disk |\n" +
        "| --- | --- | --- | --- | --- |\n" +
        "| stub | pass, 0 s | pass, 0 s | not made for it | pass, 0 s |\n",
    );
    expect(passed.status).toBe(0);
    const failed = await table([NOTHING, RESETS], ["--sizes", "64"]);
    expect(failed.stdout).toContain("| run_qemu_ovmf: error: it reset \\| again |");
    expect(failed.status).toBe(1);
  });

  it.each([
    [["--sizes", "64,lots"], {}, /^boot_table: --sizes takes mebibytes/],
    [["--frobnicate"], {}, /^boot_table: Unknown option '--frobnicate'/],
    [["--releases", "7.13"], {}, /^boot_table: no loader has '7\.13' in its name; see LIMINE_DIRS/],
    [[], { LIMINE_DIRS: "/nowhere" }, /^boot_table: \/nowhere\/BOOTX64\.EFI is not there; /],
  ])("of %j with %j is refused before anything runs", async (args, env, message) => {
    const { status, stdout, stderr } = await table([WAITS, WAITS], args, { env });
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  });

  it("of an ISO that cannot be made is none", async () => {
    const { status, stdout, stderr } = await table([RESETS, NOTHING], []);
    expect(stderr).toMatch(
      /^boot_table: there is no ISO for stub: .* it reset \| again; see log\n$/,
    );
    expect({ status, stdout }).toEqual({ status: 3, stdout: "" });
  });

  it.each([
    ["SIGINT", 130],
    ["SIGQUIT", 131],
    ["SIGTERM", 143],
    ["SIGHUP", 143],
  ] as const)("that %s ends leaves no machine and no file", async (signal, expected) => {
    const { status } = await table([NOTHING, WAITS], [], {
      onStart: (child) => child.stdout?.once("data", () => child.kill(signal)),
    });
    expect(status).toBe(expected);
  });
});
