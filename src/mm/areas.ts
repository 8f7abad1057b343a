/**
 * The records of the buddy allocator: an area of 2 MiB and the eight words of 64 frames in it.
 *
 * An area takes nine records of 24 bytes, the header and one for each word:
 *
 *             0             8               16      20      24
 *     header  | states      | free|words|key| number | next | prev |     (layout below)
 *     word 0  | free        | continuation  | next  | prev  |
 *     …
 *     word 7  | free        | continuation  | next  | prev  |
 *
 * That is 216 bytes for 512 frames, whatever they are used for. A record that is all zero says
 * "no frame here is managed, unless a block that begins in front of the area covers it". So fresh
 * tables need no initialisation, and the inside of a large block is never visited.
 */

import { WORD_FRAMES, WORD_ORDER } from "./word_masks";

/** log2 of the frames in an area. */
export const AREA_ORDER: u32 = 9;

/** Frames in an area. */
export const AREA_FRAMES: u32 = 512;

/** Words in an area. */
export const AREA_WORDS: u32 = 8;

/** Bytes of an area's record. */
export const AREA_BYTES: usize = 216;

/** Bytes of the header, and of each word behind it. */
const RECORD_BYTES: usize = 24;

/**
 * The header of an area.
 *
 *     0               8       10      11      12        16      20      24
 *     | states: 8 × u8 | free | words | key   | number  | next  | prev  |
 *
 * It is *clear* while `states`, `free`, `freeWords` and `key` are zero: inside a larger block, or
 * without a managed frame. The other fields mean nothing then.
 */
@unmanaged
export class Area {
  /** What begins with each word, a byte each: a `WORD_` state or the order of a block. */
  states: u64;
  /** Free frames that can be found through lists: those in a lent word are not counted. */
  free: u16;
  /** Bit n: word n is free as a whole and part of this area's stock. Never all eight. */
  freeWords: u8;
  /** The list that the area is in, as one with free words or as a block; 0 if in none. */
  key: u8;
  /** Number of the area: its first frame divided by 512. */
  number: u32;
  /** Links of the list `key`. */
  next: u32;
  prev: u32;
}

/** A word that is split into frames and small blocks; the masks as word_masks.ts has them. */
@unmanaged
export class Word {
  free: u64;
  continuation: u64;
  /** Links of the list that the state of the word names. */
  next: u32;
  prev: u32;
}

/** State of a word where nothing begins: free as a whole, inside a larger block, or not managed. */
export const WORD_NONE: u32 = 0;

/** States below, except `WORD_NONE`, are the order of an allocated block, 6 to 18, that begins here. */
export const WORD_SPLIT: u32 = 32;

/** State of a split word of which no frame can be allocated. */
export const WORD_FULL: u32 = 32;

/** State of a split word that is lent to the order-0 front end. */
export const WORD_LENT: u32 = 33;

/** States from here on are of split words with free frames; the other six bits are the list key. */
export const WORD_OPEN: u32 = 64;

/** Number of the area that holds `frame`. */
@inline
export function areaNumber(frame: u32): u32 {
  return frame >> AREA_ORDER;
}

/** Place of the word that holds `frame` in its area. */
@inline
export function wordIndex(frame: u32): u32 {
  return (frame >> WORD_ORDER) & (AREA_WORDS - 1);
}

/** Place of `frame` in its word. */
@inline
export function bitIndex(frame: u32): u32 {
  return frame & (WORD_FRAMES - 1);
}

/** First frame of word `index` of `area`. */
@inline
export function wordFrame(area: Area, index: u32): u32 {
  return (area.number << AREA_ORDER) | (index << WORD_ORDER);
}

/** Word `index` of `area`. */
@inline
export function wordAt(area: Area, index: u32): Word {
  return changetype<Word>(changetype<usize>(area) + RECORD_BYTES + usize(index) * RECORD_BYTES);
}

/** The area `distance` areas behind `area` in the same granule. */
@inline
export function areaBehind(area: Area, distance: u32): Area {
  return changetype<Area>(changetype<usize>(area) + usize(distance) * AREA_BYTES);
}

/** The area `distance` areas in front of `area` in the same granule. */
@inline
export function areaBefore(area: Area, distance: u32): Area {
  return changetype<Area>(changetype<usize>(area) - usize(distance) * AREA_BYTES);
}

/** State of word `index`: a `WORD_` state or the order of the block that begins there. */
@inline
export function wordState(area: Area, index: u32): u32 {
  return load<u8>(changetype<usize>(area) + index);
}


@inline
export function setWordState(area: Area, index: u32, state: u32): void {
  store<u8>(changetype<usize>(area) + index, state);
}

/** Counts `frames` more free frames of `area`. */
@inline
export function addFree(area: Area, frames: u32): void {
  area.free = u16(u32(area.free) + frames);
}

/** Counts `frames` fewer free frames of `area`. */
@inline
export function subtractFree(area: Area, frames: u32): void {
  area.free = u16(u32(area.free) - frames);
}

/** A mask of 2^`size` words from word `index` on, as in `freeWords`. */
@inline
export function wordRun(index: u32, size: u32): u32 {
  return ((1 << (1 << size)) - 1) << index;
}

/** Takes `words` out of the stock of `area`. */
@inline
export function takeStock(area: Area, words: u32): void {
  area.freeWords = u8(u32(area.freeWords) & ~words);
}

/** True if the header is clear. */
@inline
export function isClear(area: Area): bool {
  return (area.states | area.freeWords | area.key) == 0;
}

/** Clears the header of an area that is in no list. */
@inline
export function clearArea(area: Area): void {
  area.states = 0;
  area.free = 0;
  area.freeWords = 0;
  area.key = 0;
}
