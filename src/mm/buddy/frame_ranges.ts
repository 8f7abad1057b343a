/**
 * Putting ranges of frames under management, and taking them out again.
 *
 * A range of any start and length is, gigablock by gigablock, a row of whole pageblocks with parts
 * of pageblocks at its ends. The pageblocks in the row are not visited when they are inserted, nor,
 * if they are free as a whole, when they are taken out.
 */

import { ErrorCode } from "../../../abi/error_code";
import { Frame, FRAME_LIMIT } from "../frames";
import { FrameStatus, frameStatus, isFreeStatus, statusOrder } from "./frame_status";
import {
  closePageblock,
  countFree,
  insertFreeGigablock,
  requeueGigablock,
  requeuePageblock,
  zoneOf,
} from "./free_lists";
import { splitPageblockAt } from "./large_blocks";
import { areAbsent, areFree, freeAll, markAbsent, markAllAbsent, markPresent } from "./node_blocks";
import {
  GIGABLOCK_ORDER,
  haveRecords,
  knownGigablockOf,
  knownPageblock,
  LOW_END,
  Pageblock,
  pageblockNumber,
  pageblockPlace,
} from "./node_table";
import { isOpen, NO_BIN, Node, NODE_ORDER, NODE_UNITS, ORDERS_OF_FREE } from "./nodes";
import { ownersOf, sharedFrames } from "./shared_frames";
import { requeueOrCoalesce } from "./small_blocks";

const GIGABLOCK_FRAMES: u32 = 1 << GIGABLOCK_ORDER;

/** The first multiple of `size`, a power of two, above `frame`. */
@inline
function nextMultiple(frame: u64, size: u64): u64 {
  return (frame | (size - 1)) + 1;
}

/** How many of `count` frames from `frame` on lie in the same gigablock. */
@inline
function framesInGigablock(frame: Frame, count: u32): u32 {
  const start = frame < LOW_END ? frame : frame & (GIGABLOCK_FRAMES - 1);
  return min(count, (frame < LOW_END ? LOW_END : GIGABLOCK_FRAMES) - start);
}

/** Where the pageblock of `frame` ends, or `end` if that comes first. */
@inline
function endInPageblock(frame: u64, end: u64): u64 {
  return min(end, nextMultiple(frame, u64(NODE_UNITS)));
}

/**
 * Whether `count` frames from `start` on can be put under management: INVALID_DESCRIPTOR if the
 * range is empty, holds frame 0 or passes the last frame, INVALID_ADDRESS if the tables do not
 * reach all of it, BUSY if a frame of it is managed already.
 */
export function checkInsertion(start: u32, count: u32): ErrorCode {
  if (!start || !count || u64(start) + u64(count) > FRAME_LIMIT) {
    return ErrorCode.INVALID_DESCRIPTOR;
  }
  let code = ErrorCode.NONE;
  for (let frame = start, left = count; left;) {
    const frames = framesInGigablock(frame, left);
    if (!haveRecords(frame, frame + (frames - 1))) return ErrorCode.INVALID_ADDRESS;
    const gigablock = knownGigablockOf(frame);
    if (isOpen(gigablock) && holdsManaged(gigablock, frame, frames)) code = ErrorCode.BUSY;
    frame += frames;
    left -= frames;
  }
  return code;
}

/** True if one of `count` frames from `start` on, all in `gigablock`, which is open, is managed. */
function holdsManaged(gigablock: Node, start: u32, count: u32): bool {
  const end = u64(start) + u64(count);
  for (let frame = u64(start); frame < end;) {
    const stop = endInPageblock(frame, end);
    const number = pageblockNumber(u32(frame));
    const unit = pageblockPlace(number);
    if (!areAbsent(gigablock, unit, unit + 1)) return true;
    const pageblock = knownPageblock(number);
    if (isOpen(pageblock)) {
      if (!areAbsent(pageblock, pageblockPlace(u32(frame)), pageblockPlace(u32(stop - 1)) + 1))
        return true;
      if (areShared(frame, stop)) return true;
    }
    frame = stop;
  }
  return false;
}

/** True if a frame from `start` to before `end` is shared. */
function areShared(start: u64, end: u64): bool {
  if (!sharedFrames()) return false;
  for (let frame = start; frame < end; ++frame) if (ownersOf(u32(frame))) return true;
  return false;
}

