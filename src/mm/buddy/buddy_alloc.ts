/**
 * The buddy allocator: naturally aligned blocks of 2^0 to 2^18 frames (4 KiB to 1 GiB), wherever the
 * machine has RAM below 16 TiB.
 *
 * Used by the order-0 front end (page_alloc.ts) and by `PhysicalAllocator`, which decides what is
 * managed. It keeps metadata only, in tables that the caller supplies, and never touches the frames.
 *
 * What it guarantees after every call:
 *  - every frame has one state: not managed, free, or in one allocated block;
 *  - free runs are merged as far as natural alignment permits: `NO_FRAME` means that no aligned free
 *    run of the order exists where the request looks;
 *  - a refused call has changed nothing, and every wrong free is refused.
 *
 * From the ground up: word_masks.ts (64 units as two masks), nodes.ts (records), node_blocks.ts
 * (blocks inside a record), node_table.ts (frame to record), free_lists.ts (where free memory is found),
 * cached_word.ts, deferred_frames.ts and shared_frames.ts (what the front end adds), large_blocks.ts (orders 9
 * to 18), small_blocks.ts (orders 0 to 8), cache_refill.ts, frame_status.ts and frame_ranges.ts.
 */

import { ErrorCode } from "../../boot/error_code";
import { mergeAllLazy, releaseFrames, takeFrames } from "./small_blocks";
import { frameStatus, FrameStatus, isFreeStatus, statusOrder } from "./frame_status";
import { clearTotals, countManaged, freeTotal, managedTotal } from "./frame_totals";
import {
  clearLists,
  countFreeBlocks,
  fittingLists,
  largestOrder,
  listsOf,
  Zone,
  ZONES,
} from "./free_lists";
import {
  areaCount,
  areaOf,
  endOfRuns,
  GRANULE_ORDER,
  granuleCount,
  initNodeTables,
  knownGranuleOf,
  nodeTableBytes,
} from "./node_table";
import { isAboveHeldZone } from "./cache_zones";
import { releaseAreas, takeAreas } from "./large_blocks";
import { BEYOND_LAZY, isLazyFrom } from "./deferred_frames";
import { AREAS, canLend, FRAMES, isLentFrom, returnLent, takeLent } from "./cached_word";
import {
  clearLending,
  followFree,
  lendFrom,
  lentOrder,
  takeBack,
  takeBackAll,
} from "./cache_refill";
import { checkInsertion, checkRemoval, insertFrames, removeFrames } from "./frame_ranges";
import { NODE_ORDER, NODE_WORDS } from "./nodes";
import { clearSharing } from "./shared_frames";

export { Zone } from "./free_lists";

/** The largest order: blocks of 1 GiB. */
export const MAX_ORDER: u32 = GRANULE_ORDER;

/** No frame: frame 0 is never managed. */
export const NO_FRAME: u32 = 0;

/** Bytes of the tables in use. */
let tableBytes: u64 = 0;

/** First frame behind the last run that the tables were made for. */
let frameLimit: u64 = 0;

/**
 * Bytes of the tables for `count` runs at `runs`, an array of `PhysFrame`, sorted, disjoint and not
 * empty, which together hold every frame that will ever be managed. 152 bytes for every 2 MiB that a
 * run touches or that lie between runs of the same GiB, and for every such GiB; and 12 for every GiB
 * up to the last run.
 * Takes time in proportion to the runs.
 */
export function buddyTableBytes(runs: usize, count: u32): u64 {
  return nodeTableBytes(runs, count);
}

/**
 * Starts over with no frame managed and no frame shared. `tables` is zeroed memory, aligned to 8,
 * of the size that `buddyTableBytes` gives for the same runs; the runs are not needed afterwards.
 * Only the table of granules is written, so it costs the same however much RAM a GiB holds.
 */
export function initBuddyAllocator(tables: usize, runs: usize, count: u32): void {
  clearLists();
  clearTotals();
  clearSharing();
  clearLending();
  tableBytes = initNodeTables(tables, runs, count);
  frameLimit = endOfRuns(runs, count);
}

/** First frame number above all that the tables were made for; at most 2^32. */
export function buddyFrameLimit(): u64 {
  return frameLimit;
}

/** Entries of the granule table, one for each GiB. */
export function buddyGranules(): u32 {
  return granuleCount();
}

/** Words of 64 frames that have records. */
export function buddyWords(): u32 {
  return areaCount() * NODE_WORDS;
}

/** Bytes of the tables in use. */
export function buddyMetadataBytes(): u64 {
  return tableBytes;
}

/** Frames under management. */
export function buddyTotalFrames(): u64 {
  return u64(managedTotal());
}

/** Free frames, without those that the order-0 front end holds. */
export function buddyFreeFrames(): u64 {
  return u64(freeTotal());
}

/** The largest order that can be allocated without the front end's frames; -1 if none can. */
export function buddyLargestFreeOrder(): i32 {
  return largestOrder(listsOf(0).nonEmpty | listsOf(1).nonEmpty | listsOf(2).nonEmpty);
}

/** How many maximal free blocks of `order`, 9 to 18, there are; takes time in proportion to GiB. */
export function buddyFreeBlocks(order: u32): u32 {
  if (order < NODE_ORDER || order > MAX_ORDER) return 0;
  let blocks: u32 = 0;
  for (let zone: u32 = 0; zone < ZONES; ++zone) blocks += countFreeBlocks(zone, order);
  return blocks;
}

/** True if `frame` is managed, free or allocated. */
export function buddyIsManaged(frame: u32): bool {
  return frameStatus(frame) != FrameStatus.UNMANAGED;
}

