/**
 * The free extents of the memory map: ranges of frames that an entry calls usable and that no other
 * entry covers, maximal, in address order.
 *
 * They are found in the map as it is (`viewedEntry`), before it is sanitised: it may be unsorted
 * and overlap itself, and there is no storage yet except what the module's data leaves of the first
 * page of linear memory. Each entry is two events, where it begins and where it ends; the events
 * are sorted there and swept. The events of more than some 3,000 entries do not fit: they are swept
 * in windows, one after the other, and the map is read again for each. A window costs O(n log n)
 * for n entries.
 *
 * Used by the early allocator alone.
 */

import { MemoryType } from "../../../abi/memory_type";
import { FRAME_LIMIT, frameAtOrAfter, frameOf, saturatingEnd } from "../frames";
import { heapify, heapSort, replaceLargest } from "../map/heap_sort";
import { MemoryMapEntry, viewedCount, viewedEntry, viewVersion } from "../map/memory_map";

/** A free extent: the frames `[first, past)`, at least one. */
@unmanaged
export class Extent {
  first: u64;
  past: u64;
}

/*
 * An event says where an entry begins or ends. The index makes all events different.
 *
 *     63                31 30         2    1        0
 *     | frame (33 bits)   | entry     | usable | begins |
 */
const FRAME_SHIFT: u64 = 31;
const ENTRY_SHIFT: u64 = 2;
const USABLE: u64 = 2;
const BEGINS: u64 = 1;

/** Bytes of the first page of linear memory. */
const PAGE_BYTES: usize = 65536;

/** Where the window lies: after the module's data, to the end of the first page. */
@inline
function windowBase(): usize {
  return (__heap_base + 7) & ~7;
}

/** Events that the window has room for. */
@inline
function capacity(): u32 {
  return u32((PAGE_BYTES - windowBase()) >> 3);
}

/** Event `index` of the window. */
@inline
function eventAt(index: u32): u64 {
  return load<u64>(windowBase() + (usize(index) << 3));
}

/** Events in the window, and how many of them have been swept. */
let count: u32 = 0;
let swept: u32 = 0;

/** The window holds the events above this one; 0 for the first window. */
let floor: u64 = 0;

/** The `viewVersion` that the window was filled from. */
let version: u32 = 0;

/** Entries open at `frame`, by kind, after all events up to `frame` that are swept. */
let usableOpen: u32 = 0;
let othersOpen: u32 = 0;
let frame: u64 = 0;

/** First frame of the extent that is open, or 0, which is never free. */
let since: u64 = 0;

/** Whole frames of `entry` that can be used, if nothing else covers them; frame 0 cannot. */
export function usableFrames(entry: MemoryMapEntry): u64 {
  const first = max<u64>(min(frameAtOrAfter(entry.base), FRAME_LIMIT), 1);
  const past = min(frameOf(saturatingEnd(entry.base, entry.length)), FRAME_LIMIT);
  return entry.type == MemoryType.USABLE && past > first ? past - first : 0;
}

/** Adds `event` to the window if it is above the floor and one of the lowest. */
function offer(event: u64): void {
  if (event <= floor) return;
  if (count < capacity()) {
    store<u64>(windowBase() + (usize(count++) << 3), event);
    if (count == capacity()) heapify(windowBase(), count);
  } else if (event < eventAt(0)) {
    replaceLargest(windowBase(), count, event);
  }
}

/** Offers the two events of entry `index`, unless it holds no frame that counts. */
function offerEntry(index: u32): void {
  const entry = viewedEntry(index);
  const isUsable = entry.type == MemoryType.USABLE;
  const end = saturatingEnd(entry.base, entry.length);
  let first: u64;
  let past: u64;
  if (isUsable) {
    first = max<u64>(frameAtOrAfter(entry.base), 1);
    past = frameOf(end);
  } else {
    first = frameOf(entry.base);
    past = entry.length ? frameAtOrAfter(end) : first;
  }
  past = min(past, FRAME_LIMIT);
  if (first >= past) return;
  const kind = (u64(index) << ENTRY_SHIFT) | (isUsable ? USABLE : 0);
  offer((first << FRAME_SHIFT) | kind | BEGINS);
  offer((past << FRAME_SHIFT) | kind);
}

/** Fills the window with the lowest events above `from`; false if there are none. */
function fill(from: u64): bool {
  floor = from;
  version = viewVersion();
  count = 0;
  swept = 0;
  for (let index: u32 = 0; index < viewedCount(); ++index) offerEntry(index);
  heapSort(windowBase(), count);
  return count != 0;
}

/** Starts over at the lowest extent. */
export function openFreeExtents(): void {
  usableOpen = 0;
  othersOpen = 0;
  frame = 0;
  since = 0;
  // The first window serves every search, until the view changes.
  if (floor == 0 && version == viewVersion()) swept = 0;
  else fill(0);
}

/** True if there is an event that is not swept; it is in the window then. */
function hasEvent(): bool {
  if (swept < count) return true;
  return count == capacity() && fill(eventAt(count - 1));
}

/** Sets `extent` to the next one; false if there is none. */
export function nextFreeExtent(extent: Extent): bool {
  while (hasEvent()) {
    const event = eventAt(swept);
    if (event >> FRAME_SHIFT != frame) {
      const isFree = usableOpen != 0 && othersOpen == 0;
      const first = since;
      const past = frame;
      if (isFree && !since) since = frame;
      frame = event >> FRAME_SHIFT;
      if (!isFree && first) {
        since = 0;
        extent.first = first;
        extent.past = past;
        return true;
      }
    }
    const change: i32 = event & BEGINS ? 1 : -1;
    if (event & USABLE) usableOpen += change;
    else othersOpen += change;
    ++swept;
  }
  // All entries have ended: what is open ends at the last of them.
  if (!since) return false;
  extent.first = since;
  extent.past = frame;
  since = 0;
  return true;
}
