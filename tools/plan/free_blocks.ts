/**
 * The free memory of a running kernel by block size, as the kernel itself tells it (`frame_block`).
 */

import { BlockState, FRAME_BYTES } from "../../abi/frame.ts";
import { type Kernel } from "../../sim/kernel.ts";

/** Free blocks of one size. */
export interface FreeBlocks {
  /** A block has 2^order frames. */
  readonly order: number;
  /** How many there are; at least one. */
  readonly blocks: number;
}

/**
 * The free memory as maximal naturally aligned blocks, largest first. Asks once for each block, free
 * or allocated.
 */
export function freeBlocks(kernel: Kernel): FreeBlocks[] {
  const counts = new Map<number, number>();
  for (const run of kernel.managedRuns()) {
    const end = run.base + run.length;
    for (let address = run.base; address < end;) {
      const { base, length, state } = kernel.frameBlock(address);
      if (state === BlockState.FREE) {
        const order = Math.log2(Number(length) / FRAME_BYTES);
        counts.set(order, (counts.get(order) ?? 0) + 1);
      }
      address = base + length;
    }
  }
  return [...counts]
    .map(([order, blocks]) => ({ order, blocks }))
    .sort((a, b) => b.order - a.order);
}

/** Frames in `blocks` of at least 2^order frames. */
export function framesInBlocks(blocks: readonly FreeBlocks[], order: number): number {
  return blocks
    .filter((block) => block.order >= order)
    .reduce((frames, block) => frames + block.blocks * 2 ** block.order, 0);
}
