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
 * From the ground up: word_masks.ts (64 frames as two masks), areas.ts (records), granules.ts (frame
 * to record), free_lists.ts (where free memory is found), lent_word.ts and sharing.ts (what the front
 * end adds), area_blocks.ts (orders 9 to 18), word_blocks.ts (orders 0 to 8), frame_status.ts and
 * managed_runs.ts.
 */

import { ErrorCode } from "../boot/error_code";
import { releaseBlock, takeBlock } from "./area_blocks";
import {
  Area,
  AREA_ORDER,
  AREA_WORDS,
  areaNumber,
  setWordState,
  wordFrame,
  wordState,
  WORD_NONE,
} from "./areas";
import { frameStatus, FrameStatus, isFreeStatus, statusOrder } from "./frame_status";
import { clearTotals, countFree, countManaged, freeTotal, managedTotal } from "./frame_totals";
import {
  blockKey,
  clearLists,
  fittingLists,
  headOf,
  largestOrder,
  listsOf,
  next,
  Zone,
  ZoneLists,
  ZONES,
} from "./free_lists";
import {
  areaCount,
  areaOf,
  areaTableBytes,
  endOfRuns,
  GRANULE_ORDER,
  granuleCount,
  initAreaTables,
} from "./granules";
import { forgetLentWord, isAboveLentZone, isLentFrom } from "./lent_word";
import { checkInsertion, checkRemoval, insertFrames, removeFramesOf } from "./managed_runs";
import { clearSharing } from "./sharing";
import {
  releaseFrames,
  releaseWords,
  takeBackLentWord,
  takeFrames,
  takeWords,
} from "./word_blocks";
import { WORD_ORDER } from "./word_masks";

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
 * empty, which together hold every frame that will ever be managed. 216 bytes for every 2 MiB that a
 * run touches or that lie between runs of the same GiB, and 12 for every GiB up to the last run.
 * Takes time in proportion to runs and GiB.
 */
export function buddyTableBytes(runs: usize, count: u32): u64 {
  return areaTableBytes(runs, count);
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
  forgetLentWord();
  initAreaTables(tables, runs, count);
  tableBytes = areaTableBytes(runs, count);
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
  return areaCount() * AREA_WORDS;
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

/** How many maximal free blocks of `order`, 9 to 18, there are; takes time in proportion. */
export function buddyFreeBlocks(order: u32): u32 {
  let blocks: u32 = 0;
  if (order < AREA_ORDER || order > MAX_ORDER) return 0;
  for (let zone: u32 = 0; zone < ZONES; ++zone) {
    for (let entry = headOf(listsOf(zone), blockKey(order)); entry; entry = next(entry)) ++blocks;
  }
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
 * neighbours. Takes time in proportion to the number of aligned blocks that make up the run.
 *
 * INVALID_DESCRIPTOR if the run is empty, holds frame 0 or passes the last frame; INVALID_ADDRESS if
 * the tables were not made for all of it; BUSY if a frame of it is managed already.
 */
export function buddyInsertRun(start: u32, count: u32): ErrorCode {
  const code = checkInsertion(start, count);
  if (code != ErrorCode.NONE) return code;
  takeBackLentWord();
  insertFrames(start, count);
  countManaged(count);
  countFree(count);
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
  takeBackLentWord();
  removeFramesOf(start, count);
  countManaged(-i32(count));
  countFree(-i32(count));
  return ErrorCode.NONE;
}

/**
 * Allocates 2^`order` frames, aligned to their number, from the highest part of `zone` that has
 * them. Returns the first frame, or `NO_FRAME` if `zone` has no aligned free run of that size or the
 * order is too large.
 */
export function buddyAlloc(order: u32, zone: Zone): u32 {
  if (order > MAX_ORDER) return NO_FRAME;
  const fitting = fittingLists(order);
  for (let z: u32 = zone; z < ZONES; ++z) {
    const lists = listsOf(z);
    let found = lists.nonEmpty & fitting;
    if (!found && isLentFrom(z)) {
      takeBackLentWord();
      found = lists.nonEmpty & fitting;
    }
    if (found) return takeFrom(lists, u32(ctz(found)), order);
  }
  return NO_FRAME;
}

/** Allocates a block of `order` from list `key`, whose entries have one. */
@inline
function takeFrom(lists: ZoneLists, key: u32, order: u32): u32 {
  if (order < WORD_ORDER) return takeFrames(lists, key, order);
  if (order < AREA_ORDER) return takeWords(lists, key, order);
  const area = takeBlock(lists, key, order);
  setWordState(area, 0, order);
  countFree(-(1 << order));
  return wordFrame(area, 0);
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
  if (order > MAX_ORDER) return ErrorCode.INVALID_ORDER;
  const area = areaOf(frame);
  if (!area || !isAligned(frame, order) || !release(area, frame, order)) {
    return refusal(frame, order);
  }
  if (isAboveLentZone(frame)) takeBackLentWord();
  return ErrorCode.NONE;
}

/** Frees the block of `order` at `frame`, which is aligned to it; false if there is none. */
@inline
function release(area: Area, frame: u32, order: u32): bool {
  if (order < WORD_ORDER) return releaseFrames(area, frame, order);
  if (order < AREA_ORDER) return releaseWords(area, frame, order);
  if (wordState(area, 0) != order) return false;
  setWordState(area, 0, WORD_NONE);
  releaseBlock(area, areaNumber(frame), order);
  countFree(1 << order);
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
