/**
 * What a run finds: all that the report, the plot, the goals and the comparison are made from.
 */

import { type Summary } from "../tools/judge/workloads/statistics.ts";

/** The machine and the versions of everything that has a part in the figures. */
export type Facts = Readonly<Record<string, string>>;

/** One measure of one allocator in one engine; times in nanoseconds a unit. */
export interface SpeedResult {
  readonly engine: string;
  readonly measure: string;
  readonly allocator: string;
  readonly frames: number;
  readonly time: Summary;
  /** To the reference allocator in the same engine, round by round; absent for itself. */
  readonly ratio?: Summary;
}

/** 2 MiB blocks that are free again after a load drop, as a share of the ideal. */
export interface FragmentationResult {
  readonly allocator: string;
  /** Orders of the requests, and how many there were. */
  readonly mix: string;
  readonly share: number;
}

/** Tables for a memory map, and the time to enter all of its memory into them. */
export interface SeedingResult {
  readonly allocator: string;
  readonly map: string;
  readonly frames: number;
  readonly tableBytes: number;
  /** Nanoseconds; on tables that are zero. */
  readonly time: Summary;
}

/** The kernel's time on a machine of some size. */
export interface StartUpResult {
  /** Which machine, and what its clock counts. */
  readonly machine: string;
  readonly memory: string;
  /** Microseconds from the first look at the memory map. */
  readonly handoff: number;
  /** Those of the handoff in which the shim cleared new linear memory, where instructions count. */
  readonly clearing?: number;
  /** Microseconds to the started line, on the clock that began with the shim. */
  readonly started: number;
  readonly metadataBytesPerFrame?: number;
}

export interface Results {
  readonly facts: Facts;
  readonly rounds: number;
  readonly sampleMilliseconds: number;
  readonly speed: readonly SpeedResult[];
  readonly fragmentation: readonly FragmentationResult[];
  readonly seeding: readonly SeedingResult[];
  readonly startUp: readonly StartUpResult[];
}
