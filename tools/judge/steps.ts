/**
 * Sequences of requests, as data: what the judge tries, shrinks and prints.
 */

import { type Run } from "./contract.ts";

/** Memory to start over with: runs as for `allocator_init_map`, or one from frame 0 on. */
export interface World {
  /** True to hand the runs over as a map. */
  readonly isMap: boolean;
  /** As the contract has them; one from frame 0 on unless `isMap`. */
  readonly runs: readonly Run[];
}

/** Starts over. */
export interface Init {
  readonly kind: "init";
  readonly world: World;
}

/** Asks for a block of `order`, from now on block number `block`. */
export interface Alloc {
  readonly kind: "alloc";
  readonly block: number;
  readonly order: number;
}

/**
 * Frees: block number `block`, or what is not a block. Nothing happens if that block was refused.
 */
export interface Free {
  readonly kind: "free";
  /** Null if `offset` is a frame by its number. */
  readonly block: number | null;
  /** Frames after the first of the block. */
  readonly offset: number;
  /** Null for the order of the block. */
  readonly order: number | null;
}

export type Step = Init | Alloc | Free;

/** The world of frames 0 to `frames` - 1. */
export function plainWorld(frames: number): World {
  return { isMap: false, runs: [{ start: 0, count: frames }] };
}

/** The free of block number `block` as it was allocated. */
export function freeOf(block: number): Free {
  return { kind: "free", block, offset: 0, order: null };
}

/** `step` as whole numbers, their count first. */
export function encodeStep(step: Step): number[] {
  switch (step.kind) {
    case "init": {
      const { isMap, runs } = step.world;
      const words = runs.flatMap(({ start, count }) => [start, count]);
      return [2 + words.length, 0, Number(isMap), ...words];
    }
    case "alloc":
      return [3, 1, step.block, step.order];
    case "free":
      return [4, 2, step.block ?? -1, step.offset, step.order ?? -1];
  }
}

/** The steps that `words` encode; one that is cut off is left out. */
export function decodeSteps(words: Iterable<number>): Step[] {
  const steps: Step[] = [];
  const all = [...words];
  for (let at = 0; at < all.length && at + 1 + all[at]! <= all.length; at += 1 + all[at]!) {
    const [kind, ...rest] = all.slice(at + 1, at + 1 + all[at]!);
    const [first = 0, second = 0, third = 0] = rest;
    if (kind === 0) {
      const runs: Run[] = [];
      for (let word = 1; word < rest.length; word += 2) {
        runs.push({ start: rest[word]!, count: rest[word + 1]! });
      }
      steps.push({ kind: "init", world: { isMap: first === 1, runs } });
    } else if (kind === 1) {
      steps.push({ kind: "alloc", block: first, order: second });
    } else {
      const block = first < 0 ? null : first;
      steps.push({ kind: "free", block, offset: second, order: third < 0 ? null : third });
    }
  }
  return steps;
}
