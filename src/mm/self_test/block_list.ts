/**
 * A list of allocated blocks that lives in the blocks themselves, so that the self-test can own any
 * number of them without storage of its own.
 *
 *     word 0 of a block's first frame    | address of the block before it | order |
 *                                          63                           12 11   0
 *     word 1 of every frame              | tag of the block, its address and order |
 *
 * Used by the self-test alone. The tags tell whether a frame was handed out twice.
 */

import { physLoad, physStore } from "../../boot/shim";
import { FRAME_SIZE } from "../frames";
import { PhysicalAllocator } from "../runtime/physical_allocator";

const TAG: u64 = 8;

/** The part of word 0 that is an order. */
const ORDER_MASK: u64 = FRAME_SIZE - 1;


@unmanaged
export class BlockList {
  /** Address of the block that came last; 0 if there is none. */
  last: u64;
  /** Frames of all blocks. */
  frames: u64;
  /** Blocks in the list. */
  blocks: u64;

  /** Starts over, owning nothing. */
  clear(): void {
    this.last = 0;
    this.frames = 0;
    this.blocks = 0;
  }

  /** Adds the allocated block of `order` at `address`. */
  add(address: u64, order: u32): void {
    const tag = address | u64(order);
    for (let frame = address, end = address + (FRAME_SIZE << order); frame < end;) {
      physStore(frame + TAG, tag);
      frame += FRAME_SIZE;
    }
    physStore(address, this.last | u64(order));
    this.last = address;
    this.frames += u64(1) << order;
    ++this.blocks;
  }

  /** Allocates blocks of `order` and of every smaller one until none is left. */
  takeAll(allocator: PhysicalAllocator, order: u32): void {
    for (let next = i32(order); next >= 0; --next) {
      while (true) {
        const address = allocator.allocate(next, 0);
        if (!address) break;
        this.add(address, next);
      }
    }
  }

  /**
   * Frees the block that came last. Returns 0, or the address of what is wrong: a frame that does
   * not hold what was written to it, or a block that the allocator does not take back.
   */
  freeLast(allocator: PhysicalAllocator): u64 {
    const address = this.last;
    const link = physLoad(address);
    const order = u32(link & ORDER_MASK);
    const tag = address | u64(order);
    for (let frame = address, end = address + (FRAME_SIZE << order); frame < end;) {
      if (physLoad(frame + TAG) != tag) return frame;
      frame += FRAME_SIZE;
    }
    if (allocator.free(address, order)) return address;
    this.last = link & ~ORDER_MASK;
    this.frames -= u64(1) << order;
    --this.blocks;
    return 0;
  }
}
