/**
 * The buddy allocator: naturally aligned blocks of 2^0 to 2^18 frames (4 KiB to 1 GiB), wherever
 * the machine has RAM below 16 TiB.
 *
 * Used by the order-0 front end (page_alloc.ts) and by `PhysicalAllocator`, which decides what is
 * managed. It keeps metadata only, in tables that the caller supplies, and never touches the
 * frames.
 *
 * What it guarantees after every call:
 *  - every frame has one state: not managed, free, or in one allocated block;
 *  - free blocks are merged as far as natural alignment permits: `NO_FRAME` means that no aligned
 *    free block of the order exists where the request looks;
 *  - a refused call has changed nothing, and every wrong free is refused.
 *
 * From the base up: word_masks.ts (64 units as two masks), nodes.ts (records), node_blocks.ts
 * (blocks inside a record), node_table.ts (frame to record), free_lists.ts (where free memory is
 * found), cache_zones.ts, cached_word.ts, deferred_frames.ts and shared_frames.ts (what the front
 * end adds), large_blocks.ts (orders 9 to 18), small_blocks.ts (orders 0 to 8), cache_refill.ts,
 * frame_status.ts (what a frame is) and frame_ranges.ts (what is managed).
 */

import { ErrorCode } from "../../../abi/error_code";
import { Frame, Order } from "../frames";
import {
  cachedOrder,
  clearCaches,
  drain,
  drainAll,
  refillAfterFree,
  refillFrom,
} from "./cache_refill";
import { isAboveCacheZone } from "./cache_zones";
import { canServe, FRAMES, isCachedIn, PAGEBLOCKS, returnCached, takeCached } from "./cached_word";
import { BEYOND_DEFERRED, isDeferredIn } from "./deferred_frames";
import { checkInsertion, checkRemoval, insertFrames, removeFrames } from "./frame_ranges";
import { FrameStatus, frameStatus, isFreeStatus } from "./frame_status";
import {
  clearLists,
  clearTotals,
  countManaged,
  fittingLists,
  freeTotal,
  largestOrder,
  listsOf,
  managedTotal,
  Zone,
  ZoneIndex,
  ZONES,
} from "./free_lists";
import { releasePageblocks, takePageblocks } from "./large_blocks";
import {
  GIGABLOCK_ORDER,
  initNodeTables,
  knownGigablockOf,
  nodeTableBytes,
  pageblockOf,
} from "./node_table";
import { Bin, NODE_ORDER } from "./nodes";
import { clearSharing } from "./shared_frames";
import { mergeAllDeferred, releaseFrames, takeFrames } from "./small_blocks";

export { Zone } from "./free_lists";

/** The largest order: blocks of 1 GiB. */
export const MAX_ORDER: u32 = GIGABLOCK_ORDER;

/** No frame: frame 0 is never managed. */
export const NO_FRAME: Frame = 0;

/**
 * Bytes of the tables for `count` ranges at `ranges`, an array of `FrameRange`, sorted, disjoint
 * and not empty, which together hold every frame that will ever be managed. 152 bytes for every 2
 * MiB that a range touches or that lie between ranges of the same GiB, and for every such GiB; and
 * 12 for every GiB up to the last range. Takes time in proportion to the ranges.
 */
export function buddyTableBytes(ranges: usize, count: u32): u64 {
  return nodeTableBytes(ranges, count);
}

/**
 * Starts over with no frame managed and no frame shared. `tables` is zeroed memory, aligned to 8,
 * of the size that `buddyTableBytes` gives for the same ranges, which are not needed afterwards.
 * Only the table of gigablocks is written, so it costs the same however much RAM a GiB holds.
 */
export function initBuddyAllocator(tables: usize, ranges: usize, count: u32): void {
  clearLists();
  clearTotals();
  clearSharing();
  clearCaches();
  initNodeTables(tables, ranges, count);
}

/** Frames under management. */
export function buddyTotalFrames(): u64 {
  return u64(managedTotal());
}

/** Free frames, without the cached ones. */
export function buddyFreeFrames(): u64 {
  return u64(freeTotal());
}

/** The largest order that can be allocated without cached frames; -1 if none can. */
export function buddyLargestFreeOrder(): i32 {
  return largestOrder(listsOf(0).nonEmpty | listsOf(1).nonEmpty | listsOf(2).nonEmpty);
}

/**
 * Puts `count` frames from `start` on under management: they are free, and merged with their free
 * neighbours. Takes time in proportion to the GiB that the range touches.
 *
 * INVALID_DESCRIPTOR if the range is empty, holds frame 0 or passes the last frame; INVALID_ADDRESS
 * if the tables were not made for all of it; BUSY if a frame of it is managed already.
 */
export function buddyInsertRun(start: u32, count: u32): ErrorCode {
  const code = checkInsertion(start, count);
  if (code != ErrorCode.NONE) return code;
  drainAll();
  insertFrames(start, count);
  countManaged(count);
  return ErrorCode.NONE;
}

