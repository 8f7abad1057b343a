/**
 * Wrong frees: what a caller should never ask for, and what comes of it if one does. An allocator may
 * refuse them or not; what it refuses must leave everything as it was.
 */

import { type Random } from "../trace/random.ts";
import { LARGEST_ORDER } from "./contract.ts";
import { type Driver } from "./driver.ts";
import { RandomLoad, randomWorld } from "./random_requests.ts";
import { type Free } from "./steps.ts";
import { type Wrong } from "./trial.ts";

interface Situation {
  readonly driver: Driver;
  readonly random: Random;
  readonly load: RandomLoad;
  /** One more than the last frame of memory. */
  readonly end: number;
}

/** A way to free wrongly. */
export interface WrongFree {
  readonly id: string;
  /** What is freed, to follow "a free of". */
  readonly title: string;
  /** Such a free; null if the situation has none. */
  readonly make: (situation: Situation) => Free | null;
}

function wrongFree(block: number | null, offset: number, order: number | null): Free {
  return { kind: "free", block, offset, order };
}

/** A random one of the blocks that are held and have an order that `fits`; null if there is none. */
function heldBlock(
  { driver, random, load }: Situation,
  fits: (order: number) => boolean = () => true,
): { readonly number: number; readonly order: number; readonly frame: number } | null {
  const candidates = load.held.filter((number) => fits(driver.owners.block(number)!.order));
  const number = candidates[random.below(candidates.length)];
  return number === undefined ? null : { number, ...driver.owners.block(number)! };
}

/** Allocates a block and frees it; its number, or null if it was refused. */
function freedBlock({ driver, random }: Situation): number | null {
  const block = driver.alloc(random.below(4));
  if (block !== null) driver.free(block);
  return block;
}

/** All of them, the commonest mistakes first. */
export const WRONG_FREES: readonly WrongFree[] = [
  {
    id: "twice",
    title: "a block that has just been freed",
    make: (situation) => {
      const block = freedBlock(situation);
      return block === null ? null : wrongFree(block, 0, null);
    },
  },
  {
    id: "twice, later",
    title: "a block that was freed some requests ago",
    make: (situation) => {
      const block = freedBlock(situation);
      situation.load.go(10);
      return block === null ? null : wrongFree(block, 0, null);
    },
  },
  {
    id: "larger order",
    title: "a block with a larger order than its own",
    make: (situation) => {
      const block = heldBlock(situation, (order) => order < LARGEST_ORDER);
      if (!block) return null;
      const more = 1 + situation.random.below(LARGEST_ORDER - block.order);
      return wrongFree(block.number, 0, block.order + more);
    },
  },
  {
    id: "smaller order",
    title: "a block with a smaller order than its own",
    make: (situation) => {
      const block = heldBlock(situation, (order) => order > 0);
      return block && wrongFree(block.number, 0, situation.random.below(block.order));
    },
  },
  {
    id: "inside",
    title: "a frame within a block",
    make: (situation) => {
      const block = heldBlock(situation, (order) => order > 0);
      if (!block) return null;
      const offset = 1 + situation.random.below(2 ** block.order - 1);
      return wrongFree(block.number, offset, situation.random.below(2) ? 0 : null);
    },
  },
  {
    id: "free frame",
    title: "a frame that is free",
    make: ({ driver, random }) => {
      const order = random.below(3);
      const frame = driver.owners.room(order);
      return frame < 0 ? null : wrongFree(null, frame, order);
    },
  },
  {
    id: "no frame",
    title: "a frame that there is not",
    make: ({ random, end }) => {
      const frames = [end, end + 1, end + 63, end * 2, 2 ** 24, 2 ** 31, 2 ** 32 - 1];
      return wrongFree(null, frames[random.below(frames.length)]!, random.below(2));
    },
  },
  {
    id: "no order",
    title: "a block with an order that there is not",
    make: (situation) => {
      const block = heldBlock(situation);
      const orders = [31, 32, 33, 64, 255, 2 ** 31, 2 ** 32 - 1];
      return block && wrongFree(block.number, 0, orders[situation.random.below(orders.length)]!);
    },
  },
];

/** How often each outcome was. */
export type Tally = Readonly<Record<Wrong, number>>;

/**
 * Frees wrongly in `tries` random situations. After each refusal the load goes on, so that it shows
 * if something has changed.
 */
export function tryWrongFree(
  driver: Driver,
  random: Random,
  { make }: WrongFree,
  tries: number,
): Tally {
  const tally = { refused: 0, accepted: 0, stopped: 0 };
  for (let left = tries; left > 0; --left) {
    const world = randomWorld(random, left % 2 ? 16 : 700, false);
    driver.begin(world);
    const load = new RandomLoad(driver, random, world);
    load.go(2 + random.below(left % 2 ? 6 : 60));
    const step = make({ driver, random, load, end: world.runs[0]!.count });
    // A block that was freed may be allocated again by now: then the free is a right one.
    if (!step || !driver.isWrong(step)) continue;
    const outcome = driver.freeWrongly(step);
    tally[outcome]++;
    if (outcome === "refused") {
      load.go(30);
      load.end();
    } else {
      driver.renew();
    }
  }
  return tally;
}
