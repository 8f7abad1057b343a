/**
 * The early frame allocator: contiguous, aligned frames before anything else exists.
 *
 * It works straight over the memory map, allocates from the top of the largest usable region that
 * fits (so that low memory, which devices may need, stays whole) and records each allocation as a
 * reservation. It keeps off everything that another entry of the map or a reservation covers, so
 * the map may overlap itself. There is no way to give frames back: what a boot takes this early it
 * keeps, and a boot that fails does not go on.
 *
 * A request costs one pass over the map for each region tried and for each obstacle met there.
 */

import { ErrorCode } from "../../../abi/error_code";
import { MemoryType } from "../../../abi/memory_type";
import { Reason } from "../../../abi/reservation_reason";
import {
  alignDown,
  FRAME_LIMIT,
  frameAddress,
  frameAtOrAfter,
  frameOf,
  saturatingEnd,
} from "../frames";
import { MemoryMapEntry, viewedCount, viewedEntry } from "../map/memory_map";
import { setFrameSource } from "./frame_source";
import { reservationIn, reserve } from "./reservations";

/** First usable frame of `entry`; frame 0 is not usable. */
function firstFrame(entry: MemoryMapEntry): u64 {
  return max<u64>(min(frameAtOrAfter(entry.base), FRAME_LIMIT), 1);
}

/** First frame after the usable ones of `entry`. */
function pastFrame(entry: MemoryMapEntry): u64 {
  return min(frameOf(saturatingEnd(entry.base, entry.length)), FRAME_LIMIT);
}

/** Whole frames of `entry` that can be used, if nothing else covers them. */
export function usableFrames(entry: MemoryMapEntry): u64 {
  const first = firstFrame(entry);
  const past = pastFrame(entry);
  return entry.type == MemoryType.USABLE && past > first ? past - first : 0;
}

/**
 * First frame of the lowest range that keeps `[start, past)` from being free; it may lie below `start`.
 * `past` if there is none.
 */
function lowestObstacle(start: u64, past: u64): u64 {
  let lowest = past;
  for (let index: u32 = 0; index < viewedCount(); ++index) {
    const entry = viewedEntry(index);
    if (entry.type == MemoryType.USABLE || !entry.length) continue;
    const first = frameOf(entry.base);
    const end = frameAtOrAfter(saturatingEnd(entry.base, entry.length));
    if (first < past && end > start) lowest = min(lowest, first);
  }
  const reserved = reservationIn(frameAddress(start), frameAddress(past));
  return reserved ? min(lowest, frameOf(reserved.base)) : lowest;
}

/** The highest place for `count` frames at `offset` in `[first, past)`; 0 if there is none. */
function placeIn(first: u64, past: u64, count: u64, alignment: u64, offset: u64): u64 {
  while (past >= first + count && past - count >= offset) {
    const start = alignDown(past - count - offset, alignment) + offset;
    if (start < first) return 0;
    const obstacle = lowestObstacle(start, start + count);
    if (obstacle == start + count) return start;
    past = obstacle;
  }
  return 0;
}

/**
 * Allocates `count` contiguous frames whose first number is `offset` modulo `alignment` (a power of
 * two) and records them under `reason`. Returns the first frame's number, or 0: OUT_OF_FRAMES.
 */
export function allocateEarly(count: u64, alignment: u64, offset: u64, reason: Reason): u64 {
  // Regions from the largest to the smallest; of equal ones the first in the map.
  let size: u64 = FRAME_LIMIT;
  let tried: i64 = -1;
  while (true) {
    let next: i64 = -1;
    let nextSize: u64 = 0;
    for (let index: u32 = 0; index < viewedCount(); ++index) {
      const frames = usableFrames(viewedEntry(index));
      const isLater = frames < size || (frames == size && i64(index) > tried);
      if (isLater && frames > nextSize) {
        next = index;
        nextSize = frames;
      }
    }
    if (next < 0 || nextSize < count) return 0;
    const entry = viewedEntry(u32(next));
    const start = placeIn(firstFrame(entry), pastFrame(entry), count, alignment, offset);
    if (start) {
      const status = reserve(frameAddress(start), frameAddress(count), reason);
      return status == ErrorCode.NONE ? start : 0;
    }
    size = nextSize;
    tried = next;
  }
}

function keepEarly(start: u64, count: u64): void {}

/** Makes the early allocator the source of frames. */
export function useEarlyFrames(): void {
  setFrameSource(allocateEarly, keepEarly);
}
