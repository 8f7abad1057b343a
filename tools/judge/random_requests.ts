/**
 * Random requests: blocks of many orders, allocated and freed at a load that wanders.
 */

import { type Random } from "../trace/random.ts";
import { LARGEST_ORDER, type Run } from "./contract.ts";
import { type Driver } from "./driver.ts";
import { fill, freeAll, shuffled } from "./patterns.ts";
import { plainWorld, type World } from "./steps.ts";

/** How a sequence draws its orders. */
const ORDERS: readonly ((random: Random) => number)[] = [
  () => 0,
  (random) => random.below(LARGEST_ORDER + 1),
  (random) => Math.min(LARGEST_ORDER, Math.floor(-Math.log2(1 - random.next()))),
  (random) => random.below(3),
  (random) => (random.below(20) ? 0 : LARGEST_ORDER),
];

/** Frames of a random world: often next to a power of two. */
function randomFrames(random: Random, most: number): number {
  const frames = 2 ** random.below(Math.floor(Math.log2(most)) + 1) + random.below(5) - 2;
  return random.below(2) ? Math.max(1, Math.min(frames, most)) : 1 + random.below(most);
}

/** Runs with gaps, `most` frames long with them. */
function randomRuns(random: Random, most: number): Run[] {
  const runs: Run[] = [];
  let at = random.below(4);
  do {
    const count = 1 + random.below(Math.max(1, most >> 2));
    runs.push({ start: at, count });
    at += count + 1 + random.below(20);
  } while (at < most && runs.length < 12);
  return runs;
}

/** A world of at most about `most` frames; now and then a map if the allocator takes them. */
export function randomWorld(random: Random, most: number, takesMaps: boolean): World {
  return takesMaps && random.below(3) === 0
    ? { isMap: true, runs: randomRuns(random, most) }
    : plainWorld(randomFrames(random, most));
}

/** The frames that a world has. */
export function framesOf({ runs }: World): number {
  return runs.reduce((sum, { count }) => sum + count, 0);
}

/** A load that goes on: which blocks are held, how many frames are wanted in use. */
export class RandomLoad {
  readonly #driver: Driver;
  readonly #random: Random;
  readonly #frames: number;
  readonly #order: (random: Random) => number;
  readonly #held: number[] = [];

  /** On `driver`, which has just started over with `world`. */
  constructor(driver: Driver, random: Random, world: World) {
    this.#driver = driver;
    this.#random = random;
    this.#frames = framesOf(world);
    this.#order = ORDERS[random.below(ORDERS.length)]!;
  }

  /** The numbers of the blocks that are held. */
  get held(): readonly number[] {
    return this.#held;
  }

  /** Makes `requests` requests. */
  go(requests: number): void {
    let wanted = this.#random.next();
    for (let request = 0; request < requests; ++request) {
      if (this.#random.below(40) === 0) wanted = this.#random.next() * 1.1;
      const used = 1 - this.#driver.owners.free / this.#frames;
      if (this.#held.length && (used > wanted || this.#random.below(8) === 0)) this.#freeOne();
      else this.#allocOne();
    }
  }

  /** Frees everything; then all memory is there in the largest blocks, and as frames. */
  end(): void {
    freeAll(this.#driver, shuffled(this.#held.splice(0), this.#random));
    freeAll(this.#driver, fill(this.#driver, LARGEST_ORDER));
    fill(this.#driver, 0);
  }

  #allocOne(): void {
    const block = this.#driver.alloc(this.#order(this.#random));
    if (block !== null) this.#held.push(block);
  }

  #freeOne(): void {
    const index = this.#random.below(3) ? this.#random.below(this.#held.length) : -1;
    const [block] = this.#held.splice(index, 1);
    this.#driver.free(block!);
  }
}

/** One random sequence on `world`. */
export function tryRandom(driver: Driver, random: Random, world: World, requests: number): void {
  driver.begin(world);
  const load = new RandomLoad(driver, random, world);
  load.go(requests);
  load.end();
}
