/**
 * The word that is lent to the order-0 front end, kept where it is quickest to reach.
 *
 * Allocating a single frame is taking a bit from a mask, freeing one puts it back; nothing else is
 * touched. While a word is lent its frames are in no list, and its record shows all of them as
 * allocated; the mask here alone knows which are free. The word lies in the highest zone that has
 * free frames, so whatever zone a request allows, a lent word inside it is the right one to use.
 */

import { Area, areaNumber, Word, wordAt, wordFrame } from "./areas";
import { lastFrameOf, zoneOf } from "./free_lists";
import { barredFrames, WORD_FRAMES } from "./word_masks";

/**
 * The lent word. One record at a fixed address: its fields are read and written with a single
 * instruction each, where a field of the word's own record takes a pointer first.
 *
 *     0       8        16      20        24     28      32
 *     | mask  | barred | first | zoneEnd | area | index |
 */
@unmanaged
class LentWord {
  /** The free frames of the word; 0 if none is lent. */
  mask: u64;
  /** The frames that are not single allocated frames, `mask` apart; all of them if none is lent. */
  barred: u64;
  /** The first frame of the word. */
  first: u32;
  /** The last frame of the zone that the word is in; that of all memory if none is lent. */
  zoneEnd: u32;
  /** Address of the area of the word, 0 if none is lent. */
  area: u32;
  /** The place of the word in it. */
  index: u32;
}

const record: usize = memory.data(32, 8);


@inline
function lent(): LentWord {
  return changetype<LentWord>(record);
}

/** Nothing is lent from now on. */
export function forgetLentWord(): void {
  lent().mask = 0;
  lent().barred = u64.MAX_VALUE;
  lent().first = 0;
  lent().zoneEnd = u32.MAX_VALUE;
  lent().area = 0;
  lent().index = 0;
}

/** Lends word `index` of `area`, whose free frames are `frames` and gone from its record. */
@inline
export function setLentWord(area: Area, index: u32, frames: u64): void {
  lent().mask = frames;
  lent().first = wordFrame(area, index);
  lent().zoneEnd = lastFrameOf(zoneOf(area.number));
  lent().area = u32(changetype<usize>(area));
  lent().index = index;
  refreshBarred();
}

/** Reads again which frames of the lent word are barred; after a change of its record. */
@inline
export function refreshBarred(): void {
  const word = lentWord();
  lent().barred = barredFrames(word.free, word.continuation);
}


@inline
export function isAnythingLent(): bool {
  return lent().area != 0;
}


@inline
export function lentArea(): Area {
  return changetype<Area>(usize(lent().area));
}


@inline
export function lentIndex(): u32 {
  return lent().index;
}


@inline
export function lentWord(): Word {
  return wordAt(lentArea(), lentIndex());
}

/** The free frames of the lent word, 0 if none is lent. */
@inline
export function lentMask(): u64 {
  return lent().mask;
}

/** True if the lent word lies in `zone` and in none behind it, and has a free frame. */
@inline
export function isLentFrom(zone: u32): bool {
  return lent().mask != 0 && zoneOf(areaNumber(lent().first)) == zone;
}

/** True if `frame` lies in a zone above that of the lent word. */
@inline
export function isAboveLentZone(frame: u32): bool {
  return frame > lent().zoneEnd;
}

/** True if the lent word has a free frame at or below `last`. */
@inline
export function canLend(last: u32): bool {
  return lent().mask != 0 && lent().first <= last;
}

/** Takes the lowest free frame of the lent word, which has one. */
@inline
export function takeLentFrame(): u32 {
  const mask = lent().mask;
  lent().mask = mask & (mask - 1);
  return lent().first + u32(ctz(mask));
}

/** Puts `frame` back, if it is an allocated single frame of the lent word; false otherwise. */
@inline
export function returnLentFrame(frame: u32): bool {
  if (frame - lent().first >= WORD_FRAMES) return false;
  // Words are aligned: the low six bits of the frame, which a shift goes by, are its place.
  const flag = u64(1) << u64(frame);
  const mask = lent().mask;
  if ((mask | lent().barred) & flag) return false;
  lent().mask = mask | flag;
  return true;
}

/** Adds `frames`, which were an allocated block of the lent word. */
@inline
export function addLentFrames(frames: u64): void {
  lent().mask |= frames;
  refreshBarred();
}
