/**
 * How fast is it, how well does it pack, what does it cost? The parts of the answer, each of which a
 * worker does on its own. Beside the allocator that is judged stand this kernel's, the list buddy
 * with per-CPU pages, a bitmap, and one that does nothing: the floor.
 */

import { freeLargeRuns, usedFrames } from "./workloads/free_runs.ts";
import { type Contender, measure } from "./workloads/measure.ts";
import { ratios, type Summary, summarise } from "./workloads/statistics.ts";
import { LARGE_ORDER, Mix, type Workload, WORKLOADS } from "./workloads/workloads.ts";
import { type Run } from "./contract.ts";
import { type Journal } from "./journal.ts";
import { LoopInstance } from "./loop_instance.ts";

/** Who is measured; the one that is judged comes first. */
export interface Competitor {
  readonly id: string;
  readonly title: string;
  readonly module: WebAssembly.Module;
}

/** Ids of those that have a part of their own to play. */
export const JUDGED = "judged";
export const REFERENCE = "list_buddy_pcp";
export const FLOOR = "null";

/** What an instance is made of, and who watches. */
export interface Bench {
  readonly loops: WebAssembly.Module;
  readonly competitors: readonly Competitor[];
  readonly journal: Journal;
}

/** How thoroughly is measured. */
export interface Effort {
  /** Most frames, and fewest. */
  readonly mostFrames: number;
  readonly fewestFrames: number;
  /** Nanoseconds that using up memory frame by frame and freeing it at random may take. */
  readonly fillLimit: number;
  /** Rounds that count, and the least time of a sample in nanoseconds. */
  readonly rounds: number;
  readonly sampleTime: number;
  /** Sizes of memory, in frames, whose tables are counted. */
  readonly sizes: readonly number[];
  /** Milliseconds of computing that a single call of a workload may take. */
  readonly callLimit: number;
}

const MIB = 256;

export const QUICK: Effort = {
  mostFrames: 1024 * MIB,
  fewestFrames: 16 * MIB,
  fillLimit: 4e8,
  rounds: 3,
  sampleTime: 1e7,
  sizes: [512 * MIB, 4096 * MIB],
  callLimit: 10_000,
};

export const FULL: Effort = {
  mostFrames: 4096 * MIB,
  fewestFrames: 16 * MIB,
  fillLimit: 4e8,
  rounds: 7,
  sampleTime: 1e8,
  sizes: [512 * MIB, 4096 * MIB, 16_384 * MIB],
  callLimit: 20_000,
};

function instanceOf({ loops, journal }: Bench, { module }: Competitor): LoopInstance {
  return new LoopInstance(loops, module, journal);
}

/**
 * Frames that the first competitor can be measured with: as many as it uses up and frees in a
 * reasonable time. Null if even the fewest take too long.
 */
export function chooseFrames(bench: Bench, effort: Effort): number | null {
  const instance = instanceOf(bench, bench.competitors[0]!);
  let chosen: number | null = null;
  let last = 0;
  for (let frames = effort.fewestFrames; frames <= effort.mostFrames; frames *= 4) {
    instance.callNow("init", frames);
    const filled = instance.callNow("fill", 0).nanoseconds;
    instance.callNow("shuffle");
    const time = filled + instance.callNow("drain", 0).nanoseconds;
    if (time > effort.fillLimit) break;
    chosen = frames;
    // Where four times the frames took far more than four times as long, so they will again.
    const growth = last ? Math.max(4, time / last) : 4;
    if (time * growth > effort.fillLimit) break;
    last = time;
  }
  return chosen;
}

/** One measure of one competitor, in nanoseconds a unit. */
export interface Speed {
  readonly measure: string;
  readonly unit: string;
  readonly competitor: string;
  readonly time: Summary;
  /** To the reference, round by round; null for itself. */
  readonly ratio: Summary | null;
}

/** The workload that yields `id`. */
function workloadsOf(ids: readonly string[]): Workload[] {
  return WORKLOADS.filter(({ measures }) => measures.some(({ id }) => ids.includes(id)));
}

