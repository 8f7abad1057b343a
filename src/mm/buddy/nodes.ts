/**
 * The record that the buddy allocator keeps everything in: a node, 512 units in eight words of 64.
 *
 * There are nodes on two levels, and they work alike. The units of an *area* are frames, so it is
 * 2 MiB; the units of a *granule* are areas, so it is 1 GiB. An area that is not free or allocated
 * as a whole is withheld in its granule, and its own record says what its frames are. A frame that
 * is withheld in its area is not managed, or it is shared (see shared_frames.ts).
 *
 *             0       8      10    11      12       16     20     24
 *     header  | runs  | free | key | heads | number | next | prev |     (layout below)
 *     word 0  | taken        | continuation |
 *     …                                           (word_masks.ts says what the masks mean)
 *     word 7  | taken        | continuation |
 *
 * That is 152 bytes for 512 units, whatever they are used for.
 *
 * A node is *closed* while `runs` and `key` are zero; nothing of it is in use then. The masks of a
 * closed area are zero: fresh tables need no initialisation, and an area that is taken or freed as
 * a whole is not visited. So no record outside an open node shows an allocated block.
 */

import { WORD_ORDER, WORD_UNITS, runOrders } from "./word_masks";

/** log2 of the units in a node. */
export const NODE_ORDER: u32 = 9;

/** Units in a node. */
export const NODE_UNITS: u32 = 512;

/** Words in a node. */
export const NODE_WORDS: u32 = 8;

/** Bytes of a node's record. */
export const NODE_BYTES: usize = 152;

const HEADER_BYTES: usize = 24;
const WORD_BYTES_ORDER: usize = 4;

/** `key` of an open node that is in no list. */
export const NO_LIST: u32 = 64;

/** Bit 0 of every byte of `runs`. */
const RUNS_OF_WORD_0: u64 = 0x00010101_01010101;

/** `runs` of a node that is free as a whole. */
export const RUNS_OF_FREE: u64 = 0x00ffffff_ffffffff;

/** A node's header. */
@unmanaged
export class Node {
  /** Byte k, 0 to 6: the words that have an aligned free run of 2^k units, a bit each. */
  runs: u64;
  /** Of an area: its free frames that can be found through lists. Of a granule: 0. */
  free: u16;
  /** The list that the node is in, or `NO_LIST`. */
  key: u8;
  /**
   * Where allocated blocks of 2, 4 or 8 words begin, see `headOfWords`. The masks of their words are
   * zero; only `runs` says that they are not free.
   */
  heads: u8;
  /** Number of the node: its first unit divided by 512. */
  number: u32;
  /** Links of the list `key`. */
  next: u32;
  prev: u32;
}

/** The masks of a word, as word_masks.ts has them. */
@unmanaged
export class Word {
  taken: u64;
  continuation: u64;
}

/** Place of the word of `unit` in its node. */
@inline
export function wordIndex(unit: u32): u32 {
  return (unit >> WORD_ORDER) & (NODE_WORDS - 1);
}

/** Place of `unit` in its word. */
@inline
export function bitIndex(unit: u32): u32 {
  return unit & (WORD_UNITS - 1);
}

/** Word `index` of `node`. */
@inline
export function wordAt(node: Node, index: u32): Word {
  const place = HEADER_BYTES + (usize(index) << WORD_BYTES_ORDER);
  return changetype<Word>(changetype<usize>(node) + place);
}

/** True unless nothing of `node` is in use. */
@inline
export function isOpen(node: Node): bool {
  return (node.runs | u64(node.key)) != 0;
}

/** The words that are free as a whole, a bit each, of a node with `runs`. */
@inline
export function freeWords(runs: u64): u32 {
  return u32(runs >> 48);
}

/** The pairs among `words`, at even places: the bit of the first word of each. */
@inline
export function pairsOf(words: u32): u32 {
  return words & (words >> 1) & 0x55;
}

/** The fours among `pairs`, at places 0 and 4: the bit of the first word of each. */
@inline
export function foursOf(pairs: u32): u32 {
  return pairs & (pairs >> 2) & 0x11;
}

/** Notes in `runs` what word `index` has after its free units became `free`. */
@inline
export function withWord(runs: u64, index: u32, free: u64): u64 {
  const row = ((u64(1) << (u64(runOrders(free)) << 3)) - 1) & RUNS_OF_WORD_0;
  return (runs & ~(RUNS_OF_WORD_0 << u64(index))) | (row << u64(index));
}

/** Notes in `runs` that word `index` has a run of 2^`order` units now. */
@inline
export function withRun(runs: u64, index: u32, order: u32): u64 {
  return runs | runsOfSole(index, order);
}

/** What a node's `runs` are when its only free run has 2^`order` units, up to 64, in word `index`. */
@inline
export function runsOfSole(index: u32, order: u32): u64 {
  return (RUNS_OF_WORD_0 & (u64.MAX_VALUE >> u64(56 - (order << 3)))) << u64(index);
}

/** The bits in `runs` of words that are free as a whole. */
@inline
export function runsOfWords(words: u32): u64 {
  return RUNS_OF_WORD_0 * u64(words);
}

/**
 * The order of the largest aligned run that a node with `runs` has, 0 to 8; 8 for one that is free as
 * a whole, too. `runs` is not 0.
 */
@inline
export function largestRun(runs: u64): u32 {
  const order = u32(63 - clz(runs)) >> 3;
  if (order < WORD_ORDER) return order;
  const pairs = pairsOf(freeWords(runs));
  return order + u32(pairs != 0) + u32(foursOf(pairs) != 0);
}
