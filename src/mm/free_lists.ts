/**
 * The lists in which free memory is found, and the order in which they are looked through.
 *
 * A list holds what is equally good to allocate from. Its number, the key, is chosen so that the
 * best list for a request is the lowest set bit of a mask:
 *
 *     key 9·level + class   level 0 (fullest area) to 5 (emptiest)
 *                           class 0–5: words whose largest aligned free run has 2^class frames
 *                           class 6–8: areas whose largest run of free words has 2^class frames
 *     key 45 + order        free blocks of order 9 to 18: areas, the first of each block
 *
 * Fuller areas are preferred, so nearly empty ones drain and become free 2 MiB blocks again. The
 * level in a key is that of the time when the entry was last filed; the class is always exact.
 *
 * Every zone of physical memory has lists of its own. Ordinary requests go through the zones from
 * the highest to the lowest, so that memory which only some can use is left for them; restricted
 * requests start further down. No block spans two zones: the border at 4 GiB is one of granules,
 * and a block that spanned the one at 16 MiB would have to begin at frame 0, which is never managed.
 */

import { Area, AREA_ORDER, Word } from "./areas";

/** Where allocated frames may lie. Each zone includes those behind it. */
export const enum Zone {
  ANY = 0,
  BELOW_4G = 1,
  BELOW_16M = 2,
}

/** How many zones there are. */
export const ZONES: u32 = 3;

/** First area above the zone `BELOW_4G`, and above `BELOW_16M`. */
const AREAS_BELOW_4G: u32 = 2048;
const AREAS_BELOW_16M: u32 = 8;

/** Classes of a level, hence the distance of levels in keys. */
const CLASSES: u32 = 9;

/** First class of areas; those below are of words. */
const AREA_CLASS: u32 = 6;

/** First key of whole blocks. */
const BLOCK_KEY: u32 = 54;

/** The keys of class 0 in the six levels. */
const LEVELS: u64 = 0x0000201008040201;

/** The keys of words. */
const WORD_KEYS: u64 = LEVELS * 0x3f;

/** The keys of blocks. */
const BLOCK_KEYS: u64 = u64.MAX_VALUE << BLOCK_KEY;

/**
 * The first key of an area's level by its free frames, 16 a step. Levels begin at 352, 288, 224,
 * 160 and 80 used frames, and fewer.
 */
const LEVEL_KEYS: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9, 9, 18, 18, 18, 18, 27, 27, 27, 27, 36, 36, 36, 36, 36, 45,
  45, 45, 45, 45, 45,
]);

/** An entry of a list: the address of its links, and for a word its place in the area (3 bits). */
export type Entry = u32;

/** Clears the place of a word from an entry. */
const LINKS_MASK: u32 = ~7;

/**
 * The lists of a zone.
 *
 *     0           8        12           264
 *     | nonEmpty  | head 0 | … | head 63 |
 */
@unmanaged
export class ZoneLists {
  /** Bit n: list n has an entry. */
  nonEmpty: u64;
}

const ZONE_BYTES: usize = 264;
const HEADS: usize = 8;

const zones: usize = memory.data(792, 8);

/** Empties all lists. */
export function clearLists(): void {
  memory.fill(zones, 0, ZONE_BYTES * ZONES);
}

/** The lists of `zone`, without those of the zones it includes. */
@inline
export function listsOf(zone: u32): ZoneLists {
  return changetype<ZoneLists>(zones + usize(zone) * ZONE_BYTES);
}

/** The most restricted zone that area `number` lies in. */
@inline
export function zoneOf(number: u32): u32 {
  return u32(number < AREAS_BELOW_4G) + u32(number < AREAS_BELOW_16M);
}

/** The last frame of the part of memory that is in `zone` and in none behind it. */
export function lastFrameOf(zone: u32): u32 {
  if (zone == Zone.ANY) return u32.MAX_VALUE;
  return ((zone == Zone.BELOW_4G ? AREAS_BELOW_4G : AREAS_BELOW_16M) << AREA_ORDER) - 1;
}

/** The lists that area `number` belongs into. */
@inline
export function listsFor(number: u32): ZoneLists {
  return listsOf(zoneOf(number));
}