/**
 * Takes `count` free frames from `start` on out of management, until they are inserted again.
 *
 * INVALID_DESCRIPTOR if the range is empty or passes the last frame; INVALID_ADDRESS if a frame of
 * it is not managed; otherwise BUSY if one is allocated.
 */
export function buddyTakeRange(start: u32, count: u32): ErrorCode {
  const code = checkRemoval(start, count);
  if (code != ErrorCode.NONE) return code;
  drainAll();
  removeFrames(start, count);
  countManaged(-i32(count));
  return ErrorCode.NONE;
}

/**
 * Allocates 2^`order` frames, aligned to their number, from the highest part of `zone` that has
 * them. Returns the first frame, or `NO_FRAME` if `zone` has no aligned free block of that size or
 * the order is too large.
 */
export function buddyAlloc(order: Order, zone: Zone): Frame {
  if (order == PAGEBLOCKS && canServe(PAGEBLOCKS, zone)) return takeCached(PAGEBLOCKS);
  if (order > MAX_ORDER) return NO_FRAME;
  const fitting = fittingLists(order);
  for (let z: ZoneIndex = zone; z < ZONES; ++z) {
    const lists = listsOf(z);
    let found = lists.nonEmpty & fitting;
    if (!found && order < BEYOND_DEFERRED && isDeferredIn(z)) {
      mergeAllDeferred();
      found = lists.nonEmpty & fitting;
    }
    if (!found && isAnyCachedIn(z) && cachedOrder() >= i32(order)) {
      drainAll();
      found = lists.nonEmpty & fitting;
    }
    if (found) {
      const bin = u32(ctz(found));
      if (order < NODE_ORDER) return takeFrames(z, bin, order);
      return order == PAGEBLOCKS && zone == Zone.ANY
        ? allocAndRefillPageblocks(z, bin)
        : takePageblocks(z, bin, order);
    }
  }
  return NO_FRAME;
}

/** True if free frames of `zone`, and of no zone that it includes, are cached. */
@inline
function isAnyCachedIn(zone: ZoneIndex): bool {
  return isCachedIn(FRAMES, zone) || isCachedIn(PAGEBLOCKS, zone);
}

/** Allocates a pageblock from bin `bin` of `zone` while none is cached, and caches its word. */
function allocAndRefillPageblocks(zone: ZoneIndex, bin: Bin): Frame {
  drain(PAGEBLOCKS);
  return refillFrom(PAGEBLOCKS, zone, bin)
    ? takeCached(PAGEBLOCKS)
    : takePageblocks(zone, bin, PAGEBLOCKS);
}

/**
 * Frees the allocated block of `order` that begins at `frame`.
 *
 * Refusals, the first that applies: INVALID_ORDER if the order is too large; INVALID_ADDRESS if the
 * frame is not managed or not aligned to the order; NOT_ALLOCATED if it is free; BUSY if the order
 * is 0 and the frame shared (page_alloc.ts counts its owners); ORDER_MISMATCH if no allocated block
 * of just that order begins there.
 */
export function buddyFree(frame: Frame, order: Order): ErrorCode {
  if (order == PAGEBLOCKS && returnCached(PAGEBLOCKS, frame)) return ErrorCode.NONE;
  if (order > MAX_ORDER) return ErrorCode.INVALID_ORDER;
  if (!isAligned(frame, order)) return refusal(frame, order);
  if (!release(frame, order)) return refusal(frame, order);
  if (isAboveCacheZone(frame)) drainAll();
  return ErrorCode.NONE;
}

/** Frees the block of `order` at `frame`, which is aligned to it; false if there is none. */
@inline
function release(frame: Frame, order: Order): bool {
  if (order == PAGEBLOCKS) return releasePageblock(frame);
  if (order > PAGEBLOCKS) return releasePageblocks(frame, order);
  const pageblock = pageblockOf(frame);
  return pageblock ? releaseFrames(pageblock, frame, order) : false;
}

/**
 * Frees the pageblock at `frame`, which the cached word did not take; false if none is allocated
 * there.
 */
function releasePageblock(frame: Frame): bool {
  if (!releasePageblocks(frame, PAGEBLOCKS)) return false;
  refillAfterFree(PAGEBLOCKS, knownGigablockOf(frame), frame);
  return true;
}

/** Why a block of `order`, at most `MAX_ORDER`, cannot be freed at `frame`. */
export function refusal(frame: Frame, order: Order): ErrorCode {
  const status = frameStatus(frame);
  if (status == FrameStatus.UNMANAGED || !isAligned(frame, order)) return ErrorCode.INVALID_ADDRESS;
  if (isFreeStatus(status)) return ErrorCode.NOT_ALLOCATED;
  if (status == 0 && order == 0) return ErrorCode.BUSY;
  return ErrorCode.ORDER_MISMATCH;
}

/** True if a block of `order` may begin at `frame`. */
@inline
function isAligned(frame: Frame, order: Order): bool {
  return (frame & ((1 << order) - 1)) == 0;
}
