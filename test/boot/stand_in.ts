/** A stand-in for QEMU: a shell script that plays a machine, so that none needs to boot. */

import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Outcome, type RunOptions, runScript, withDirectory } from "./scripts.ts";

/** The line with which a kernel says that it started. */
export const STARTED = "[    0.000001] boot: SlopOS Kernel Started!";

/** A machine on which a kernel starts and ends with success. */
export const PASSES = `echo '${STARTED}'; exit 33`;

export interface Played extends Outcome {
  /** The file that the log went to, empty if there is none. */
  readonly log: string;
}

export interface PlayOptions extends RunOptions {
  /** What `--log` names; makes it in the directory given, if it has to be there. */
  readonly log?: (work: string) => string;
}

/** Calls `use` with a PATH on which `qemu`, a shell script, is QEMU, and with a directory and an ISO. */
export function withStandIn<T>(
  qemu: string,
  use: (path: string, work: string, iso: string) => Promise<T>,
): Promise<T> {
  return withDirectory(async (work) => {
    const program = `#!/bin/bash\n${qemu}\n`;
    writeFileSync(join(work, "qemu-system-x86_64"), program, { mode: 0o755 });
    const iso = join(work, "a.iso");
    writeFileSync(iso, "an ISO");
    return use(`${work}:${process.env["PATH"]}`, work, iso);
  });
}

/** Runs scripts/run_qemu_ovmf.sh with `qemu`, a shell script, in QEMU's place. */
export async function play(
  qemu: string,
  args: readonly string[] = [],
  { log: makeLog = (work) => join(work, "a.log"), ...options }: PlayOptions = {},
): Promise<Played> {
  return withStandIn(qemu, async (PATH, work, iso) => {
    const log = makeLog(work);
    const outcome = await runScript("run_qemu_ovmf", [iso, ...args, "--log", log], {
      ...options,
      env: { PATH, ...options.env },
    });
    const isFile = existsSync(log) && statSync(log).isFile();
    return { ...outcome, log: isFile ? readFileSync(log, "utf8") : "" };
  });
}
