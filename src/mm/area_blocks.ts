/**
 * Free blocks of order 9 to 18: whole areas, merged and split as Knuth's buddy system does
 * (The Art of Computer Programming, vol. 1, 2.5).
 *
 * A free block is its first area: the `key` of the header names the order, and the header of every
 * other area of the block is clear. So a block of any size is inserted, split and merged without
 * visiting what is inside it.
 */

import { Area, AREA_ORDER, areaBefore, areaBehind } from "./areas";
import {
  areaEntry,
  blockKey,
  entryArea,
  headOf,
  link,
  listsFor,
  unlink,
  ZoneLists,
} from "./free_lists";
import { GRANULE_ORDER, hasRecord } from "./granules";

/** Areas in a block of `order`. */
@inline
function areasIn(order: u32): u32 {
  return 1 << (order - AREA_ORDER);
}

/** Files `area`, the first of a free block of `order`. */
@inline
function linkBlock(area: Area, number: u32, order: u32): void {
  const key = blockKey(order);
  area.number = number;
  area.key = u8(key);
  link(listsFor(number), key, areaEntry(area));
}

/** Takes `area`, the first of a free block of `order`, out of its list; its header is clear then. */
@inline
export function unlinkBlock(area: Area, order: u32): void {
  unlink(listsFor(area.number), blockKey(order), areaEntry(area));
  area.key = 0;
}

/** True if area `number`, the buddy of a block of `order`, is a free block of that order. */
@inline
function isFreeBuddy(area: Area, number: u32, order: u32): bool {
  return hasRecord(number) && area.key == blockKey(order);
}

/**
 * Makes the block of `order` that begins with area `number` free, merged with its neighbours as far
 * as possible. The headers of its areas are clear.
 */
export function releaseBlock(area: Area, number: u32, order: u32): void {
  for (; order < GRANULE_ORDER; ++order) {
    const size = areasIn(order);
    const isUpper = (number & size) != 0;
    const buddy = isUpper ? areaBefore(area, size) : areaBehind(area, size);
    if (!isFreeBuddy(buddy, number ^ size, order)) break;
    unlinkBlock(buddy, order);
    if (isUpper) {
      area = buddy;
      number -= size;
    }
  }
  linkBlock(area, number, order);
}

/** The order that a block of `order` would have once released; changes nothing. */
export function mergedOrder(area: Area, number: u32, order: u32): u32 {
  for (; order < GRANULE_ORDER; ++order) {
    const size = areasIn(order);
    const isUpper = (number & size) != 0;
    const buddy = isUpper ? areaBefore(area, size) : areaBehind(area, size);
    if (!isFreeBuddy(buddy, number ^ size, order)) break;
    if (isUpper) {
      area = buddy;
      number -= size;
    }
  }
  return order;
}

/**
 * Takes the first block of list `key` and splits it down to `order`; what is left over goes to its
 * lists. Returns the first area, its number set and its header clear.
 */
export function takeBlock(lists: ZoneLists, key: u32, order: u32): Area {
  const area = entryArea(headOf(lists, key));
  unlink(lists, key, areaEntry(area));
  area.key = 0;
  for (let upper = key - blockKey(0); upper > order;) {
    const size = areasIn(--upper);
    linkBlock(areaBehind(area, size), area.number + size, upper);
  }
  return area;
}
