/**
 * How long the kernel takes to start, by size of memory, in the simulated machine.
 *
 * The clock is this computer's own, and the machine under the kernel is TypeScript: what the figures
 * show is how the time grows with memory, not what hardware would take.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FRAME_BYTES } from "../abi/frame.ts";
import { MemoryType } from "../abi/memory_type.ts";
import { MmStat } from "../abi/mm_stat.ts";
import { Machine } from "../sim/machine.ts";
import { type MemoryMapEntry } from "../sim/memory_map.ts";
import { ROOT } from "./modules.ts";
import { type StartUpResult } from "./results.ts";
import { type Run } from "../tools/judge/contract.ts";
import { plainRuns } from "./seeding.ts";
import { summarise } from "../tools/judge/workloads/statistics.ts";

const FRAME = BigInt(FRAME_BYTES);

/** The kernel that ships, which the build has made. */
export const KERNEL = join(ROOT, "builddir/kernel.wasm");

/** The shims that ship, one of each engine. */
export const SHIM = join(ROOT, "builddir/shim.elf");
export const SHIM_AOT = join(ROOT, "builddir/shim-aot.elf");

/** What the results call the machine. */
const SIMULATED = "simulated, real time";

/** Boots that count, after as many that do not. */
const BOOTS = 3;

/** GiB of memory, and what results call the machine. */
const SIZES: readonly (readonly [gibibytes: number, name: string])[] = [
  [0.5, "512 MiB"],
  [4, "4 GiB"],
  [64, "64 GiB"],
  [1024, "1 TiB"],
];

/** A boot's times in microseconds, read from its log, and how much memory the module used. */
export interface BootTimes {
  readonly handoff: number;
  /** From the log's first line to the started line. */
  readonly started: number;
  readonly linearBytes: number;
}

const STAMP = /^\[ *(\d+)\.(\d{6})\] /;

function stampOf(line: string): number | null {
  const match = STAMP.exec(line);
  return match && Number(match[1]) * 1e6 + Number(match[2]);
}

/** Reads a log; throws an Error if the kernel did not start or says no times. */
export function bootTimes(log: readonly string[]): BootTimes {
  const first = log.map(stampOf).find((stamp) => stamp !== null);
  const last = log.find((line) => line.endsWith("boot: SlopOS Kernel Started!"));
  const started = last === undefined ? null : stampOf(last);
  const handoff = log
    .map((line) => / runtime allocator initialized: .*\belapsed_us=(\d+)/.exec(line))
    .find((match) => match);
  const linear = log
    .map((line) => / mm: ready: .*\blinear_bytes=(\d+)/.exec(line))
    .find((match) => match);
  if (first === undefined || first === null || started === null || !handoff || !linear) {
    throw new Error(`the kernel did not start; its log ends with: ${log.at(-1) ?? "nothing"}`);
  }
  return {
    handoff: Number(handoff[1]),
    started: started - first,
    linearBytes: Number(linear[1]),
  };
}

function entriesOf(runs: readonly Run[]): MemoryMapEntry[] {
  return runs.map(({ start, count }) => ({
    base: BigInt(start) * FRAME,
    length: BigInt(count) * FRAME,
    type: MemoryType.USABLE,
  }));
}

function startUpOn(module: WebAssembly.Module, gibibytes: number, memory: string): StartUpResult {
  const memoryMap = entriesOf(plainRuns(gibibytes));
  const times: BootTimes[] = [];
  let metadata = 0;
  for (let boot = 0; boot < 2 * BOOTS; ++boot) {
    const { log, kernel } = new Machine({ memoryMap, clock: "real" }).boot(module);
    if (boot >= BOOTS) times.push(bootTimes(log));
    metadata = kernel.mmStat(MmStat.METADATA_BYTES) / kernel.mmStat(MmStat.MANAGED);
  }
  return {
    machine: SIMULATED,
    memory,
    handoff: summarise(times.map(({ handoff }) => handoff)).median,
    started: summarise(times.map(({ started }) => started)).median,
    metadataBytesPerFrame: metadata,
  };
}

/** Boots the kernel on machines of every size. */
export function measureStartUp(note: (text: string) => void): StartUpResult[] {
  const module = new WebAssembly.Module(readFileSync(KERNEL));
  return SIZES.map(([gibibytes, name]) => {
    note(`start-up: ${name}, simulated`);
    return startUpOn(module, gibibytes, name);
  });
}
