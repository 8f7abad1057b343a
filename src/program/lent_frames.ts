/**
 * Frames that the program has on loan: everything that is made for it, be it memory, records or
 * contents of files, is taken here and given back here, so that they can be counted.
 */

import { FrameFlag } from "../../abi/frame";
import { Order } from "../mm/frames";
import { borrowAllocator, returnAllocator } from "../mm/runtime/physical_allocator";

/** Frames on loan, page tables not counted. */
let lent: u64 = 0;

/** Lends 2^`order` frames, zeroed; their physical address, or 0 where there are none to lend. */
export function lendBlock(order: Order): u64 {
  const allocator = borrowAllocator();
  if (!allocator) return 0;
  const address = allocator.allocate(order, FrameFlag.ZERO);
  returnAllocator();
  if (address) lent += u64(1) << order;
  return address;
}

/** Takes back a block that `lendBlock` lent. */
export function takeBackBlock(address: u64, order: Order): void {
  const allocator = borrowAllocator();
  if (!allocator) return;
  const status = allocator.free(address, order);
  returnAllocator();
  assert(!status, "a frame on loan cannot be taken back");
  lent -= u64(1) << order;
}

/** Frames on loan. */
export function lentFrames(): u64 {
  return lent;
}
