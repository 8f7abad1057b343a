/** One boot from nothing: an ISO made for it, booted in QEMU, its log read. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { type Engine } from "./engines.ts";
import { KernelLog } from "./kernel_log.ts";
import { type Loader, buildIso } from "./loaders.ts";
import { runScript, withDirectory } from "./scripts.ts";

export interface BootOptions {
  /** `wasm3` if not given. */
  readonly engine?: Engine;
  /** Arguments for scripts/build_iso.sh besides loader and engine. */
  readonly iso?: readonly string[];
  /** Arguments for scripts/run_qemu_ovmf.sh besides the ISO and the log. */
  readonly run?: readonly string[];
}

export interface Boot {
  /** The exit status of scripts/run_qemu_ovmf.sh. */
  readonly status: number | null;
  readonly log: KernelLog;
}

/** Makes an ISO, boots it and reads the log; 60 seconds are enough for the slowest machine. */
export async function boot(
  loader: Loader,
  { engine = "wasm3", iso = [], run = ["60"] }: BootOptions,
): Promise<Boot> {
  return withDirectory(async (work) => {
    const file = join(work, "test.iso");
    const made = await buildIso(loader, ["--engine", engine, "-o", file, ...iso]);
    expect(made, made.stderr).toMatchObject({ status: 0 });
    const log = join(work, "serial.log");
    const { status, stdout } = await runScript("run_qemu_ovmf", [file, ...run, "--log", log]);
    const text = readFileSync(log, "utf8");
    expect(stdout, "screen and log differ").toBe(text);
    return { status, log: new KernelLog(text) };
  });
}
