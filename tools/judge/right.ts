/**
 * Is it right? The parts of the examination, each of which a worker does on its own: all that is
 * random in them comes from the seed.
 */

import { Random } from "../trace/random.ts";
import { Driver, FaultFound } from "./driver.ts";
import { type Journal } from "./journal.ts";
import { patternWorlds, tryPatterns } from "./patterns.ts";
import { randomWorld, tryRandom } from "./random_requests.ts";
import { smallWorlds, tryAll } from "./small_worlds.ts";
import { plainWorld, type Step } from "./steps.ts";
import { Subject } from "./subject.ts";
import { type Fault, Trial } from "./trial.ts";
import { type Tally, tryWrongFree, WRONG_FREES } from "./wrong_frees.ts";

export interface RightOptions {
  /** True for more of everything. */
  readonly isFull: boolean;
  readonly seed: number;
}

/** What is wrong, the steps that show it, the first of which starts over, and those before them. */
export interface Finding {
  readonly fault: Fault;
  readonly steps: readonly Step[];
  readonly before: readonly Step[];
}

/** What came of a part. */
export interface PartResult {
  /** Sequences of requests that were tried. */
  readonly sequences: number;
  /** What ended the part early. */
  readonly finding: Finding | null;
  /** For a part about a wrong free. */
  readonly tally: Tally | null;
}

/** One part of the examination. */
export interface Part {
  readonly id: string;
  /** What is tried, for a reader. */
  readonly title: string;
  /** Id of the wrong free that it is about, if it is about one. */
  readonly wrongFree: string | null;
  /** Does it; how many sequences that was, or how a wrong free was taken. */
  readonly run: (driver: Driver, options: RightOptions, takesMaps: boolean) => number | Tally;
}

function plainPart(id: string, title: string, run: Part["run"]): Part {
  return { id, title, wrongFree: null, run };
}

/** Frames and requests of the one long sequence. */
const LONG_FRAMES = 2 ** 14;
const LONG_REQUESTS = 20_000;

/** All parts, in the order in which they are done: what gives the shortest answers first. */
export const PARTS: readonly Part[] = [
  plainPart("small worlds", "small worlds, exhaustively", (driver, { isFull }, takesMaps) =>
    smallWorlds(isFull, takesMaps).reduce((sum, world) => sum + tryAll(driver, world), 0),
  ),
  plainPart("patterns", "exhaustion and recovery", (driver, { isFull, seed }, takesMaps) => {
    const random = new Random(seed);
    return patternWorlds(isFull, takesMaps).reduce(
      (sum, world) => sum + tryPatterns(driver, world, isFull, random),
      0,
    );
  }),
  plainPart("random", "random requests", (driver, { isFull, seed }, takesMaps) => {
    const random = new Random(seed);
    const sequences = isFull ? 4000 : 400;
    for (let left = sequences; left > 0; --left) {
      const world = randomWorld(random, left % 4 ? 300 : 2048, takesMaps);
      tryRandom(driver, random, world, 20 + random.below(400));
    }
    tryRandom(driver, random, plainWorld(LONG_FRAMES), isFull ? 10 * LONG_REQUESTS : LONG_REQUESTS);
    return sequences + 1;
  }),
  ...WRONG_FREES.map((wrong) => ({
    id: `free of ${wrong.title}`,
    title: `a free of ${wrong.title}`,
    wrongFree: wrong.id,
    run: (driver: Driver, { isFull, seed }: RightOptions) =>
      tryWrongFree(driver, new Random(seed), wrong, isFull ? 400 : 40),
  })),
];

/** Does `part` on fresh instances of `module`. */
export function runPart(
  module: WebAssembly.Module,
  part: Part,
  options: RightOptions,
  journal: Journal,
): PartResult {
  const takesMaps = new Subject(module).has("allocator_init_map");
  const driver = new Driver(() => new Trial(new Subject(module), journal));
  try {
    const done = part.run(driver, options, takesMaps);
    if (typeof done === "number") return { sequences: done, finding: null, tally: null };
    const sequences = done.refused + done.accepted + done.stopped;
    return { sequences, finding: null, tally: done };
  } catch (error) {
    if (!(error instanceof FaultFound)) throw error;
    const { fault, steps, before } = error;
    return { sequences: 0, finding: { fault, steps, before }, tally: null };
  }
}
