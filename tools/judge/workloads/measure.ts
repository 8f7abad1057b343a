/**
 * Takes the samples: in rounds, in each of which every allocator runs every workload, so that
 * whatever slows the machine for a while slows all of them.
 */

import { type Instance } from "./engine.ts";
import { type Work, type Workload } from "./workloads.ts";

export interface Plan {
  readonly workloads: readonly Workload[];
  /** Rounds that count; one before them does not. */
  readonly rounds: number;
  /** Least time of a sample, in nanoseconds. */
  readonly sampleTime: number;
}

/** An allocator in the engine that is measured. */
export interface Contender {
  readonly allocator: {
    readonly id: string;
    /** The export that starts over with a number of frames. */
    readonly init: string;
    /** Frames that it is measured with. */
    readonly frames: number;
  };
  readonly instance: Instance;
}

/** The samples of one measure of one allocator, nanoseconds a unit, one for each round. */
export interface Series {
  readonly measure: string;
  readonly allocator: string;
  readonly samples: number[];
}

/** A step that takes less than this, in nanoseconds, is doubled the next time. */
const STEP_TIME = 2e6;

/**
 * One sample: the workload from its beginning, on an allocator that starts over, until each measure
 * has run for `time` nanoseconds. Returns nanoseconds a unit for each measure.
 */
async function sample(
  { allocator, instance }: Contender,
  workload: Workload,
  time: number,
): Promise<number[]> {
  const totals = workload.measures.map(() => ({ nanoseconds: 0, units: 0 }));
  await instance.call(allocator.init, allocator.frames);
  await workload.begin(instance, allocator.frames);
  for (let size = 1; totals.some(({ nanoseconds }) => nanoseconds < time);) {
    const works: Work[] = await workload.step(instance, allocator.frames, size);
    works.forEach((work, index) => {
      totals[index]!.nanoseconds += work.nanoseconds;
      totals[index]!.units += work.units;
    });
    if (works.every(({ nanoseconds }) => nanoseconds < STEP_TIME)) size *= 2;
  }
  return totals.map(({ nanoseconds, units }) => nanoseconds / units);
}

/** `items` from `first` on, then those before. */
function rotated<T>(items: readonly T[], first: number): T[] {
  return [...items.slice(first), ...items.slice(0, first)];
}

/**
 * Measures the contenders; each round begins with another of them. `note` is told what is going on,
 * once for each workload of each round.
 */
export async function measure(
  contenders: readonly Contender[],
  plan: Plan,
  note: (text: string) => void,
): Promise<Series[]> {
  const series = new Map<string, Series>();
  const seriesOf = (measureId: string, allocatorId: string): Series => {
    const key = `${measureId}\n${allocatorId}`;
    const found = series.get(key) ?? { measure: measureId, allocator: allocatorId, samples: [] };
    series.set(key, found);
    return found;
  };
  for (let round = 0; round <= plan.rounds; ++round) {
    for (const workload of plan.workloads) {
      const ids = workload.measures.map(({ id }) => id);
      note(
        round
          ? `round ${round} of ${plan.rounds}: ${ids.join(", ")}`
          : `warm-up: ${ids.join(", ")}`,
      );
      for (const contender of rotated(contenders, round % contenders.length)) {
        const figures = await sample(contender, workload, plan.sampleTime);
        if (!round) continue;
        figures.forEach((figure, index) => {
          seriesOf(ids[index]!, contender.allocator.id).samples.push(figure);
        });
      }
    }
  }
  return [...series.values()];
}
