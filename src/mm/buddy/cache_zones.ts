/**
 * The zones of what is cached outside the lists: of both cached words and of the deferred frames.
 *
 * Whatever is cached lies in the highest zone that has free frames. A free in a zone above breaks
 * that rule, and one comparison finds it out.
 */

import { Frame } from "../frames";
import { lastFrameOf, ZoneIndex } from "./free_lists";

/** The caches of free frames. */
export const enum Cache {
  FRAMES = 0,
  PAGEBLOCKS = 1,
  DEFERRED_FRAMES = 2,
}

/** The last frame of each cache's zone; of all memory where nothing is cached. */
const ends: usize = memory.data<u32>([u32.MAX_VALUE, u32.MAX_VALUE, u32.MAX_VALUE]);

/** The least of them. */
let lowestEnd: u32 = u32.MAX_VALUE;


@inline
function endAt(cache: Cache): usize {
  return ends + (usize(cache) << 2);
}

function setEnd(cache: Cache, last: u32): void {
  store<u32>(endAt(cache), last);
  lowestEnd = min(
    min(load<u32>(endAt(Cache.FRAMES)), load<u32>(endAt(Cache.PAGEBLOCKS))),
    load<u32>(endAt(Cache.DEFERRED_FRAMES)),
  );
}

/** `cache` has frames of `zone` from now on. */
export function setCacheZone(cache: Cache, zone: ZoneIndex): void {
  setEnd(cache, lastFrameOf(zone));
}

/** `cache` is empty from now on. */
export function clearCacheZone(cache: Cache): void {
  setEnd(cache, u32.MAX_VALUE);
}

/** True if `frame` lies in a zone above one of which something is cached. */
@inline
export function isAboveCacheZone(frame: Frame): bool {
  return frame > lowestEnd;
}