/** Makes a range free that `checkInsertion` approves of. */
export function insertFrames(start: u32, count: u32): void {
  countFree(count);
  for (let frame = start, left = count; left;) {
    const frames = framesInGigablock(frame, left);
    const gigablock = knownGigablockOf(frame);
    if (isOpen(gigablock)) {
      insertInto(gigablock, frame, frames);
    } else {
      open(gigablock, frame >> GIGABLOCK_ORDER);
      if (frames == GIGABLOCK_FRAMES) {
        gigablock.freeOrders = ORDERS_OF_FREE;
        insertFreeGigablock(gigablock, zoneOf(pageblockNumber(frame)));
      } else {
        markAllAbsent(gigablock);
        insertInto(gigablock, frame, frames);
      }
    }
    frame += frames;
    left -= frames;
  }
}

/** Opens `node`, without a free block yet; its masks are zero. */
@inline
function open(node: Node, number: Pageblock): void {
  node.starts = 0;
  node.number = number;
  node.bin = u8(NO_BIN);
}

/** Makes `count` frames from `start` on, all in `gigablock`, free. */
function insertInto(gigablock: Node, start: u32, count: u32): void {
  const end = u64(start) + u64(count);
  for (let frame = u64(start); frame < end;) {
    const number = pageblockNumber(u32(frame));
    const stop = endInPageblock(frame, end);
    if (stop - frame < u64(NODE_UNITS)) {
      const pageblock = knownPageblock(number);
      if (!isOpen(pageblock)) {
        open(pageblock, number);
        markAllAbsent(pageblock);
      }
      markPresent(pageblock, pageblockPlace(u32(frame)), pageblockPlace(u32(stop - 1)) + 1);
      pageblock.free = u16(u32(pageblock.free) + u32(stop - frame));
      requeueOrCoalesce(pageblock);
      frame = stop;
    } else {
      const pageblocks = u32((end - frame) >> NODE_ORDER);
      const unit = pageblockPlace(number);
      markPresent(gigablock, unit, unit + pageblocks);
      requeueGigablock(gigablock, zoneOf(number));
      frame += u64(pageblocks) << NODE_ORDER;
    }
  }
}

/**
 * Whether `count` frames from `start` on can be taken out of management: INVALID_DESCRIPTOR if the
 * range is empty or passes the last frame, INVALID_ADDRESS if a frame of it is not managed, else
 * BUSY if one is allocated.
 */
export function checkRemoval(start: u32, count: u32): ErrorCode {
  const end = u64(start) + u64(count);
  if (!count || end > FRAME_LIMIT) return ErrorCode.INVALID_DESCRIPTOR;
  let code = ErrorCode.NONE;
  for (let frame = u64(start); frame < end;) {
    const status = frameStatus(u32(frame));
    if (status == FrameStatus.UNMANAGED) return ErrorCode.INVALID_ADDRESS;
    if (!isFreeStatus(status)) code = ErrorCode.BUSY;
    frame = nextMultiple(frame, u64(1) << u64(statusOrder(status)));
  }
  return code;
}

/** Takes a range out that `checkRemoval` approves of, while nothing is cached. */
export function removeFrames(start: u32, count: u32): void {
  countFree(-i32(count));
  const end = u64(start) + u64(count);
  for (let frame = u64(start); frame < end;) {
    const gigablock = knownGigablockOf(u32(frame));
    const number = pageblockNumber(u32(frame));
    const unit = pageblockPlace(number);
    const pageblocks = framesInGigablock(u32(frame), u32(end - frame)) >> NODE_ORDER;
    if (pageblocks && !pageblockPlace(u32(frame)) && areFree(gigablock, unit, unit + pageblocks)) {
      markAbsent(gigablock, unit, unit + pageblocks);
      requeueGigablock(gigablock, zoneOf(number));
      frame += u64(pageblocks) << NODE_ORDER;
    } else {
      const stop = endInPageblock(frame, end);
      removeFromPageblock(
        gigablock,
        number,
        pageblockPlace(u32(frame)),
        pageblockPlace(u32(stop - 1)) + 1,
      );
      frame = stop;
    }
  }
}

/** Takes the free frames at the places `[from, to)` of pageblock `number` of `gigablock` out. */
function removeFromPageblock(gigablock: Node, number: Pageblock, from: u32, to: u32): void {
  const unit = pageblockPlace(number);
  const pageblock = areAbsent(gigablock, unit, unit + 1)
    ? knownPageblock(number)
    : splitPageblockAt(number);
  markAbsent(pageblock, from, to);
  pageblock.free = u16(u32(pageblock.free) - (to - from));
  const first = u64(number) << NODE_ORDER;
  if (areAbsent(pageblock, 0, NODE_UNITS) && !areShared(first, first + NODE_UNITS)) {
    freeAll(pageblock);
    closePageblock(pageblock);
  } else {
    requeuePageblock(pageblock);
  }
}
