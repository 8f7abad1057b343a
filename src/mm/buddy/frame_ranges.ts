/**
 * Putting runs of frames under management, and taking them out again.
 *
 * A run of any start and length is, granule by granule, a row of whole areas with parts of areas at
 * its ends. The areas in the row are not visited when they are inserted, nor, if they are free as a
 * whole, when they are taken out.
 */

import { ErrorCode } from "../../boot/error_code";
import { settleArea } from "./small_blocks";
import { closeArea, fileArea, fileFree, fileGranule, zoneOf } from "./free_lists";
import { frameStatus, FrameStatus, isFreeStatus, statusOrder } from "./frame_status";
import { countFree } from "./frame_totals";
import { FRAME_LIMIT } from "../frames";
import {
  areaNumber,
  areaPlace,
  GRANULE_ORDER,
  haveRecords,
  knownArea,
  knownGranuleOf,
  LOW_END,
} from "./node_table";
import { openAreaAt } from "./large_blocks";
import {
  admitUnits,
  areFree,
  areWithheld,
  freeAll,
  withholdAll,
  withholdUnits,
} from "./node_blocks";
import { isOpen, Node, NODE_ORDER, NODE_UNITS, NO_LIST, RUNS_OF_FREE } from "./nodes";
import { ownersOf, sharedFrames } from "./shared_frames";

const GRANULE_FRAMES: u32 = 1 << GRANULE_ORDER;

/** The first multiple of `size`, a power of two, above `frame`. */
@inline
function nextMultiple(frame: u64, size: u64): u64 {
  return (frame | (size - 1)) + 1;
}

/** How many of `count` frames from `frame` on lie in the same granule. */
@inline
function framesInGranule(frame: u32, count: u32): u32 {
  const start = frame < LOW_END ? frame : frame & (GRANULE_FRAMES - 1);
  return min(count, (frame < LOW_END ? LOW_END : GRANULE_FRAMES) - start);
}

/** Where the area of `frame` ends, or `end` if that comes first. */
@inline
function endInArea(frame: u64, end: u64): u64 {
  return min(end, nextMultiple(frame, u64(NODE_UNITS)));
}

/**
 * Whether `count` frames from `start` on can be put under management: INVALID_DESCRIPTOR if the run
 * is empty, holds frame 0 or passes the last frame, INVALID_ADDRESS if the tables do not reach all of
 * it, BUSY if a frame of it is managed already.
 */
export function checkInsertion(start: u32, count: u32): ErrorCode {
  if (!start || !count || u64(start) + u64(count) > FRAME_LIMIT) {
    return ErrorCode.INVALID_DESCRIPTOR;
  }
  let code = ErrorCode.NONE;
  for (let frame = start, left = count; left;) {
    const frames = framesInGranule(frame, left);
    if (!haveRecords(frame, frame + (frames - 1))) return ErrorCode.INVALID_ADDRESS;
    const granule = knownGranuleOf(frame);
    if (isOpen(granule) && holdsManaged(granule, frame, frames)) code = ErrorCode.BUSY;
    frame += frames;
    left -= frames;
  }
  return code;
}

/** True if one of `count` frames from `start` on, all in `granule`, which is open, is managed. */
function holdsManaged(granule: Node, start: u32, count: u32): bool {
  const end = u64(start) + u64(count);
  for (let frame = u64(start); frame < end;) {
    const stop = endInArea(frame, end);
    const number = areaNumber(u32(frame));
    const unit = areaPlace(number);
    if (!areWithheld(granule, unit, unit + 1)) return true;
    const area = knownArea(number);
    if (isOpen(area)) {
      if (!areWithheld(area, areaPlace(u32(frame)), areaPlace(u32(stop - 1)) + 1)) return true;
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

/** Makes a run free that `checkInsertion` approves of. */
export function insertFrames(start: u32, count: u32): void {
  countFree(count);
  for (let frame = start, left = count; left;) {
    const frames = framesInGranule(frame, left);
    const granule = knownGranuleOf(frame);
    if (isOpen(granule)) {
      insertInto(granule, frame, frames);
    } else {
      open(granule, frame >> GRANULE_ORDER);
      if (frames == GRANULE_FRAMES) {
        granule.runs = RUNS_OF_FREE;
        fileFree(granule, zoneOf(areaNumber(frame)));
      } else {
        withholdAll(granule);
        insertInto(granule, frame, frames);
      }
    }
    frame += frames;
    left -= frames;
  }
}

/** Opens `node`, without a run yet; its masks are zero. */
@inline
function open(node: Node, number: u32): void {
  node.heads = 0;
  node.number = number;
  node.key = u8(NO_LIST);
}

/** Makes `count` frames from `start` on, all in `granule`, free. */
function insertInto(granule: Node, start: u32, count: u32): void {
  const end = u64(start) + u64(count);
  for (let frame = u64(start); frame < end;) {
    const number = areaNumber(u32(frame));
    const stop = endInArea(frame, end);
    if (stop - frame < u64(NODE_UNITS)) {
      const area = knownArea(number);
      if (!isOpen(area)) {
        open(area, number);
        withholdAll(area);
      }
      admitUnits(area, areaPlace(u32(frame)), areaPlace(u32(stop - 1)) + 1);
      area.free = u16(u32(area.free) + u32(stop - frame));
      settleArea(area);
      frame = stop;
    } else {
      const areas = u32((end - frame) >> NODE_ORDER);
      const unit = areaPlace(number);
      admitUnits(granule, unit, unit + areas);
      fileGranule(granule, zoneOf(number));
      frame += u64(areas) << NODE_ORDER;
    }
  }
}

/**
 * Whether `count` frames from `start` on can be taken out of management: INVALID_DESCRIPTOR if the
 * run is empty or passes the last frame, INVALID_ADDRESS if a frame of it is not managed, else BUSY
 * if one is allocated.
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

/** Takes a run out that `checkRemoval` approves of, while no word is lent. */
export function removeFrames(start: u32, count: u32): void {
  countFree(-i32(count));
  const end = u64(start) + u64(count);
  for (let frame = u64(start); frame < end;) {
    const granule = knownGranuleOf(u32(frame));
    const number = areaNumber(u32(frame));
    const unit = areaPlace(number);
    const areas = framesInGranule(u32(frame), u32(end - frame)) >> NODE_ORDER;
    if (areas && !areaPlace(u32(frame)) && areFree(granule, unit, unit + areas)) {
      withholdUnits(granule, unit, unit + areas);
      fileGranule(granule, zoneOf(number));
      frame += u64(areas) << NODE_ORDER;
    } else {
      const stop = endInArea(frame, end);
      removeFromArea(granule, number, areaPlace(u32(frame)), areaPlace(u32(stop - 1)) + 1);
      frame = stop;
    }
  }
}

/** Takes the free frames at the places `[from, to)` of area `number` of `granule` out. */
function removeFromArea(granule: Node, number: u32, from: u32, to: u32): void {
  const unit = areaPlace(number);
  const area = areWithheld(granule, unit, unit + 1) ? knownArea(number) : openAreaAt(number);
  withholdUnits(area, from, to);
  area.free = u16(u32(area.free) - (to - from));
  const first = u64(number) << NODE_ORDER;
  if (areWithheld(area, 0, NODE_UNITS) && !areShared(first, first + NODE_UNITS)) {
    freeAll(area);
    closeArea(area);
  } else {
    fileArea(area);
  }
}
