/**
 * The workloads, as steps over the exports of `loops.c` and `loops_entry.ts`. Reports, goals and
 * docs/performance.md call them by the names given here.
 */

import { type Instance } from "./engine.ts";

/** Numbers of the kinds of mix in the loops. */
export const Mix = { SINGLE: 0, UNIFORM: 1, GEOMETRIC: 2, KERNEL: 3, LINUX: 4 } as const;

/** Share of the frames that a mix keeps in use, in percent. */
const MIX_LOAD = 70;

/** Requests before a mix is timed, as multiples of the frames: the free lists have settled by then. */
const MIX_SETTLE = 1;

/** log2 of the frames in 2 MiB. */
export const LARGE_ORDER = 9;

/** What one step did. */
export interface Work {
  readonly nanoseconds: number;
  /** How many units of the measure that was. */
  readonly units: number;
}

/** A figure that a workload yields. */
export interface Measure {
  readonly id: string;
  /** A pair is an allocation and the free of the same block, an operation is either. */
  readonly unit: "pair" | "operation";
  readonly title: string;
}

export interface Workload {
  readonly measures: readonly Measure[];
  /** Prepares an instance that was initialised with `frames` frames. */
  begin(instance: Instance, frames: number): Promise<void>;
  /** Does some work, the more the larger `size`; returns what it did for each measure. */
  step(instance: Instance, frames: number, size: number): Promise<Work[]>;
}

/** A workload that cannot go on: a request failed that must not. */
export class WorkloadError extends Error {}

function expectValue(value: number, expected: number, what: string): void {
  if (value !== expected) throw new WorkloadError(`${what}: ${value} instead of ${expected}`);
}

function nothing(): Promise<void> {
  return Promise.resolve();
}

/** `depth` blocks of `order` allocated, then freed, the last first. */
function stack(id: string, title: string, order: number, depth: number): Workload {
  return {
    measures: [{ id, unit: "pair", title }],
    begin: nothing,
    async step(instance, _frames, size) {
      const { value, nanoseconds } =
        depth === 1
          ? await instance.call("pairs", order, size)
          : await instance.call("stacks", order, depth, size);
      expectValue(value, 0, `${id}: failures`);
      return [{ nanoseconds, units: depth * size }];
    },
  };
}

/** All frames allocated one by one, then freed in random order; both timed. */
const everyFrame: Workload = {
  measures: [
    { id: "W2 alloc", unit: "operation", title: "every frame allocated, one by one" },
    { id: "W2 free", unit: "operation", title: "then all of them freed in random order" },
  ],
  begin: nothing,
  async step(instance, frames) {
    const filled = await instance.call("fill", 0);
    expectValue(filled.value, frames, "W2: frames allocated");
    await instance.call("shuffle");
    const drained = await instance.call("drain", 0);
    expectValue(drained.value, 0, "W2: frees refused");
    return [
      { nanoseconds: filled.nanoseconds, units: frames },
      { nanoseconds: drained.nanoseconds, units: frames },
    ];
  },
};

/** All 2 MiB blocks allocated, then freed in the same order. */
const everyLargeBlock: Workload = {
  measures: [{ id: "W4", unit: "pair", title: "every 2 MiB block allocated, then all freed" }],
  begin: nothing,
  async step(instance, frames, size) {
    let nanoseconds = 0;
    for (let round = 0; round < size; ++round) {
      const filled = await instance.call("fill", LARGE_ORDER);
      expectValue(filled.value, frames >> LARGE_ORDER, "W4: blocks allocated");
      const drained = await instance.call("drain", LARGE_ORDER);
      expectValue(drained.value, 0, "W4: frees refused");
      nanoseconds += filled.nanoseconds + drained.nanoseconds;
    }
    return [{ nanoseconds, units: size * (frames >> LARGE_ORDER) }];
  },
};

/** Random allocations and frees at a constant load. */
function mixed(id: string, title: string, kind: number): Workload {
  return {
    measures: [{ id, unit: "operation", title }],
    async begin(instance, frames) {
      await instance.call("mix_rise", kind, MIX_LOAD);
      await instance.call("mix", kind, MIX_LOAD, frames * MIX_SETTLE);
    },
    async step(instance, _frames, size) {
      const units = size * 16;
      const { nanoseconds } = await instance.call("mix", kind, MIX_LOAD, units);
      return [{ nanoseconds, units }];
    },
  };
}

/** All of them, in the order in which they are shown. */
export const WORKLOADS: readonly Workload[] = [
  stack("W1", "a frame allocated and freed", 0, 1),
  stack("d64", "64 frames allocated, then freed", 0, 64),
  stack("d4096", "4096 frames allocated, then freed", 0, 4096),
  everyFrame,
  mixed("W3 single", "random mix at 70 % load, single frames", Mix.SINGLE),
  mixed(
    "W3 geometric",
    "random mix at 70 % load, orders 0 to 9, half as many of each",
    Mix.GEOMETRIC,
  ),
  mixed("W3 uniform", "random mix at 70 % load, orders 0 to 9 alike", Mix.UNIFORM),
  mixed("kernel mix", "random mix at 70 % load, orders as a kernel may ask for them", Mix.KERNEL),
  mixed("Linux mix", "random mix at 70 % load, orders as counted on a Linux machine", Mix.LINUX),
  everyLargeBlock,
  stack("order-9 pair", "a 2 MiB block allocated and freed", LARGE_ORDER, 1),
];

/** Every measure, in the same order. */
export const MEASURES: readonly Measure[] = WORKLOADS.flatMap(({ measures }) => measures);
