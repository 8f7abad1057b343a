/**
 * The list of managed runs: which frames the runtime allocator manages, as maximal runs.
 *
 * It is an Option array of `FrameRange` in carved storage, sorted, disjoint, no two runs adjacent.
 * It says what is under management; what of it is allocated the buddy allocator knows.
 * The owner of the storage moves it to a larger one when it is full.
 */

import { ErrorCode } from "../../../abi/error_code";
import { FRAME_RANGE_BYTES, FrameRange } from "../frames";

let table: usize = 0;
let slots: u32 = 0;

/** Runs in use, at the front of the table. */
let count: u32 = 0;

/** Starts over, empty, with zeroed storage for `newSlots` runs. */
export function resetManagedRuns(storage: usize, newSlots: u32): void {
  table = storage;
  slots = newSlots;
  count = 0;
}

/** Moves the list to zeroed storage for `newSlots` runs, not less than are in use. */
export function moveManagedRuns(storage: usize, newSlots: u32): void {
  memory.copy(storage, table, usize(count) * FRAME_RANGE_BYTES);
  table = storage;
  slots = newSlots;
}

/** How many runs there are. */
export function managedRunCount(): u32 {
  return count;
}

/** How many runs the storage has room for. */
export function managedRunSlots(): u32 {
  return slots;
}

/** Run `index`, in address order. */
@inline
export function managedRun(index: u32): FrameRange {
  return changetype<FrameRange>(table + usize(index) * FRAME_RANGE_BYTES);
}

/** First frame after run `index`; may be 2^32. */
@inline
function runEnd(index: u32): u64 {
  return u64(managedRun(index).start) + u64(managedRun(index).count);
}

/** Index of the first run that ends at or after `frame`. */
function firstReaching(frame: u64): u32 {
  let low: u32 = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (runEnd(middle) < frame) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Replaces the runs `[from, to)` by room for `room` runs. */
function makeRoom(from: u32, to: u32, room: u32): void {
  const target = table + usize(from + room) * FRAME_RANGE_BYTES;
  memory.copy(target, table + usize(to) * FRAME_RANGE_BYTES, usize(count - to) * FRAME_RANGE_BYTES);
  count = count - (to - from) + room;
}

function write(index: u32, first: u64, past: u64): void {
  managedRun(index).start = u32(first);
  managedRun(index).count = u32(past - first);
}

/**
 * Adds the frames `[first, past)`, merging them with every run that they overlap or touch. An empty
 * range is a no-op. STORAGE_EXHAUSTED, without a change, when no slot is left.
 */
export function addManagedRun(first: u64, past: u64): ErrorCode {
  if (first >= past) return ErrorCode.NONE;
  const from = firstReaching(first);
  let to = from;
  while (to < count && u64(managedRun(to).start) <= past) ++to;
  if (from == to) {
    if (count == slots) return ErrorCode.STORAGE_EXHAUSTED;
  } else {
    first = min(first, u64(managedRun(from).start));
    past = max(past, runEnd(to - 1));
  }
  makeRoom(from, to, 1);
  write(from, first, past);
  return ErrorCode.NONE;
}

/**
 * Takes the frames `[first, past)` out of every run that holds any of them. STORAGE_EXHAUSTED,
 * without a change, when a run would have to be split and no slot is left.
 */
export function removeManaged(first: u64, past: u64): ErrorCode {
  if (first >= past) return ErrorCode.NONE;
  // A run that only touches the range from below does not change.
  const from = firstReaching(first + 1);
  let to = from;
  while (to < count && u64(managedRun(to).start) < past) ++to;
  if (from == to) return ErrorCode.NONE;
  const lowest = u64(managedRun(from).start);
  const highest = runEnd(to - 1);
  const keepsLow = u32(lowest < first);
  const keepsHigh = u32(highest > past);
  if (count - (to - from) + keepsLow + keepsHigh > slots) return ErrorCode.STORAGE_EXHAUSTED;
  makeRoom(from, to, keepsLow + keepsHigh);
  if (keepsLow) write(from, lowest, first);
  if (keepsHigh) write(from + keepsLow, past, highest);
  return ErrorCode.NONE;
}

/** Lowest frame from `first` on that is in no run; `past` if all of `[first, past)` are in runs. */
export function skipManaged(first: u64, past: u64): u64 {
  const index = firstReaching(first + 1);
  if (index == count || u64(managedRun(index).start) > first) return first;
  return min(runEnd(index), past);
}

/** Lowest frame from `first` on that is in a run; `past` if none of `[first, past)` is. */
export function skipUnmanaged(first: u64, past: u64): u64 {
  const index = firstReaching(first + 1);
  return index == count ? past : min(max(u64(managedRun(index).start), first), past);
}

/** Frames in all runs. */
export function managedRunFrames(): u64 {
  let total: u64 = 0;
  for (let index: u32 = 0; index < count; ++index) total += u64(managedRun(index).count);
  return total;
}
