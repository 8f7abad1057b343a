/**
 * Frames of deferred coalescing: single frames that are free, but not merged yet.
 *
 * On a machine in use nearly every pageblock is full, and nearly every frame that is freed is soon
 * allocated again. Such a frame is kept here instead, and allocated from here; neither touches a
 * list (Barkley and Lee, "A lazy buddy system bounded by two coalescing delays per class",
 * 1989). To the records a deferred frame is allocated; only this table knows better.
 *
 * Nothing is lost by it:
 *  - a frame is kept only if its pageblock has nothing else free, and no more than one of a
 *    pageblock; requests would be served from such a pageblock first anyway, and once the rest of
 *    it is free, the deferred frame is merged;
 *  - deferred frames lie in the highest zone that has free frames, as cached words do
 *    (cached_word.ts); a request that finds nothing in their zone has them merged first.
 */

import { Frame } from "../frames";
import { Cache, clearCacheZone, setCacheZone } from "./cache_zones";
import { FRAMES, isCachedIn, PAGEBLOCKS } from "./cached_word";
import { listsOf, ZoneIndex, zoneOf, ZONES } from "./free_lists";
import { Pageblock, pageblockNumber } from "./node_table";
import { NODE_ORDER } from "./nodes";

/** Places for deferred frames. A pageblock has one place, which it shares with others. */
export const DEFERRED_PLACES: u32 = 64;

/**
 * Merging deferred frames serves no request of this order or above: a pageblock with one is never
 * free.
 */
export const BEYOND_DEFERRED: u32 = NODE_ORDER;

/** Bytes of the table: a frame number for each place. */
const TABLE_BYTES: i32 = 256;

/** The deferred frame at each place, or 0. */
const frames: usize = memory.data(TABLE_BYTES, 4);

/** The places that are taken, a bit each. */
let taken: u64 = 0;

/** The zone of the deferred frames; `ZONES` while none is chosen. */
let deferredZone: u32 = ZONES;


@inline
function placeOf(pageblock: Pageblock): u32 {
  return pageblock & (DEFERRED_PLACES - 1);
}


@inline
function cellOf(place: u32): usize {
  return frames + (usize(place) << 2);
}

/** No frame is deferred, and the next one may lie in any zone. */
export function clearDeferredFrames(): void {
  memory.fill(frames, 0, TABLE_BYTES);
  taken = 0;
  clearDeferredZone();
}

/** To be called when no frame is deferred any more: the next one may lie in another zone. */
export function clearDeferredZone(): void {
  deferredZone = ZONES;
  clearCacheZone(Cache.DEFERRED_FRAMES);
}

/** The deferred frame at `place`, or 0. */
@inline
export function deferredFrameAt(place: u32): Frame {
  return load<u32>(cellOf(place));
}

/** True if `frame` is deferred. */
@inline
export function isDeferred(frame: Frame): bool {
  return deferredFrameAt(placeOf(pageblockNumber(frame))) == frame;
}

/** True if there are deferred frames. */
@inline
export function hasDeferred(): bool {
  return taken != 0;
}

/** How many frames are deferred. */
export function deferredCount(): u32 {
  return u32(popcnt(taken));
}

/** True if there are deferred frames that lie in `zone` and in no zone that it includes. */
@inline
export function isDeferredIn(zone: ZoneIndex): bool {
  return hasDeferred() && deferredZone == zone;
}

/** Takes the deferred frame at `place`, which has one. */
@inline
function takeFrom(place: u32): Frame {
  const frame = deferredFrameAt(place);
  store<u32>(cellOf(place), 0);
  taken &= ~(u64(1) << u64(place));
  return frame;
}

/** One of the deferred frames, of which there are some. */
@inline
export function anyDeferred(): Frame {
  return deferredFrameAt(u32(ctz(taken)));
}

/** Takes a deferred frame, of which there are some. */
@inline
export function takeDeferred(): Frame {
  return takeFrom(u32(ctz(taken)));
}

/** Takes the deferred frame of pageblock `number`; 0 if it has none. */
@inline
export function takeDeferredOf(number: Pageblock): Frame {
  const frame = deferredFrameAt(placeOf(number));
  return frame && pageblockNumber(frame) == number ? takeFrom(placeOf(number)) : 0;
}

/**
 * Makes `frame`, the only free one of its pageblock, deferred; false if it has to go into a list.
 */
@inline
export function deferFrame(frame: Frame): bool {
  const pageblock = pageblockNumber(frame);
  const place = placeOf(pageblock);
  if (deferredFrameAt(place)) return false;
  const zone = zoneOf(pageblock);
  if (zone != deferredZone && !chooseZone(zone)) return false;
  store<u32>(cellOf(place), frame);
  taken |= u64(1) << u64(place);
  return true;
}

/**
 * Lets the deferred frames lie in `zone`, unless there are some elsewhere or a higher zone has free
 * frames.
 */
function chooseZone(zone: ZoneIndex): bool {
  if (hasDeferred() || isAnyFreeAbove(zone)) return false;
  deferredZone = zone;
  setCacheZone(Cache.DEFERRED_FRAMES, zone);
  return true;
}

/** True if a zone above `zone` has a free frame, in a list or cached. */
export function isAnyFreeAbove(zone: ZoneIndex): bool {
  for (let z: ZoneIndex = 0; z < zone; ++z) {
    if (listsOf(z).nonEmpty != 0 || isCachedIn(FRAMES, z)) return true;
    if (isCachedIn(PAGEBLOCKS, z) || isDeferredIn(z)) return true;
  }
  return false;
}
