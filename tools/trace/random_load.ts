/**
 * What a random load asks next: to allocate or to free, and blocks of which order. The choices that
 * `slopos trace` and the explorer share.
 */

import { type Random } from "./random.ts";

/** Which orders are allocated; each mix goes from single frames up to 2 MiB at most. */
export const ORDER_MIXES = ["single", "geometric", "uniform", "large"] as const;
export type OrderMix = (typeof ORDER_MIXES)[number];

/** Order of a 2 MiB block: the large page of x86-64. */
export const LARGE_PAGE_ORDER = 9;

/** An order of `mix`; in the geometric one each is half as frequent as the one below. */
export function drawOrder(mix: OrderMix, random: Random): number {
  switch (mix) {
    case "single":
      return 0;
    case "geometric":
      return Math.min(LARGE_PAGE_ORDER, Math.floor(-Math.log2(1 - random.next())));
    case "uniform":
      return random.below(LARGE_PAGE_ORDER + 1);
    case "large":
      return LARGE_PAGE_ORDER;
  }
}

/**
 * True if the next operation is to allocate. With `used` frames allocated, memory fills up to `aim`
 * frames and stays about there; `lean`, 0 to 0.5, is by how much more than half of the operations
 * lead there.
 */
export function drawsAllocation(used: number, aim: number, lean: number, random: Random): boolean {
  return random.next() < (used < aim ? 0.5 + lean : 0.5 - lean);
}