/** Measures the workloads that yield `ids`, on `frames` frames. */
export async function measureSpeed(
  bench: Bench,
  ids: readonly string[],
  frames: number,
  { rounds, sampleTime }: Effort,
): Promise<Speed[]> {
  const contenders: Contender[] = bench.competitors.map((competitor) => ({
    allocator: { id: competitor.id, init: "init", frames },
    instance: instanceOf(bench, competitor),
  }));
  const workloads = workloadsOf(ids);
  const series = await measure(contenders, { workloads, rounds, sampleTime }, () => undefined);
  const units = new Map(WORKLOADS.flatMap(({ measures }) => measures.map((m) => [m.id, m.unit])));
  return series.map(({ measure: id, allocator, samples }) => {
    const reference = series.find((each) => each.measure === id && each.allocator === REFERENCE)!;
    const isReference = allocator === REFERENCE;
    return {
      measure: id,
      unit: units.get(id) ?? "",
      competitor: allocator,
      time: summarise(samples),
      ratio: isReference ? null : summarise(ratios(samples, reference.samples)),
    };
  });
}

/** 2 MiB that are free after a load drop, as a share of the ideal, over time. */
export interface Packing {
  readonly competitor: string;
  readonly mix: string;
  readonly points: readonly { readonly requests: number; readonly share: number }[];
}

/** The mixes of the load drop. */
const MIXES: readonly (readonly [name: string, kind: number])[] = [
  ["single frames", Mix.SINGLE],
  ["geometric", Mix.GEOMETRIC],
  ["uniform", Mix.UNIFORM],
];

/** Percent of the frames in use before and after the drop. */
const FULL_LOAD = 95;
const HALF_LOAD = 50;

/** Requests after the drop, as multiples of the frames, and how often is looked. */
const DROP_REQUESTS = 16;
const LOOKS = 16;

/** How well `competitor` packs: memory filled, half of it freed, and a load that goes on. */
export function measurePacking(bench: Bench, competitor: Competitor, frames: number): Packing[] {
  return MIXES.map(([mix, kind]) => {
    const instance = instanceOf(bench, competitor);
    instance.callNow("init", frames);
    instance.callNow("mix_rise", kind, FULL_LOAD);
    instance.callNow("mix_drop", HALF_LOAD);
    const step = (frames * DROP_REQUESTS) / LOOKS;
    const points = Array.from({ length: LOOKS + 1 }, (_, look) => {
      if (look) instance.callNow("mix", kind, HALF_LOAD, step);
      const blocks = instance.blocks();
      const ideal = Math.floor((frames - usedFrames(blocks)) / 2 ** LARGE_ORDER);
      return { requests: look * step, share: freeLargeRuns(blocks, frames) / ideal };
    });
    return { competitor: competitor.id, mix, points };
  });
}

/** Tables for some memory, and the time to enter it. */
export interface Cost {
  readonly competitor: string;
  readonly memory: string;
  readonly frames: number;
  readonly tableBytes: number;
  /** Nanoseconds; the least of several, on tables that are zero. */
  readonly time: number;
}

/** How often memory is entered. */
const SEEDINGS = 7;

/** Memory that is entered: frames in one run, or the runs of a map. */
export interface SeededMemory {
  readonly title: string;
  readonly frames: number;
  readonly runs: readonly Run[] | null;
}

/** What `competitor` needs for `memory`; null if it cannot be given such memory. */
export function measureCost(
  bench: Bench,
  competitor: Competitor,
  { title, frames, runs }: SeededMemory,
): Cost | null {
  const instance = instanceOf(bench, competitor);
  if (runs && !instance.subject.has("allocator_init_map")) return null;
  const times = Array.from({ length: SEEDINGS }, () => instance.seed(frames, runs));
  const tableBytes = instance.subject.metadataBytes();
  return {
    competitor: competitor.id,
    memory: title,
    frames,
    tableBytes,
    time: Math.min(...times),
  };
}
