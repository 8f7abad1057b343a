/**
 * The page-frame allocator: single frames, and frames with several owners.
 *
 * Nearly all requests to a kernel's physical allocator are for one frame, so this front end caches
 * a whole word of 64 frames and serves them from a mask: an allocation takes its lowest bit, a free
 * of a frame in that word puts the bit back. Any other free goes straight to the word of its frame;
 * when two in sequence go to the same word, that word is cached instead, since more are likely to
 * follow. A frame that is freed into a full pageblock may wait for the next request as it is
 * (deferred_frames.ts). Nothing is hoarded: a request that finds no memory elsewhere drains the
 * cache first.
 *
 * Used by `PhysicalAllocator` for everything of order 0. All guarantees of buddy_alloc.ts hold.
 */

import { ErrorCode } from "../../../abi/error_code";
import { Frame } from "../frames";
import { buddyAlloc, buddyLargestFreeOrder, NO_FRAME, refusal } from "./buddy_alloc";
import {
  cachedOrder,
  deferredOrder,
  drain,
  drainAll,
  refillAfterFree,
  refillFrom,
} from "./cache_refill";
import { isAboveCacheZone } from "./cache_zones";
import {
  cachedMask,
  canServe,
  FRAMES,
  isCachedIn,
  PAGEBLOCKS,
  returnCached,
  takeCached,
} from "./cached_word";
import { deferredCount, hasDeferred, takeDeferred } from "./deferred_frames";
import { FrameStatus, frameStatus, isFreeStatus } from "./frame_status";
import { listsOf, Zone, ZoneIndex, ZONES } from "./free_lists";
import { knownPageblock, pageblockNumber, pageblockOf } from "./node_table";
import { addOwner, dropOwner, moveSharing, ownersOf } from "./shared_frames";
import { releaseFrames, setAbsent, takeFrames } from "./small_blocks";

export { moveSharing, sharingTableBytes } from "./shared_frames";

/**
 * Starts over; to be called after `initBuddyAllocator`. `table` and `bytes` are as for
 * `moveSharing`, or both 0: then no frame can be shared before `moveSharing`.
 */
export function initPageAllocator(table: usize, bytes: u32): ErrorCode {
  return bytes ? moveSharing(table, bytes) : ErrorCode.NONE;
}

/** Allocates a frame from the highest part of `zone` that has one; `NO_FRAME` if none has. */
@inline
export function pageAlloc(zone: Zone): Frame {
  const isCached = zone == Zone.ANY ? cachedMask(FRAMES) != 0 : canServe(FRAMES, zone);
  if (isCached) return takeCached(FRAMES);
  return zone == Zone.ANY ? allocAndRefill() : buddyAlloc(0, zone);
}

/** Allocates a frame while the cached word has none; may cache the word that it is from. */
function allocAndRefill(): Frame {
  if (hasDeferred()) return takeDeferred();
  for (let zone: ZoneIndex = 0; zone < ZONES; ++zone) {
    const lists = listsOf(zone);
    if (!lists.nonEmpty && isCachedIn(PAGEBLOCKS, zone)) drain(PAGEBLOCKS);
    if (!lists.nonEmpty) continue;
    const bin = u32(ctz(lists.nonEmpty));
    return refillFrom(FRAMES, zone, bin) ? takeCached(FRAMES) : takeFrames(zone, bin, 0);
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
export function pageFree(frame: Frame): ErrorCode {
  return returnCached(FRAMES, frame) ? ErrorCode.NONE : freeElsewhere(frame);
}

/** Frees a frame that the cached word did not take. */
function freeElsewhere(frame: Frame): ErrorCode {
  const pageblock = pageblockOf(frame);
  if (!pageblock || !releaseFrames(pageblock, frame, 0)) return freeShared(frame);
  if (isAboveCacheZone(frame)) drainAll();
  refillAfterFree(FRAMES, pageblock, frame);
  return ErrorCode.NONE;
}

/** Takes an owner from `frame` if it is shared. */
function freeShared(frame: Frame): ErrorCode {
  if (!ownersOf(frame)) return refusal(frame, 0);
  if (dropOwner(frame) == 1) setAbsent(knownPageblock(pageblockNumber(frame)), frame, false);
  return ErrorCode.NONE;
}

/**
 * One more owner for `frame`, an allocated frame of order 0.
 *
 * INVALID_ADDRESS, NOT_ALLOCATED and ORDER_MISMATCH as for `pageFree`; STORAGE_EXHAUSTED if the
 * sharing table is full (`moveSharing` to a larger one, then try again).
 */
export function pageRetain(frame: Frame): ErrorCode {
  const status = frameStatus(frame);
  if (status != 0) return retainRefusal(status);
  const code = addOwner(frame);
  if (code == ErrorCode.NONE) setAbsent(knownPageblock(pageblockNumber(frame)), frame, true);
  return code;
}

/** Why a frame of `status` cannot have another owner. */
function retainRefusal(status: i32): ErrorCode {
  if (status == FrameStatus.UNMANAGED) return ErrorCode.INVALID_ADDRESS;
  return isFreeStatus(status) ? ErrorCode.NOT_ALLOCATED : ErrorCode.ORDER_MISMATCH;
}

/** True for exactly the managed frames, free or allocated. */
export function isValidFrame(frame: Frame): bool {
  return frameStatus(frame) != FrameStatus.UNMANAGED;
}

/** Free frames outside the lists: those of both cached words, and the deferred ones. */
export function cachedFrames(): u64 {
  const words = popcnt(cachedMask(FRAMES)) + (popcnt(cachedMask(PAGEBLOCKS)) << u64(PAGEBLOCKS));
  return words + u64(deferredCount());
}

/** Puts all cached frames back into the lists and merges them. */
export function drainFrameCache(): void {
  drainAll();
}

/** The largest order that can be allocated, whatever is cached; -1 if nothing is free. */
export function pageLargestFreeOrder(): i32 {
  return max(max(buddyLargestFreeOrder(), cachedOrder()), deferredOrder());
}
