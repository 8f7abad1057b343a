/**
 * What the project wants to reach, and whether a run did.
 */

import { SUBJECT } from "./allocators.ts";
import { CALLED, subjectIn } from "./calls.ts";
import { COUNTED, COUNTED_AOT, EMULATED, EMULATED_AOT, GUEST, GUEST_AOT } from "./guest.ts";
import { type Results } from "./results.ts";

/** A goal that a run had figures for. */
export interface Outcome {
  readonly goal: string;
  readonly limit: string;
  readonly reached: string;
  readonly met: boolean;
}

/** Most that each measure may take in V8, as a ratio to the reference. */
export const RATIO_LIMITS: Readonly<Record<string, number>> = {
  W1: 0.4,
  d64: 0.45,
  d4096: 0.25,
  "W2 alloc": 0.2,
  "W2 free": 0.4,
  "W3 single": 0.9,
  "W3 geometric": 1,
  "W3 uniform": 1.05,
  "kernel mix": 0.9,
  W4: 0.75,
  "order-9 pair": 0.55,
};

/** The same through the exports. */
const CALLED_LIMITS: Readonly<Record<string, number>> = {
  W1: 0.9,
  d4096: 0.5,
  "W2 free": 0.5,
  "W3 single": 0.6,
  "W3 geometric": 1.1,
  "W3 uniform": 1.3,
  "kernel mix": 0.9,
  "order-9 pair": 0.9,
};

/** The same in wasm3, for all of them. */
const WASM3_LIMIT = 1.5;

/** Least share of the ideal 2 MiB blocks after a load drop. */
const REGAINED_LIMIT = 0.95;

/** Most metadata, in bytes a frame, from 4 GiB on, of which a machine keeps a little for itself. */
const METADATA_LIMIT = 0.42;
const METADATA_FROM_FRAMES = 0.99 * 2 ** 20;

/** Most time to seed, in nanoseconds. */
const SEEDING_LIMITS: Readonly<Record<string, number>> = { "4 GiB": 2000, "1 TiB": 60_000 };

/**
 * Most that the handoff of 1 TiB may take, as a multiple of that of 512 MiB, in instructions; clearing
 * the memory for the tables left out.
 */
const HANDOFF_LIMIT = 1.5;

/** Most time from the log's first line to the started line under TCG, in microseconds. */
const STARTED_LIMIT = 60_000;
const STARTED_AOT_LIMIT = 25_000;

/** Most instructions of the same as machine code, in thousands. */
const STARTED_AOT_INSTRUCTIONS = 800;

/** Most instructions that a measure may take in the guest as machine code. */
const AOT_LIMITS: Readonly<Record<string, number>> = { W1: 45, d4096: 80, "W2 alloc": 26 };

/** For all other measures: the most of what the interpreter takes there. */
const AOT_SHARE = 0.1;

function atMost(goal: string, figure: number, limit: number, unit: string, scale = 1): Outcome {
  const show = (value: number) => `${(value / scale).toFixed(2)}${unit}`;
  return { goal, limit: `<= ${show(limit)}`, reached: show(figure), met: figure <= limit };
}

/** The most that `measure` may take in `engine`, as a ratio to the reference, if there is a goal. */
function limitIn(engine: string, measure: string): number | undefined {
  if (engine === "V8") return RATIO_LIMITS[measure];
  if (engine === CALLED) return CALLED_LIMITS[measure];
  return engine === "wasm3" ? WASM3_LIMIT : undefined;
}

function speedOutcomes({ speed }: Results): Outcome[] {
  return speed.flatMap(({ engine, measure, allocator, ratio }) => {
    if (allocator !== subjectIn(engine) || !ratio) return [];
    const limit = limitIn(engine, measure);
    if (limit === undefined) return [];
    return [atMost(`${measure}, ${engine}`, ratio.median, limit, "")];
  });
}

function aotOutcomes({ speed }: Results): Outcome[] {
  const own = speed.filter(({ allocator }) => allocator === SUBJECT);
  return own.flatMap(({ engine, measure, time }) => {
    if (engine !== GUEST_AOT) return [];
    const interpreted = own.find((each) => each.engine === GUEST && each.measure === measure);
    const limit = AOT_LIMITS[measure] ?? (interpreted ? interpreted.time.median * AOT_SHARE : null);
    return limit === null ? [] : [atMost(`${measure}, ${engine}`, time.median, limit, "")];
  });
}

function fragmentationOutcomes({ fragmentation }: Results): Outcome[] {
  return fragmentation
    .filter(({ allocator }) => allocator === SUBJECT)
    .map(({ mix, share }) => ({
      goal: `2 MiB blocks regained, ${mix}`,
      limit: `>= ${REGAINED_LIMIT * 100} %`,
      reached: `${(share * 100).toFixed(1)} %`,
      met: share >= REGAINED_LIMIT,
    }));
}

function seedingOutcomes({ seeding }: Results): Outcome[] {
  return seeding
    .filter(({ allocator }) => allocator === SUBJECT)
    .flatMap(({ map, frames, tableBytes, time }) => {
      const outcomes: Outcome[] = [];
      const limit = SEEDING_LIMITS[map];
      if (limit !== undefined)
        outcomes.push(atMost(`seeding, ${map}`, time.median, limit, " us", 1000));
      if (frames >= METADATA_FROM_FRAMES) {
        outcomes.push(
          atMost(`metadata, ${map}`, tableBytes / frames, METADATA_LIMIT, " bytes a frame"),
        );
      }
      return outcomes;
    });
}

function startUpOutcomes({ startUp }: Results): Outcome[] {
  const find = (machine: string, memory: string) =>
    startUp.find((each) => each.machine === machine && each.memory === memory);
  const outcomes: Outcome[] = [];
  const small = find(COUNTED, "512 MiB");
  const large = find(COUNTED, "1 TiB");
  if (small && large) {
    const [most, least] = [large, small].map(({ handoff, clearing = 0 }) => handoff - clearing);
    outcomes.push(atMost("handoff, 1 TiB to 512 MiB", most! / least!, HANDOFF_LIMIT, ""));
  }
  const timed = find(EMULATED, "512 MiB");
  if (timed) {
    outcomes.push(atMost("start at 512 MiB, TCG", timed.started, STARTED_LIMIT, " ms", 1000));
  }
  const compiled = find(COUNTED_AOT, "512 MiB");
  if (compiled) {
    const limit = STARTED_AOT_INSTRUCTIONS;
    outcomes.push(atMost("start at 512 MiB, aot", compiled.started, limit, " thousand"));
  }
  const compiledTime = find(EMULATED_AOT, "512 MiB");
  if (compiledTime) {
    const { started } = compiledTime;
    outcomes.push(atMost("start at 512 MiB, aot, TCG", started, STARTED_AOT_LIMIT, " ms", 1000));
  }
  return outcomes;
}

/** The goals that `results` has figures for. */
export function outcomes(results: Results): Outcome[] {
  return [
    ...speedOutcomes(results),
    ...aotOutcomes(results),
    ...fragmentationOutcomes(results),
    ...seedingOutcomes(results),
    ...startUpOutcomes(results),
  ];
}