/** True if `frame` is managed and free, be it in the lists or with the front end. */
export function buddyIsFree(frame: u32): bool {
  return isFreeStatus(frameStatus(frame));
}

/** The order of the allocated block that begins at `frame`; -1 if none does. */
export function buddyBlockOrder(frame: u32): i32 {
  const status = frameStatus(frame);
  if (status == FrameStatus.UNMANAGED || isFreeStatus(status)) return -1;
  return isAligned(frame, statusOrder(status)) ? status : -1;
}

/**
 * Puts `count` frames from `start` on under management: they are free, and merged with their free
 * neighbours. Takes time in proportion to the GiB that the run touches.
 *
 * INVALID_DESCRIPTOR if the run is empty, holds frame 0 or passes the last frame; INVALID_ADDRESS if
 * the tables were not made for all of it; BUSY if a frame of it is managed already.
 */
export function buddyInsertRun(start: u32, count: u32): ErrorCode {
  const code = checkInsertion(start, count);
  if (code != ErrorCode.NONE) return code;
  takeBackAll();
  insertFrames(start, count);
  countManaged(count);
  return ErrorCode.NONE;
}

/**
 * Takes `count` free frames from `start` on out of management, for good or until they are inserted
 * again.
 *
 * INVALID_DESCRIPTOR if the run is empty or passes the last frame; INVALID_ADDRESS if a frame of it
 * is not managed; otherwise BUSY if one is allocated.
 */
export function buddyTakeRange(start: u32, count: u32): ErrorCode {
  const code = checkRemoval(start, count);
  if (code != ErrorCode.NONE) return code;
  takeBackAll();
  removeFrames(start, count);
  countManaged(-i32(count));
  return ErrorCode.NONE;
}

/**
 * Allocates 2^`order` frames, aligned to their number, from the highest part of `zone` that has
 * them. Returns the first frame, or `NO_FRAME` if `zone` has no aligned free run of that size or the
 * order is too large.
 */
export function buddyAlloc(order: u32, zone: Zone): u32 {
  if (order == AREAS && canLend(AREAS, zone)) return takeLent(AREAS);
  if (order > MAX_ORDER) return NO_FRAME;
  const fitting = fittingLists(order);
  for (let z: u32 = zone; z < ZONES; ++z) {
    const lists = listsOf(z);
    let found = lists.nonEmpty & fitting;
    if (!found && order < BEYOND_LAZY && isLazyFrom(z)) {
      mergeAllLazy();
      found = lists.nonEmpty & fitting;
    }
    if (!found && isAnyLentFrom(z) && lentOrder() >= i32(order)) {
      takeBackAll();
      found = lists.nonEmpty & fitting;
    }
    if (found) {
      const key = u32(ctz(found));
      if (order < NODE_ORDER) return takeFrames(z, key, order);
      return order == AREAS && zone == Zone.ANY ? borrowAreas(z, key) : takeAreas(z, key, order);
    }
  }
  return NO_FRAME;
}

/** True if frames of `zone`, and of none behind it, are lent. */
@inline
function isAnyLentFrom(zone: u32): bool {
  return isLentFrom(FRAMES, zone) || isLentFrom(AREAS, zone);
}

/** Allocates an area from list `key` of `zone` while none that is lent will do; lends its word. */
function borrowAreas(zone: u32, key: u32): u32 {
  takeBack(AREAS);
  return lendFrom(AREAS, zone, key) ? takeLent(AREAS) : takeAreas(zone, key, AREAS);
}

/**
 * Frees the allocated block of `order` that begins at `frame`.
 *
 * Refusals, the first that applies: INVALID_ORDER if the order is too large; INVALID_ADDRESS if the
 * frame is not managed or not aligned to the order; NOT_ALLOCATED if it is free; BUSY if the order is
 * 0 and the frame shared (page_alloc.ts counts its owners); ORDER_MISMATCH if no allocated block of
 * just that order begins there.
 */
export function buddyFree(frame: u32, order: u32): ErrorCode {
  if (order == AREAS && returnLent(AREAS, frame)) return ErrorCode.NONE;
  if (order > MAX_ORDER) return ErrorCode.INVALID_ORDER;
  if (!isAligned(frame, order)) return refusal(frame, order);
  if (!release(frame, order)) return refusal(frame, order);
  if (isAboveHeldZone(frame)) takeBackAll();
  return ErrorCode.NONE;
}

/** Frees the block of `order` at `frame`, which is aligned to it; false if there is none. */
@inline
function release(frame: u32, order: u32): bool {
  if (order == AREAS) return releaseArea(frame);
  if (order > AREAS) return releaseAreas(frame, order);
  const area = areaOf(frame);
  return area ? releaseFrames(area, frame, order) : false;
}

/** Frees the area at `frame`, which is not simply one of the lent word; false if it is none. */
function releaseArea(frame: u32): bool {
  if (!releaseAreas(frame, AREAS)) return false;
  followFree(AREAS, knownGranuleOf(frame), frame);
  return true;
}

/** Why a block of `order`, at most `MAX_ORDER`, cannot be freed at `frame`. */
export function refusal(frame: u32, order: u32): ErrorCode {
  const status = frameStatus(frame);
  if (status == FrameStatus.UNMANAGED || !isAligned(frame, order)) return ErrorCode.INVALID_ADDRESS;
  if (isFreeStatus(status)) return ErrorCode.NOT_ALLOCATED;
  if (status == 0 && order == 0) return ErrorCode.BUSY;
  return ErrorCode.ORDER_MISMATCH;
}

/** True if a block of `order` may begin at `frame`. */
@inline
function isAligned(frame: u32, order: u32): bool {
  return (frame & ((1 << order) - 1)) == 0;
}
