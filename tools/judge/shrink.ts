/**
 * Delta debugging (A. Zeller and R. Hildebrandt, "Simplifying and Isolating Failure-Inducing Input",
 * 2002): from a sequence that fails, one that fails in the same way and from which no step can be
 * taken, with the lowest orders and the smallest memory that still show it.
 */

import { LARGEST_ORDER } from "./contract.ts";
import { plainWorld, type Step } from "./steps.ts";

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

/** Takes out whatever can be: halves first, then smaller and smaller parts, at last single steps. */
async function dropSteps(steps: readonly Step[], attempt: Attempt): Promise<readonly Step[]> {
  let left = steps;
  for (let size = left.length >> 1; size >= 1;) {
    let dropped = false;
    for (let at = left.length - size; at >= 0; at -= size) {
      const without = [...left.slice(0, at), ...left.slice(at + size)];
      const shorter = without[0]?.kind === "init" ? await attempt(without) : null;
      if (!shorter) continue;
      left = shorter;
      dropped = true;
    }
    if (size > 1) size >>= 1;
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

async function simplify(steps: readonly Step[], attempt: Attempt): Promise<readonly Step[]> {
  let left = steps;
  for (let index = 0; index < left.length; ++index) {
    for (const step of simpler(left[index]!)) {
      const other = await attempt(replaced(left, index, step));
      if (!other) continue;
      left = other;
      break;
    }
  }
  return left;
}

/** Asks for larger blocks throughout: what takes many small ones may take few of them. */
async function raiseOrders(steps: readonly Step[], attempt: Attempt): Promise<readonly Step[]> {
  for (let order = LARGEST_ORDER; order > 0; --order) {
    const raised = steps.map((step) => (step.kind === "alloc" ? { ...step, order } : step));
    const failing = await attempt(raised);
    if (failing) return dropSteps(failing, attempt);
  }
  return steps;
}

/** Steps fewer than this are also taken out by pairs. */
const FEW = 24;

/** The shortest sequence that it finds with `mostTries` tries; `fails` is true of `steps`. */
export async function shrink(
  steps: readonly Step[],
  fails: StillFails,
  mostTries: number,
): Promise<readonly Step[]> {
  let tries = 0;
  const attempt: Attempt = async (candidate) => {
    const kept = replayable(candidate);
    return ++tries <= mostTries && (await fails(kept)) ? kept : null;
  };
  let left: readonly Step[] = replayable(steps);
  for (let size = Infinity; left.length < size && tries < mostTries;) {
    size = left.length;
    left = await dropSteps(left, attempt);
    if (left.length >= FEW) left = await raiseOrders(left, attempt);
    left = await simplify(left, attempt);
    if (left.length < FEW) left = await dropPairs(left, attempt);
  }
  return left;
}
