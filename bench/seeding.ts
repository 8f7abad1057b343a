/**
 * What it takes to put a machine's memory under management: tables, and time from zeroed tables to
 * allocators that own every frame.
 *
 * Clearing the tables is not counted for the kernel: it gets fresh linear memory, which is zero. The
 * peers write a record for each frame, and that is what is counted for them.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type MemoryMapFile } from "../sim/memory_map.ts";
import { type Run } from "../tools/judge/contract.ts";
import { recordedRuns } from "../tools/judge/workloads/recorded_runs.ts";
import { ROOT } from "./modules.ts";
import { REFERENCE, SUBJECT } from "./allocators.ts";
import { type SeedingResult } from "./results.ts";
import { summarise } from "../tools/judge/workloads/statistics.ts";
import { V8Instance } from "./v8_engine.ts";
import { WorkloadError } from "../tools/judge/workloads/workloads.ts";

export interface SeedingMap {
  readonly name: string;
  readonly runs: readonly Run[];
}

const FRAMES_PER_MIB = 256;
const FRAMES_PER_GIB = 1024 * FRAMES_PER_MIB;

/** Where PCI windows end and the memory goes on that lies below them. */
const LOW_END = 3 * FRAMES_PER_GIB;
const HIGH_START = 4 * FRAMES_PER_GIB;

/** A machine of `gibibytes` as PCs lay it out: 640 KiB, then 3 GiB at most, the rest from 4 GiB on. */
export function plainRuns(gibibytes: number): Run[] {
  const frames = gibibytes * FRAMES_PER_GIB;
  const low = Math.min(frames, LOW_END);
  const runs = [
    { start: 1, count: 159 },
    { start: FRAMES_PER_MIB, count: low - FRAMES_PER_MIB },
  ];
  // What the window hides is found above it, but for the end of 16 TiB, which no frame number has.
  const high = Math.min(frames - low, 2 ** 32 - HIGH_START);
  return high ? [...runs, { start: HIGH_START, count: high }] : runs;
}

function recorded(name: string, file: string): SeedingMap {
  const text = readFileSync(join(ROOT, "test/memmaps", `${file}.json`), "utf8");
  return { name, runs: recordedRuns(JSON.parse(text) as MemoryMapFile) };
}

/** The maps, recorded ones where there is one of that size. */
export function seedingMaps(): SeedingMap[] {
  return [
    recorded("512 MiB", "limine-ovmf-512m"),
    recorded("4 GiB", "limine-ovmf-4g"),
    { name: "64 GiB", runs: plainRuns(64) },
    recorded("768 GiB, 8 nodes", "dell-r7625-768g-8node"),
    { name: "1 TiB", runs: plainRuns(1024) },
    { name: "16 TiB", runs: plainRuns(16 * 1024) },
  ];
}

/** Samples of a map; fewer where clearing the tables in between takes long. */
function samplesFor(frames: number): number {
  return Math.max(5, Math.min(1001, Math.floor(2 ** 30 / frames) | 1));
}

function framesOf(runs: readonly Run[]): number {
  return runs.reduce((sum, { count }) => sum + count, 0);
}

function seedKernel(module: string, { name, runs }: SeedingMap): SeedingResult {
  const instance = new V8Instance(module);
  const call = (...args: [string, ...number[]]) => instance.callNow(...args);
  const list = call("run_list", runs.length).value;
  const words = new Uint32Array(instance.memory.buffer, list, runs.length * 2);
  runs.forEach(({ start, count }, index) => words.set([start, count], index * 2));
  const frames = framesOf(runs);
  const samples: number[] = [];
  let tableBytes = 0;
  for (let left = samplesFor(frames) * 2; left > 0; --left) {
    tableBytes = call("prepare", runs.length, 0).value;
    const { value, nanoseconds } = call("seed", runs.length);
    if (value) throw new WorkloadError(`seeding ${name}: error code ${value}`);
    samples.push(nanoseconds);
  }
  // The first half ran while V8 still compiled.
  const time = summarise(samples.slice(samples.length / 2));
  return { allocator: SUBJECT, map: name, frames, tableBytes, time };
}

/** Largest machine on which the reference's records are made, in frames: 200 MB of them. */
const REFERENCE_FRAMES = 2 ** 24;

/** Frames are rounded down to what the reference's largest blocks make up. */
function seedReference(module: string, { name, runs }: SeedingMap): SeedingResult[] {
  const frames = framesOf(runs) & ~1023;
  if (framesOf(runs) > REFERENCE_FRAMES) return [];
  const instance = new V8Instance(module);
  let tableBytes = 0;
  const samples = Array.from({ length: 7 }, () => {
    const { value, nanoseconds } = instance.callNow("init", frames);
    tableBytes = value;
    return nanoseconds;
  });
  const time = summarise(samples.slice(2));
  return [{ allocator: REFERENCE, map: name, frames, tableBytes, time }];
}

/** Seeds every map. */
export function measureSeeding(
  modules: ReadonlyMap<string, string>,
  note: (text: string) => void,
): SeedingResult[] {
  return seedingMaps().flatMap((map) => {
    note(`seeding: ${map.name}`);
    return [
      seedKernel(modules.get("kernel")!, map),
      ...seedReference(modules.get(REFERENCE)!, map),
    ];
  });
}
