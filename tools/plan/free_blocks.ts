/**
 * The memory of a running kernel as blocks, as the kernel itself tells it (`frame_block`).
 */

import { BlockState, FRAME_BYTES } from "../../abi/frame.ts";
import { type FrameBlock, type Kernel, type ManagedRun } from "../../sim/kernel.ts";

/** Free blocks of one size. */
export interface FreeBlocks {
  /** A block has 2^order frames. */
  readonly order: number;
  /** How many there are; at least one. */
  readonly blocks: number;
}

/** A block and its order. */
export interface ManagedBlock extends FrameBlock {
  readonly order: number;
}

/**
 * All managed memory, block by block in address order: allocated blocks, and the free memory as maximal
 * naturally aligned blocks. Asks the kernel once for each, as it stands then.
 */
export function* managedBlocks(
  kernel: Kernel,
  runs: readonly ManagedRun[] = kernel.managedRuns(),
): Generator<ManagedBlock> {
  for (const run of runs) {
    const end = run.base + run.length;
    for (let address = run.base; address < end;) {
      const { base, length, state } = kernel.frameBlock(address);
      yield { base, length, state, order: Math.log2(Number(length) / FRAME_BYTES) };
      address = base + length;
    }
  }
}

/** The free memory as maximal naturally aligned blocks, largest first. */
export function freeBlocks(kernel: Kernel): FreeBlocks[] {
  const counts = new Map<number, number>();
  for (const { order, state } of managedBlocks(kernel)) {
    if (state === BlockState.FREE) counts.set(order, (counts.get(order) ?? 0) + 1);
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
