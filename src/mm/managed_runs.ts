/**
 * Putting runs of frames under management, and taking them out again.
 *
 * A run of any start and length is cut into naturally aligned blocks; the number of those is
 * logarithmic in a granule and linear in whole granules, and none is looked into.
 */

import { ErrorCode } from "../boot/error_code";
import { releaseBlock, unlinkBlock } from "./area_blocks";
import {
  addFree,
  AREA_FRAMES,
  AREA_ORDER,
  areaNumber,
  bitIndex,
  isClear,
  wordAt,
  wordIndex,
  wordRun,
  wordState,
  WORD_NONE,
} from "./areas";
import { FRAME_LIMIT } from "./frames";
import { frameStatus, FrameStatus, isFreeStatus, statusOrder } from "./frame_status";
import { areaOf, GRANULE_ORDER, isSeeded, knownAreaOf, seedGranule } from "./granules";
import { ownersOf, sharedFrames } from "./sharing";
import { addFrames, addWords, dropWord, removeFrames, removeWord } from "./word_blocks";
import { lowFrames, withheldFrames, WORD_FRAMES, WORD_ORDER } from "./word_masks";

const GRANULE_FRAMES: u64 = 1 << GRANULE_ORDER;

/** The first multiple of `size`, a power of two, above `frame`. */
@inline
function nextMultiple(frame: u64, size: u64): u64 {
  return (frame | (size - 1)) + 1;
}

/**
 * Whether `count` frames from `start` on can be put under management: INVALID_DESCRIPTOR if the run
 * is empty, holds frame 0 or passes the last frame, INVALID_ADDRESS if the tables do not reach all of
 * it, BUSY if a frame of it is managed already.
 */
export function checkInsertion(start: u32, count: u32): ErrorCode {
  const end = u64(start) + u64(count);
  if (!start || !count || end > FRAME_LIMIT) return ErrorCode.INVALID_DESCRIPTOR;
  for (let frame = u64(start); frame < end;) {
    const stop = min(end, nextMultiple(frame, GRANULE_FRAMES));
    // The records of a granule lie in a row: if both ends have one, so has all between.
    if (!areaOf(u32(frame)) || !areaOf(u32(stop - 1))) return ErrorCode.INVALID_ADDRESS;
    frame = stop;
  }
  for (let frame = u64(start); frame < end;) {
    const stop = min(end, nextMultiple(frame, GRANULE_FRAMES));
    if (isSeeded(u32(frame)) && holdsManaged(frame, stop)) return ErrorCode.BUSY;
    frame = stop;
  }
  return ErrorCode.NONE;
}

/** True if a frame from `start` to before `end`, all in one granule, is managed. */
function holdsManaged(start: u64, end: u64): bool {
  for (let frame = start; frame < end;) {
    const area = knownAreaOf(u32(frame));
    const clear = isClear(area);
    // A block over a clear area begins in front of it: before `start`, or where it was met already.
    if (!clear || frame == start) {
      if (frameStatus(u32(frame)) != FrameStatus.UNMANAGED) return true;
    }
    let step: u64 = 1;
    if (clear) step = u64(AREA_FRAMES);
    else if (wordState(area, wordIndex(u32(frame))) == WORD_NONE) step = u64(WORD_FRAMES);
    frame = nextMultiple(frame, step);
  }
  return false;
}

/** Makes a run free that `checkInsertion` approves of. */
export function insertFrames(start: u32, count: u32): void {
  const end = u64(start) + u64(count);
  for (let frame = u64(start); frame < end; frame = nextMultiple(frame, GRANULE_FRAMES)) {
    seedGranule(u32(frame));
  }
  releaseRun(start, count);
}

/** Makes frames that are in no list and no block free, each piece as large as it can be. */
function releaseRun(start: u32, count: u32): void {
  while (count) {
    const area = knownAreaOf(start);
    const number = areaNumber(start);
    const order = min(min(ctz(start), 31 - clz(count)), GRANULE_ORDER);
    let frames: u32 = 1 << order;
    if (order >= AREA_ORDER) {
      releaseBlock(area, number, order);
    } else {
      area.number = number;
      if (order >= WORD_ORDER) {
        addFree(area, frames);
        addWords(area, wordRun(wordIndex(start), order - WORD_ORDER));
      } else {
        const bit = bitIndex(start);
        frames = min(count, WORD_FRAMES - bit);
        addFrames(area, wordIndex(start), lowFrames(frames) << u64(bit));
      }
    }
    start += frames;
    count -= frames;
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
export function removeFramesOf(start: u32, count: u32): void {
  const end = u64(start) + u64(count);
  for (let frame = u64(start); frame < end;) {
    const order = statusOrder(frameStatus(u32(frame)));
    const size = order ? u64(1) << u64(order) : u64(WORD_FRAMES);
    const next = nextMultiple(frame, size);
    const stop = min(end, next);
    if (order) detach(u32(next - size), order, u32(frame), stop);
    else removeFromWord(u32(frame), u32(stop - frame));
    frame = stop;
  }
}

/** Takes `frame` to before `stop` out of the free run of `order` at `first`; frees the rest again. */
function detach(first: u32, order: u32, frame: u32, stop: u64): void {
  const area = knownAreaOf(first);
  if (order >= AREA_ORDER) unlinkBlock(area, order);
  else removeWord(area, wordIndex(first));
  releaseRun(first, frame - first);
  releaseRun(u32(stop), u32(u64(first) + (u64(1) << u64(order)) - stop));
}

/** Takes `count` free frames from `frame` on out of their word, which is split. */
function removeFromWord(frame: u32, count: u32): void {
  const area = knownAreaOf(frame);
  const index = wordIndex(frame);
  removeFrames(area, index, lowFrames(count) << u64(bitIndex(frame)));
  const word = wordAt(area, index);
  if (withheldFrames(word.free, word.continuation) == u64.MAX_VALUE && !holdsShared(frame)) {
    dropWord(area, index, word);
  }
}

/** True if a frame of the word around `frame` is shared. */
function holdsShared(frame: u32): bool {
  if (!sharedFrames()) return false;
  const first = frame - bitIndex(frame);
  for (let bit: u32 = 0; bit < WORD_FRAMES; ++bit) if (ownersOf(first + bit)) return true;
  return false;
}
