/**
 * The allocator core as a module of its own, for the tests: its functions, and views of its state that
 * no caller in the kernel needs.
 */

export {
  buddyAlloc,
  buddyFree,
  buddyFreeFrames,
  buddyInsertRun,
  buddyLargestFreeOrder,
  buddyTableBytes,
  buddyTakeRange,
  buddyTotalFrames,
  initBuddyAllocator,
} from "../../src/mm/buddy/buddy_alloc";
export {
  cachedFrames,
  drainFrameCache,
  initPageAllocator,
  isValidFrame,
  moveSharing,
  pageAlloc,
  pageFree,
  pageLargestFreeOrder,
  pageRetain,
  sharingTableBytes,
} from "../../src/mm/buddy/page_alloc";

export { deferredCount, deferredFrameAt } from "../../src/mm/buddy/deferred_frames";

import { cachedMask, cachedWordAddress, FRAMES, PAGEBLOCKS } from "../../src/mm/buddy/cached_word";
import {
  FrameStatus,
  frameStatus,
  isFreeStatus,
  statusOrder,
} from "../../src/mm/buddy/frame_status";
import { listsOf } from "../../src/mm/buddy/free_lists";
import { knownGigablockOf } from "../../src/mm/buddy/node_table";
import { ownersOf } from "../../src/mm/buddy/shared_frames";

/** True if `frame` is managed and free, in the lists or cached. */
export function isFree(frame: u32): bool {
  return isFreeStatus(frameStatus(frame));
}

/** The order of the allocated block that begins at `frame`; -1 if none does. */
export function blockOrder(frame: u32): i32 {
  const status = frameStatus(frame);
  if (status == FrameStatus.UNMANAGED || isFreeStatus(status)) return -1;
  return frame & ((1 << statusOrder(status)) - 1) ? -1 : status;
}

/** How many owners `frame` has; 0 unless it is an allocated frame of order 0. */
export function owners(frame: u32): u32 {
  return frameStatus(frame) == 0 ? max(ownersOf(frame), 1) : 0;
}

/** Address of the list starts of all zones. */
export function listTable(): usize {
  return changetype<usize>(listsOf(0));
}

/** Address of the record of the first 16 MiB. */
export function lowGigablock(): usize {
  return changetype<usize>(knownGigablockOf(1));
}

/** The free units of the lent word of frames, or of pageblocks. */
export function cachedUnits(ofPageblocks: bool): u64 {
  return ofPageblocks ? cachedMask(PAGEBLOCKS) : cachedMask(FRAMES);
}

/** Address of that word's record. */
export function cachedAddress(ofPageblocks: bool): usize {
  return ofPageblocks ? cachedWordAddress(PAGEBLOCKS) : cachedWordAddress(FRAMES);
}
