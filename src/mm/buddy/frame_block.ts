/**
 * The block around a frame, as tools show it: what the frame is, and how far the same holds around it.
 *
 * The allocators keep free frames in pieces of their own choosing. What a caller could be given is
 * told here whatever they choose: of a free frame the largest naturally aligned block that holds it
 * and is free as a whole.
 */

import { FrameStatus, frameStatus, isFreeStatus, statusOrder } from "./frame_status";
import { GRANULE_ORDER } from "./node_table";

/** What a block is; the numbers are part of ABI 1. */
export const enum BlockState {
  /** Not managed; said of one frame at a time. */
  UNMANAGED = 0,
  FREE = 1,
  ALLOCATED = 2,
}

/** The state of the block that holds `frame`, any frame number. */
export function blockState(frame: u32): BlockState {
  const status = frameStatus(frame);
  if (status == FrameStatus.UNMANAGED) return BlockState.UNMANAGED;
  return isFreeStatus(status) ? BlockState.FREE : BlockState.ALLOCATED;
}

/** The order of the block that holds `frame`; it begins at the multiple of its size below. */
export function blockOrder(frame: u32): u32 {
  const status = frameStatus(frame);
  if (status == FrameStatus.UNMANAGED) return 0;
  let order = statusOrder(status);
  if (!isFreeStatus(status)) return order;
  while (order < GRANULE_ORDER && isFreeRun(((frame >> order) ^ 1) << order, order)) ++order;
  return order;
}

/** True if the aligned 2^`order` frames from `first` on are all free. */
function isFreeRun(first: u32, order: u32): bool {
  for (let taken: u32 = 0; taken < 1 << order;) {
    const status = frameStatus(first + taken);
    if (!isFreeStatus(status)) return false;
    taken += 1 << statusOrder(status);
  }
  return true;
}
