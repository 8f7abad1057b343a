/**
 * Systematic requests: memory of many sizes, used up in blocks of one order, freed in a pattern, and
 * used up in blocks of another. An allocator that loses memory, or does not put it together again,
 * has too little the second time.
 */

import { type Random } from "../trace/random.ts";
import { LARGEST_ORDER } from "./contract.ts";
import { type Driver } from "./driver.ts";
import { plainWorld, type World } from "./steps.ts";

/** Frames, most of them next to a power of two or to a word of a bitmap. */
const QUICK_SIZES: readonly number[] = [1, 2, 3, 31, 32, 33, 64, 100, 513, 1024, 1025, 1536];
const FULL_SIZES: readonly number[] = [
  ...QUICK_SIZES,
  63,
  65,
  127,
  128,
  511,
  512,
  1000,
  2047,
  4096,
];

/** Memory in runs, as machines have it. */
const MAPS: readonly World[] = [
  [
    { start: 1, count: 159 },
    { start: 256, count: 1792 },
  ],
  [
    { start: 5, count: 1 },
    { start: 7, count: 2 },
    { start: 60, count: 70 },
    { start: 600, count: 1 },
    { start: 1023, count: 514 },
  ],
  [{ start: 2048, count: 1024 }],
].map((runs) => ({ isMap: true, runs }));

/** The worlds that are tried; with maps if the allocator takes them. */
export function patternWorlds(isFull: boolean, takesMaps: boolean): World[] {
  const plain = (isFull ? FULL_SIZES : QUICK_SIZES).map(plainWorld);
  return takesMaps ? [...plain, ...MAPS] : plain;
}

type Pattern = (blocks: readonly number[], random: Random) => number[];

/** `items` in random order. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const all = [...items];
  for (let left = all.length; left > 1; --left) {
    const other = random.below(left);
    [all[left - 1], all[other]] = [all[other]!, all[left - 1]!];
  }
  return all;
}

const PATTERNS: readonly Pattern[] = [
  (blocks) => [...blocks],
  (blocks) => blocks.toReversed(),
  (blocks) => [...blocks.filter((_, index) => index % 2), ...blocks.filter((_, i) => i % 2 === 0)],
  shuffled,
];

/** Allocates blocks of `order` until there are no more; their numbers. */
export function fill(driver: Driver, order: number): number[] {
  const blocks: number[] = [];
  for (let block = driver.alloc(order); block !== null; block = driver.alloc(order)) {
    blocks.push(block);
  }
  return blocks;
}

/** Frees every block. */
export function freeAll(driver: Driver, blocks: readonly number[]): void {
  for (const block of blocks) driver.free(block);
}

/** The orders that are asked for after `order`. */
function nextOrders(order: number, isFull: boolean): number[] {
  const all = Array.from({ length: LARGEST_ORDER + 1 }, (_, each) => each);
  const near = [order, order + 1, LARGEST_ORDER];
  return isFull ? all : all.filter((each) => near.includes(each));
}

/** Tries all patterns on `world`; returns how many sequences there were. */
export function tryPatterns(driver: Driver, world: World, isFull: boolean, random: Random): number {
  let sequences = 0;
  for (let order = 0; order <= LARGEST_ORDER; ++order) {
    for (const next of nextOrders(order, isFull)) {
      for (const pattern of PATTERNS) {
        driver.begin(world);
        const first = pattern(fill(driver, order), random);
        // Half of it first: what is left lies between what is freed.
        const half = first.length >> 1;
        freeAll(driver, first.slice(0, half));
        const second = fill(driver, next);
        freeAll(driver, first.slice(half));
        freeAll(driver, pattern(second, random));
        fill(driver, next);
        ++sequences;
      }
    }
  }
  return sequences;
}
