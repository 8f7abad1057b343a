/**
 * Free memory as the workloads' own lists of blocks have it, whatever the allocator says.
 */

import { LARGE_ORDER } from "./workloads.ts";

/** How the loops pack a block: its frame above its order. */
const ORDER_BITS = 4;

/**
 * Aligned runs of 2^`LARGE_ORDER` frames in which no block lies, of `frames` frames that begin and
 * end at such runs. `blocks` are packed as the loops pack them.
 */
export function freeLargeRuns(blocks: Uint32Array, frames: number): number {
  const touched = new Set<number>();
  for (const block of blocks) touched.add(block >>> (ORDER_BITS + LARGE_ORDER));
  return (frames >> LARGE_ORDER) - touched.size;
}

/** Frames that `blocks` hold. */
export function usedFrames(blocks: Uint32Array): number {
  return blocks.reduce((sum, block) => sum + 2 ** (block & (2 ** ORDER_BITS - 1)), 0);
}
