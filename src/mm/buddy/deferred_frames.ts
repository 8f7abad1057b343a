/**
 * The lazy part of the front end: single frames that are free, but not merged yet.
 *
 * On a machine in use nearly every area is full, and nearly every free of a frame makes a hole that
 * one of the next allocations fills again. Such a frame is kept here instead, and allocated from
 * here; neither touches a list (Barkley and Lee, "A lazy buddy system bounded by two coalescing
 * delays per class", 1989). To the records a lazy frame is allocated; only this table knows better.
 *
 * Nothing is lost by it:
 *  - a frame is kept only if its area has nothing else free, and one of an area at most; the area is
 *    the first to allocate from anyway, and if all else of it becomes free, so does the lazy frame;
 *  - lazy frames lie in the highest zone that has free frames, as lent words do (cached_word.ts); a
 *    request that finds nothing in their zone has them merged first.
 */

import { listsOf, zoneOf, ZONES } from "./free_lists";
import { areaNumber } from "./node_table";
import { Holder, holdZone, leaveZone } from "./cache_zones";
import { AREAS, FRAMES, isLentFrom } from "./cached_word";
import { NODE_ORDER } from "./nodes";

/** Places for lazy frames, of which each area has one, and shares it with others. */
export const LAZY_PLACES: u32 = 64;

/** Merging lazy frames serves no request of this order or above: an area with one is never free. */
export const BEYOND_LAZY: u32 = NODE_ORDER;

/** Bytes of the table: a frame number for each place. */
const TABLE_BYTES: i32 = 256;

/** The lazy frame at each place, or 0. */
const frames: usize = memory.data(TABLE_BYTES, 4);

/** The places that are taken, a bit each. */
let taken: u64 = 0;

/** The zone of the lazy frames; `ZONES` while none is chosen. */
let lazyZone: u32 = ZONES;


@inline
function placeOf(area: u32): u32 {
  return area & (LAZY_PLACES - 1);
}


@inline
function cellOf(place: u32): usize {
  return frames + (usize(place) << 2);
}

/** No frame is lazy, and the next one may lie in any zone. */
export function clearLazyFrames(): void {
  memory.fill(frames, 0, TABLE_BYTES);
  taken = 0;
  leaveLazyZone();
}

/** To be called when no frame is lazy any more: the next one may lie in another zone. */
export function leaveLazyZone(): void {
  lazyZone = ZONES;
  leaveZone(Holder.LAZY_FRAMES);
}

/** The lazy frame at `place`, or 0. */
@inline
export function lazyFrameAt(place: u32): u32 {
  return load<u32>(cellOf(place));
}

/** True if `frame` is lazy. */
@inline
export function isLazy(frame: u32): bool {
  return lazyFrameAt(placeOf(areaNumber(frame))) == frame;
}

/** True if there are lazy frames. */
@inline
export function hasLazy(): bool {
  return taken != 0;
}

/** How many frames are lazy. */
export function lazyCount(): u32 {
  return u32(popcnt(taken));
}

/** True if there are lazy frames, in `zone` and in none behind it. */
@inline
export function isLazyFrom(zone: u32): bool {
  return hasLazy() && lazyZone == zone;
}

/** Takes the lazy frame at `place`, which has one. */
@inline
function takeFrom(place: u32): u32 {
  const frame = lazyFrameAt(place);
  store<u32>(cellOf(place), 0);
  taken &= ~(u64(1) << u64(place));
  return frame;
}

/** One of the lazy frames, of which there are some. */
@inline
export function anyLazy(): u32 {
  return lazyFrameAt(u32(ctz(taken)));
}

/** Takes a lazy frame, of which there are some. */
@inline
export function takeLazy(): u32 {
  return takeFrom(u32(ctz(taken)));
}

/** Takes the lazy frame of area `number`; 0 if it has none. */
@inline
export function takeLazyOf(number: u32): u32 {
  const frame = lazyFrameAt(placeOf(number));
  return frame && areaNumber(frame) == number ? takeFrom(placeOf(number)) : 0;
}

/** Makes `frame`, the only free one of its area, lazy; false if it must be filed instead. */
@inline
export function keepLazy(frame: u32): bool {
  const area = areaNumber(frame);
  const place = placeOf(area);
  if (lazyFrameAt(place)) return false;
  const zone = zoneOf(area);
  if (zone != lazyZone && !chooseZone(zone)) return false;
  store<u32>(cellOf(place), frame);
  taken |= u64(1) << u64(place);
  return true;
}

/** Lets the lazy frames lie in `zone`, unless there are some elsewhere or a higher zone has free frames. */
function chooseZone(zone: u32): bool {
  if (hasLazy() || isAnyFreeAbove(zone)) return false;
  lazyZone = zone;
  holdZone(Holder.LAZY_FRAMES, zone);
  return true;
}

/** True if a zone above `zone` has a free frame: in a list, lent, or lazy. */
export function isAnyFreeAbove(zone: u32): bool {
  for (let z: u32 = 0; z < zone; ++z) {
    if (listsOf(z).nonEmpty != 0 || isLentFrom(FRAMES, z)) return true;
    if (isLentFrom(AREAS, z) || isLazyFrom(z)) return true;
  }
  return false;
}
