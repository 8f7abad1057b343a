/**
 * The page-frame allocator: single frames, and frames with several owners.
 *
 * Nearly all requests to a kernel's physical allocator are for one frame, so this front end borrows a
 * whole word of 64 frames from the buddy allocator and serves them from a mask: an allocation takes
 * its lowest bit, a free of a frame in that word puts the bit back. Any other free goes straight to
 * the word of its frame; when two in sequence go to the same word, that one is borrowed instead,
 * since more are likely to follow. A frame that is freed into an area where nothing else is free may
 * wait for the next request as it is (deferred_frames.ts). Nothing is hoarded: a request that finds no
 * memory elsewhere has the borrowed word and the waiting frames taken back.
 *
 * Used by `PhysicalAllocator` for everything of order 0. All guarantees of buddy_alloc.ts hold.
 */

import { ErrorCode } from "../../boot/error_code";
import { releaseFrames, setWithheld, takeFrames } from "./small_blocks";
import { buddyAlloc, buddyLargestFreeOrder, NO_FRAME, refusal } from "./buddy_alloc";
import { frameStatus, FrameStatus, isFreeStatus } from "./frame_status";
import { listsOf, Zone, ZONES } from "./free_lists";
import { areaNumber, areaOf, knownArea } from "./node_table";
import { isAboveHeldZone } from "./cache_zones";
import { hasLazy, lazyCount, takeLazy } from "./deferred_frames";
import { followFree, lazyOrder, lendFrom, lentOrder, takeBack, takeBackAll } from "./cache_refill";
import { AREAS, canLend, FRAMES, isLentFrom, lentMask, returnLent, takeLent } from "./cached_word";
import { addOwner, dropOwner, moveSharing, ownersOf } from "./shared_frames";

export { moveSharing, sharingNeedsGrowth, sharingTableBytes } from "./shared_frames";

/**
 * Starts over; to be called after `initBuddyAllocator`. `table` and `bytes` are as for
 * `moveSharing`, or both 0: then no frame can be shared before `moveSharing`.
 */
export function initPageAllocator(table: usize, bytes: u32): ErrorCode {
  return bytes ? moveSharing(table, bytes) : ErrorCode.NONE;
}

/** Allocates a frame from the highest part of `zone` that has one; `NO_FRAME` if none has. */
@inline
export function pageAlloc(zone: Zone): u32 {
  const isLent = zone == Zone.ANY ? lentMask(FRAMES) != 0 : canLend(FRAMES, zone);
  if (isLent) return takeLent(FRAMES);
  return zone == Zone.ANY ? allocAndBorrow() : buddyAlloc(0, zone);
}

/** Allocates a frame while the borrowed word has none, and borrows the one that it is from. */
function allocAndBorrow(): u32 {
  if (hasLazy()) return takeLazy();
  for (let zone: u32 = 0; zone < ZONES; ++zone) {
    const lists = listsOf(zone);
    if (!lists.nonEmpty && isLentFrom(AREAS, zone)) takeBack(AREAS);
    if (!lists.nonEmpty) continue;
    const key = u32(ctz(lists.nonEmpty));
    return lendFrom(FRAMES, zone, key) ? takeLent(FRAMES) : takeFrames(zone, key, 0);
  }
  return NO_FRAME;
}

/**
 * Takes one owner from `frame`, an allocated frame of order 0; it is free when the last is gone.
 *
 * INVALID_ADDRESS if the frame is not managed, NOT_ALLOCATED if it is free, ORDER_MISMATCH if it
 * belongs to a larger block.
 */
@inline
export function pageFree(frame: u32): ErrorCode {
  return returnLent(FRAMES, frame) ? ErrorCode.NONE : freeElsewhere(frame);
}

/** Frees a frame that is not simply one of the borrowed word. */
function freeElsewhere(frame: u32): ErrorCode {
  const area = areaOf(frame);
  if (!area || !releaseFrames(area, frame, 0)) return freeShared(frame);
  if (isAboveHeldZone(frame)) takeBackAll();
  followFree(FRAMES, area, frame);
  return ErrorCode.NONE;
}

/** Takes an owner from `frame` if it is shared. */
function freeShared(frame: u32): ErrorCode {
  if (!ownersOf(frame)) return refusal(frame, 0);
  if (dropOwner(frame) == 1) setWithheld(knownArea(areaNumber(frame)), frame, false);
  return ErrorCode.NONE;
}

/**
 * One more owner for `frame`, an allocated frame of order 0.
 *
 * INVALID_ADDRESS, NOT_ALLOCATED and ORDER_MISMATCH as for `pageFree`; STORAGE_EXHAUSTED if the
 * sharing table is full (`moveSharing` to a larger one, then try again).
 */
export function pageRetain(frame: u32): ErrorCode {
  const status = frameStatus(frame);
  if (status != 0) return retainRefusal(status);
  const code = addOwner(frame);
  if (code == ErrorCode.NONE) setWithheld(knownArea(areaNumber(frame)), frame, true);
  return code;
}

/** Why a frame of `status` cannot have another owner. */
function retainRefusal(status: i32): ErrorCode {
  if (status == FrameStatus.UNMANAGED) return ErrorCode.INVALID_ADDRESS;
  return isFreeStatus(status) ? ErrorCode.NOT_ALLOCATED : ErrorCode.ORDER_MISMATCH;
}

/** How many owners `frame` has; 0 unless it is an allocated frame of order 0. */
export function pageOwners(frame: u32): u32 {
  if (frameStatus(frame) != 0) return 0;
  const owners = ownersOf(frame);
  return owners ? owners : 1;
}

/** True for exactly the managed frames, free or allocated. */
export function isValidFrame(frame: u32): bool {
  return frameStatus(frame) != FrameStatus.UNMANAGED;
}

/** Free frames in the borrowed words, of frames and of areas, and lazy ones. */
export function cachedFrames(): u64 {
  const lent = popcnt(lentMask(FRAMES)) + (popcnt(lentMask(AREAS)) << u64(AREAS));
  return lent + u64(lazyCount());
}

/** Gives the borrowed words and the lazy frames back to the buddy allocator. */
export function flushPageCache(): void {
  takeBackAll();
}

/** The largest order that can be allocated, whatever is borrowed or lazy; -1 if nothing is free. */
export function pageLargestFreeOrder(): i32 {
  return max(max(buddyLargestFreeOrder(), lentOrder()), lazyOrder());
}
