/**
 * The workloads over the kernel's allocators, in one module with them. `allocator_entry.ts` puts them
 * on tables of their own, for a benchmark on the host; `kernel_entry.ts` on those of a running kernel.
 */

import { buddyAlloc, buddyFree, NO_FRAME, Zone } from "../src/mm/buddy/buddy_alloc";
import { pageAlloc, pageFree } from "../src/mm/buddy/page_alloc";
import { frameAddress, frameOf } from "../src/mm/frames";

export {
  block_list,
  blocks_in_use,
  drain,
  fill,
  Mix,
  mix,
  mix_drop,
  mix_rise,
  pairs,
  shuffle,
  stacks,
  startLoops,
} from "../tools/judge/loops/loops_entry";

/** What the kernel's allocators have for "there is none". */
@global
export const NO_BLOCK: u32 = NO_FRAME;

/** What `PhysicalAllocator.allocate` does for a request without flags. */
@global
@inline
export function allocFrames(order: u32): u32 {
  return order ? buddyAlloc(order, Zone.ANY) : pageAlloc(Zone.ANY);
}

/** What `PhysicalAllocator.free` does; true if the block was freed. */
@global
@inline
export function freeFrames(frame: u32, order: u32): bool {
  return (order ? buddyFree(frame, order) : pageFree(frame)) == 0;
}

/** Returns the first frame of a block of `order`, or 0. */
export function alloc(order: u32): u32 {
  return allocFrames(order);
}

/** Returns 1 if the block was freed. */
export function release(frame: u32, order: u32): u32 {
  return u32(freeFrames(frame, order));
}

/** As the kernel's export, straight to the core. */
export function frame_alloc(order: u32, flags: u32): u64 {
  return frameAddress(allocFrames(order));
}

/** As the kernel's export, straight to the core: 0 if the block was freed. */
export function frame_free(address: u64, order: u32): u32 {
  return u32(!freeFrames(u32(frameOf(address)), order));
}
