/**
 * Small worlds exhaustively: every sequence of so many requests on memory of a few frames.
 */

import { type Driver } from "./driver.ts";
import { plainWorld, type World } from "./steps.ts";

/** A world, and how many requests a sequence has. */
export interface SmallWorld {
  readonly world: World;
  readonly depth: number;
}

/** Frames of the worlds, and the depths of a quick and of a full run. */
const SIZES: readonly (readonly [frames: number, quick: number, full: number])[] = [
  [1, 8, 10],
  [2, 7, 9],
  [3, 6, 8],
  [4, 6, 8],
  [5, 5, 8],
  [6, 5, 7],
  [7, 5, 7],
  [8, 6, 7],
  [16, 4, 6],
];

/** The worlds that are tried; with maps if the allocator takes them. */
export function smallWorlds(isFull: boolean, takesMaps: boolean): SmallWorld[] {
  const plain = SIZES.map(([frames, quick, full]) => ({
    world: plainWorld(frames),
    depth: isFull ? full : quick,
  }));
  const maps = [
    [
      { start: 1, count: 3 },
      { start: 6, count: 3 },
    ],
    [
      { start: 3, count: 1 },
      { start: 5, count: 3 },
      { start: 12, count: 4 },
    ],
  ].map((runs) => ({ world: { isMap: true, runs }, depth: isFull ? 7 : 5 }));
  return takesMaps ? [...plain, ...maps] : plain;
}

/** The orders that a world of `runs` may have room for, and one more, 9 at most. */
function ordersOf({ runs }: World): number {
  const largest = Math.max(...runs.map(({ count }) => count));
  return Math.min(9, Math.floor(Math.log2(largest)) + 1) + 1;
}

/**
 * Tries every sequence, the choices in the place of digits: the last one counts up, and where it has
 * no more the one before it does. Returns how many there were.
 */
export function tryAll(driver: Driver, { world, depth }: SmallWorld): number {
  const orders = ordersOf(world);
  const digits = Array<number>(depth).fill(0);
  for (let sequences = 1; ; ++sequences) {
    driver.begin(world);
    const choices = digits.map((digit) => {
      const held = [...driver.owners.numbers()];
      if (digit < orders) driver.alloc(digit);
      else driver.free(held[digit - orders]!);
      return orders + held.length;
    });
    let last = depth - 1;
    while (last >= 0 && digits[last]! + 1 === choices[last]) digits[last--] = 0;
    if (last < 0) return sequences;
    digits[last]!++;
  }
}
