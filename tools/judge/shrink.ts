/**
 * Delta debugging (A. Zeller and R. Hildebrandt, "Simplifying and Isolating Failure-Inducing Input",
 * 2002): from a sequence that fails, one that fails in the same way and from which no step can be
 * taken, with the lowest orders and the smallest memory that still show it.
 */

import { LARGEST_ORDER } from "./contract.ts";
import { freeOf, plainWorld, type Step } from "./steps.ts";

/** Whether a sequence still fails. */
export type StillFails = (steps: readonly Step[]) => Promise<boolean>;

/** Tries a sequence: what of it can be replayed, if that still fails, else null. */
type Attempt = (steps: readonly Step[]) => Promise<readonly Step[] | null>;

/**
 * What a script can say of `steps`: without the frees of blocks that are not allocated before, since
 * no line can name those, and with the blocks numbered in the order in which they are allocated.
 */
export function replayable(steps: readonly Step[]): Step[] {
  const kept: Step[] = [];
  let numbers = new Map<number, number>();
  let count = 0;
  for (const step of steps) {
    if (step.kind === "init") {
      numbers = new Map();
      count = 0;
      kept.push(step);
    } else if (step.kind === "alloc") {
      numbers.set(step.block, count);
      kept.push({ ...step, block: count++ });
    } else {
      const block = step.block === null ? null : numbers.get(step.block);
      if (block !== undefined) kept.push({ ...step, block });
    }
  }
  return kept;
}

/** Frames of smaller worlds that are tried, ascending. */
const SIZES: readonly number[] = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128, 256, 512, 1024, 2048];

/**
 * Takes out whatever can be, but for the first step: halves first, then smaller and smaller parts, at
 * last single steps.
 */
async function dropSteps(steps: readonly Step[], attempt: Attempt): Promise<readonly Step[]> {
  let left = steps;
  for (let size = left.length >> 1; size >= 1;) {
    let dropped = false;
    for (let end = left.length; end > 1; end -= size) {
      const start = Math.max(end - size, 1);
      const shorter = await attempt([...left.slice(0, start), ...left.slice(end)]);
      if (!shorter) continue;
      left = shorter;
      dropped = true;
    }
    if (size > 1) size = Math.max(Math.min(size, left.length) >> 1, 1);
    else if (!dropped) break;
  }
  return left;
}

/** Takes out a step together with each later one: an allocation goes with its free. */
async function dropPairs(steps: readonly Step[], attempt: Attempt): Promise<readonly Step[]> {
  let left = steps;
  for (let first = left.length - 2; first >= 1; --first) {
    for (let second = left.length - 1; second > first; --second) {
      if (second >= left.length) continue;
      const without = left.filter((_, index) => index !== first && index !== second);
      left = (await attempt(without)) ?? left;
    }
  }
  return left;
}

/** `steps` with the one at `index` replaced. */
function replaced(steps: readonly Step[], index: number, step: Step): Step[] {
  return steps.map((each, at) => (at === index ? step : each));
}

/** Simpler forms of `step`, the simplest first. */
function simpler(step: Step): Step[] {
  if (step.kind === "init") {
    const { runs } = step.world;
    const frames = runs.reduce((sum, { count }) => sum + count, 0);
    const sizes = SIZES.filter((size) => size < frames || (step.world.isMap && size <= frames));
    const plain = sizes.map((size): Step => ({ kind: "init", world: plainWorld(size) }));
    const fewer = runs.length > 1 ? runs.map((run) => runs.filter((each) => each !== run)) : [];
    return [
      ...plain,
      ...fewer.map((rest): Step => ({ kind: "init", world: { isMap: true, runs: rest } })),
    ];
  }
  const orders = Array.from({ length: Math.min(step.order ?? 0, 10) }, (_, order) => order);
  return orders.map((order) => ({ ...step, order }));
}

/** Makes `left[index]` simpler if it can be. */
async function simplifyStep(left: readonly Step[], index: number, attempt: Attempt) {
  for (const step of simpler(left[index]!)) {
    const other = await attempt(replaced(left, index, step));
    if (other) return other;
  }
  return left;
}

async function simplify(steps: readonly Step[], attempt: Attempt): Promise<readonly Step[]> {
  let left = steps;
  for (let index = 0; index < left.length; ++index) {
    left = await simplifyStep(left, index, attempt);
  }
  return left;
}

/** Asks for larger blocks throughout: what takes many small ones may take few of them. */
async function raiseOrders(steps: readonly Step[], attempt: Attempt): Promise<readonly Step[]> {
  for (let order = LARGEST_ORDER; order > 0; --order) {
    const raised = steps.map((step) => (step.kind === "alloc" ? { ...step, order } : step));
    const failing = await attempt(raised);
    if (failing) return failing;
  }
  return steps;
}

/** One or two requests after `init`, for blocks of each order, if that is enough. */
async function fewRequests(init: Step, attempt: Attempt): Promise<readonly Step[] | null> {
  for (let order = LARGEST_ORDER; order >= 0; --order) {
    const [first, second] = [0, 1].map((block): Step => ({ kind: "alloc", block, order }));
    for (const requests of [[first!], [first!, freeOf(0)], [first!, second!]]) {
      const failing = await attempt([init, ...requests]);
      if (failing) return failing;
    }
  }
  return null;
}

/** Steps fewer than this are also taken out by pairs; of more, what is quick is tried first. */
const FEW = 24;

/** How much shrinking may try. */
export interface Effort {
  readonly tries: number;
  /** Those of them that fail. */
  readonly failing: number;
}

export interface Shrunk {
  readonly steps: readonly Step[];
  /** False if the tries ran out before all was tried that would make it shorter. */
  readonly isShortest: boolean;
}

/** The shortest sequence that it finds with `effort`; `fails` is true of `steps`. */
export async function shrink(
  steps: readonly Step[],
  fails: StillFails,
  effort: Effort,
): Promise<Shrunk> {
  let { tries, failing } = effort;
  let isShortest = true;
  const attempt: Attempt = async (candidate) => {
    if (!tries || !failing) {
      isShortest = false;
      return null;
    }
    --tries;
    const kept = replayable(candidate);
    if (!(await fails(kept))) return null;
    --failing;
    return kept;
  };
  let left: readonly Step[] = replayable(steps);
  if (left.length >= FEW) left = (await fewRequests(left[0]!, attempt)) ?? left;
  for (let size = Infinity; left.length < size && isShortest;) {
    size = left.length;
    if (left.length >= FEW) {
      left = await raiseOrders(left, attempt);
      left = await simplifyStep(left, 0, attempt);
    }
    left = await dropSteps(left, attempt);
    left = await simplify(left, attempt);
    if (left.length < FEW) left = await dropPairs(left, attempt);
  }
  return { steps: left, isShortest };
}