/** The lists whose entries have a run of 2^`order` frames. */
@inline
export function fittingLists(order: u32): u64 {
  return order < AREA_ORDER
    ? (LEVELS * ((0x1ff << order) & 0x1ff)) | BLOCK_KEYS
    : u64.MAX_VALUE << (u64(order) + 45);
}

/** Key of blocks of `order`, 9 to 18. */
@inline
export function blockKey(order: u32): u32 {
  return order + 45;
}

/** First key of the level of an area with `free` free frames. */
@inline
export function levelKey(free: u32): u32 {
  return load<u8>(LEVEL_KEYS + (free >> 4));
}

/** True if the entries of list `key` are words. */
@inline
export function isWordKey(key: u32): bool {
  return ((WORD_KEYS >> u64(key)) & 1) != 0;
}

/** True if the entries of list `key` are blocks. */
@inline
export function isBlockKey(key: u32): bool {
  return key >= BLOCK_KEY;
}

/** Key of an area with these free words, at least one, on the level that begins at `level`. */
@inline
export function areaKey(level: u32, freeWords: u32): u32 {
  const pairs = freeWords & (freeWords >> 1) & 0x55;
  return level + AREA_CLASS + u32(pairs != 0) + u32((pairs & (pairs >> 2) & 0x11) != 0);
}


@inline
export function areaEntry(area: Area): Entry {
  return u32(changetype<usize>(area) + offsetof<Area>("next"));
}


@inline
export function wordEntry(word: Word, index: u32): Entry {
  return u32(changetype<usize>(word) + offsetof<Word>("next")) | index;
}

/** The area of an entry of a list of areas or blocks. */
@inline
export function entryArea(entry: Entry): Area {
  return changetype<Area>(usize(entry) - offsetof<Area>("next"));
}

/** The word of an entry of a list of words. */
@inline
export function entryWord(entry: Entry): Word {
  return changetype<Word>(usize(entry & LINKS_MASK) - offsetof<Word>("next"));
}

/** The place in its area of the word of an entry. */
@inline
export function entryIndex(entry: Entry): u32 {
  return entry & ~LINKS_MASK;
}

/** The entry behind `entry`, 0 at the end of its list. */
@inline
export function next(entry: Entry): Entry {
  return load<u32>(usize(entry & LINKS_MASK));
}


@inline
function setNext(entry: Entry, value: Entry): void {
  store<u32>(usize(entry & LINKS_MASK), value);
}


@inline
function previous(entry: Entry): Entry {
  return load<u32>(usize(entry & LINKS_MASK), 4);
}


@inline
function setPrevious(entry: Entry, value: Entry): void {
  store<u32>(usize(entry & LINKS_MASK), value, 4);
}

/** First entry of list `key`, 0 if it is empty. */
@inline
export function headOf(lists: ZoneLists, key: u32): Entry {
  return load<u32>(changetype<usize>(lists) + (key << 2), HEADS);
}


@inline
function setHead(lists: ZoneLists, key: u32, entry: Entry): void {
  store<u32>(changetype<usize>(lists) + (key << 2), entry, HEADS);
}

/** Puts `entry` in front of list `key`. */
@inline
export function link(lists: ZoneLists, key: u32, entry: Entry): void {
  const head = headOf(lists, key);
  setNext(entry, head);
  setPrevious(entry, 0);
  if (head) setPrevious(head, entry);
  setHead(lists, key, entry);
  lists.nonEmpty |= u64(1) << u64(key);
}

/** Takes `entry` out of list `key`. */
@inline
export function unlink(lists: ZoneLists, key: u32, entry: Entry): void {
  const behind = next(entry);
  const before = previous(entry);
  if (behind) setPrevious(behind, before);
  if (before) {
    setNext(before, behind);
  } else {
    setHead(lists, key, behind);
    if (!behind) lists.nonEmpty &= ~(u64(1) << u64(key));
  }
}

/**
 * The largest order for which `nonEmpty` has an entry, -1 for none: the highest class of any
 * level, unless there are blocks.
 */
export function largestOrder(nonEmpty: u64): i32 {
  if (!nonEmpty) return -1;
  if (nonEmpty & BLOCK_KEYS) return 18 - i32(clz(nonEmpty));
  let classes: u64 = 0;
  for (; nonEmpty; nonEmpty >>= CLASSES) classes |= nonEmpty & 0x1ff;
  return 63 - i32(clz(classes));
}
