/**
 * The examination: is this allocator right? Each part is done by a worker that is watched; what it
 * finds is shrunk to the shortest sequence of requests that shows it.
 */

import { type Finding, type Part, type PartResult, PARTS, type RightOptions } from "./right.ts";
import { type Effort, replayable, shrink } from "./shrink.ts";
import { encodeStep, type Step } from "./steps.ts";
import { type Ended, type FaultKind } from "./trial.ts";
import { EndlessError, type WatchedWorker } from "./watched_worker.ts";
import { type Tally, WRONG_FREES } from "./wrong_frees.ts";

/** Something wrong, as it is told. */
export interface FoundFault {
  readonly kind: FaultKind;
  readonly message: string;
  /** Id of the part that found it. */
  readonly part: string;
  /** A sequence that shows it, shrunk, and the fault in it. */
  readonly steps: readonly Step[];
  /** False if there was no time to see whether a shorter one shows it too. */
  readonly isShortest: boolean;
  /** False if it was seen once, and not again when the sequence was repeated by itself. */
  readonly repeats: boolean;
}

/** What becomes of a kind of wrong free. */
export type WrongVerdict = "refused" | "accepted" | "sometimes refused" | "stopped" | "endless";

export interface WrongFreeResult {
  readonly id: string;
  readonly title: string;
  readonly verdict: WrongVerdict;
}

export interface Examination {
  /** Optional functions that it exports. */
  readonly optional: readonly string[];
  readonly parts: readonly { readonly title: string; readonly sequences: number }[];
  /** The first of each kind. */
  readonly faults: readonly FoundFault[];
  readonly wrongFrees: readonly WrongFreeResult[];
  /** False if it ended at a call that did not come back. */
  readonly isComplete: boolean;
}

/** Milliseconds of computing after which a call counts as endless. */
export const CALL_LIMIT = 1500;

/** The same for the short sequences of shrinking. */
const SHORT_LIMIT = 150;

/** What shrinking tries, and where each try that fails takes `SHORT_LIMIT`. */
const EFFORT: Effort = { tries: 2000, failing: Infinity };
const ENDLESS_EFFORT: Effort = { tries: 200, failing: 25 };

/** Steps of an endless sequence that is shrunk; a longer one is told as it is. */
const LONGEST_ENDLESS = 5000;
const NONE: Effort = { tries: 0, failing: 0 };

const ENDLESS = "a call did not come back";

/** How `steps` ends on a fresh instance. */
export async function replay(
  worker: WatchedWorker,
  steps: readonly Step[],
  limit = CALL_LIMIT,
): Promise<Ended> {
  try {
    return await worker.ask("steps", Int32Array.from(steps.flatMap(encodeStep)), limit);
  } catch (error) {
    if (!(error instanceof EndlessError)) throw error;
    // The last step that was begun is the one that did not come back.
    const answers = error.steps.map(() => null);
    return { fault: { kind: "endless", message: ENDLESS }, answers };
  }
}

/** `finding` shrunk, with the message of the shrunk sequence. */
async function shrunk(worker: WatchedWorker, finding: Finding, part: Part): Promise<FoundFault> {
  const { kind } = finding.fault;
  const isEndless = kind === "endless";
  const limit = isEndless ? SHORT_LIMIT : CALL_LIMIT;
  const fails = async (steps: readonly Step[]) =>
    (await replay(worker, steps, limit)).fault?.kind === kind;
  for (const steps of [finding.steps, [...finding.before, ...finding.steps]]) {
    if (!(await fails(steps))) continue;
    const isLong = isEndless && steps.length > LONGEST_ENDLESS;
    const found = await shrink(steps, fails, isLong ? NONE : isEndless ? ENDLESS_EFFORT : EFFORT);
    const { fault } = await replay(worker, found.steps, limit);
    const message = fault?.message ?? finding.fault.message;
    return { kind, message, part: part.id, ...found, repeats: true };
  }
  const { steps, fault } = finding;
  return {
    kind,
    message: fault.message,
    part: part.id,
    steps: replayable(steps),
    isShortest: false,
    repeats: false,
  };
}

function wrongVerdict({ refused, accepted, stopped }: Tally): WrongVerdict {
  if (accepted) return refused ? "sometimes refused" : "accepted";
  return stopped ? "stopped" : "refused";
}

/** True if the last step is a free that is meant to be wrong. */
function endsWithWrongFree(steps: readonly Step[], part: Part): boolean {
  const last = steps.at(-1);
  if (part.wrongFree === null || last?.kind !== "free") return false;
  if (last.block === null || last.offset || last.order !== null) return true;
  const earlier = steps.slice(
    steps.findLastIndex(({ kind }) => kind === "init"),
    -1,
  );
  return earlier.some((step) => step.kind === "free" && step.block === last.block);
}

/** What came of a part that may not have come back. */
async function askPart(
  worker: WatchedWorker,
  part: Part,
  options: RightOptions,
): Promise<PartResult | "endless wrong free"> {
  let steps: readonly Step[] = [];
  // A machine that stood still for a while is no endless loop: the second time it is given longer.
  for (const limit of [CALL_LIMIT, 5 * CALL_LIMIT]) {
    try {
      return await worker.ask("part", { id: part.id, options }, limit);
    } catch (error) {
      if (!(error instanceof EndlessError)) throw error;
      ({ steps } = error);
      if (endsWithWrongFree(steps, part)) return "endless wrong free";
      if ((await replay(worker, steps)).fault?.kind === "endless") break;
    }
  }
  const start = steps.findLastIndex(({ kind }) => kind === "init");
  const finding: Finding = {
    fault: { kind: "endless", message: ENDLESS },
    steps: steps.slice(start),
    before: steps.slice(0, start),
  };
  return { sequences: 0, finding, tally: null };
}

/**
 * Examines the module of `worker`; `note` is told what is tried. NotAnAllocatorError if it cannot be
 * used at all.
 */
export async function examine(
  worker: WatchedWorker,
  options: RightOptions,
  note: (text: string) => void,
): Promise<Examination> {
  const { optional } = await worker.ask("open", null, 5 * CALL_LIMIT);
  const faults: FoundFault[] = [];
  const parts: Examination["parts"][number][] = [];
  const wrongFrees: WrongFreeResult[] = [];
  for (const part of PARTS) {
    note(part.title);
    const result = await askPart(worker, part, options);
    const about = WRONG_FREES.find(({ id }) => id === part.wrongFree);
    if (result === "endless wrong free") {
      wrongFrees.push({ id: about!.id, title: about!.title, verdict: "endless" });
      continue;
    }
    if (result.finding && !faults.some(({ kind }) => kind === result.finding!.fault.kind)) {
      faults.push(await shrunk(worker, result.finding, part));
    }
    if (result.finding?.fault.kind === "endless") {
      return { optional, parts, faults, wrongFrees, isComplete: false };
    }
    if (about && result.tally) {
      const verdict = wrongVerdict(result.tally);
      wrongFrees.push({ id: about.id, title: about.title, verdict });
    } else if (!result.finding) {
      parts.push({ title: part.title, sequences: result.sequences });
    }
  }
  return { optional, parts, faults, wrongFrees, isComplete: true };
}
