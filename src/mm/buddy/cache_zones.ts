/**
 * The zones of what is held outside the lists: of both lent words and of the lazy frames.
 *
 * Whatever is held lies in the highest zone that has free frames. A free above one of these zones
 * ends that; this tells it by one comparison.
 */

import { lastFrameOf } from "./free_lists";

/** Who holds free frames. */
export const enum Holder {
  LENT_FRAMES = 0,
  LENT_AREAS = 1,
  LAZY_FRAMES = 2,
}

/** The last frame of each holder's zone; of all memory where nothing is held. */
const ends: usize = memory.data<u32>([u32.MAX_VALUE, u32.MAX_VALUE, u32.MAX_VALUE]);

/** The least of them. */
let lowestEnd: u32 = u32.MAX_VALUE;


@inline
function endAt(holder: Holder): usize {
  return ends + (usize(holder) << 2);
}

function setEnd(holder: Holder, last: u32): void {
  store<u32>(endAt(holder), last);
  lowestEnd = min(
    min(load<u32>(endAt(Holder.LENT_FRAMES)), load<u32>(endAt(Holder.LENT_AREAS))),
    load<u32>(endAt(Holder.LAZY_FRAMES)),
  );
}

/** `holder` holds frames of `zone` from now on. */
export function holdZone(holder: Holder, zone: u32): void {
  setEnd(holder, lastFrameOf(zone));
}

/** `holder` holds nothing from now on. */
export function leaveZone(holder: Holder): void {
  setEnd(holder, u32.MAX_VALUE);
}

/** True if `frame` lies in a zone above one of which something is held. */
@inline
export function isAboveHeldZone(frame: u32): bool {
  return frame > lowestEnd;
}
