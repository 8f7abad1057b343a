/**
 * The record that the buddy allocator keeps everything in: a node, 512 units in eight words of 64.
 *
 * There are nodes on two levels, and they work alike. The units of a *pageblock* are frames, so it
 * is 2 MiB; the units of a *gigablock* are pageblocks, so it is 1 GiB. A unit can be *absent* from
 * its node: then its state is kept elsewhere. A pageblock that is neither free nor allocated as a
 * whole is absent from its gigablock, and its own record says what its frames are. A frame that is
 * absent from its pageblock is not managed, or it is shared (see shared_frames.ts).
 *
 *             0       8      10    11      12       16     20     24
 *     header  | orders | free | bin | starts | number | next | prev |     (layout below)
 *     word 0  | taken        | continuation |
 *     …                                           (word_masks.ts says what the masks mean)
 *     word 7  | taken        | continuation |
 *
 * That is 152 bytes for 512 units, whatever they are used for.
 *
 * A node is *closed* while `freeOrders` and `bin` are both zero: its record is not in use, since it
 * is free, allocated or unmanaged as a whole. The masks of a closed pageblock are zero. So fresh
 * tables need no initialisation, and a pageblock that is taken or freed as a whole is not visited.
 */

import { Order } from "../frames";
import { freeOrdersOf, WORD_ORDER, WORD_UNITS } from "./word_masks";

/** The number of a unit, or its place in a node: a frame, or a pageblock. */
export type Unit = u32;

/** The number of a list of nodes (free_lists.ts). */
export type Bin = u32;

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

/** `bin` of an open node that is in no list. */
export const NO_BIN: u32 = 64;

/** Bit 0 of every byte of `freeOrders`. */
const ORDERS_OF_WORD_0: u64 = 0x00010101_01010101;

/** `freeOrders` of a node that is free as a whole. */
export const ORDERS_OF_FREE: u64 = 0x00ffffff_ffffffff;

/** A node's header. */
@unmanaged
export class Node {
  /** Byte k, 0 to 6: the words that have an aligned free block of 2^k units, a bit each. */
  freeOrders: u64;
  /** Of a pageblock: its free frames that can be found through lists. Of a gigablock: 0. */
  free: u16;
  /** The list that the node is in, or `NO_BIN`. */
  bin: u8;
  /**
   * Where allocated blocks of 2, 4 or 8 words begin, see `startOfWords`. The masks of their words
   * are zero; only `freeOrders` says that they are not free.
   */
  starts: u8;
  /** Number of the node: its first unit divided by 512. */
  number: u32;
  /** Links of the list `bin`. */
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
export function wordIndex(unit: Unit): u32 {
  return (unit >> WORD_ORDER) & (NODE_WORDS - 1);
}

/** Place of `unit` in its word. */
@inline
export function bitIndex(unit: Unit): u32 {
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
  return (node.freeOrders | u64(node.bin)) != 0;
}

/** The words that are free as a whole, a bit each, of a node with `freeOrders`. */
@inline
export function freeWords(freeOrders: u64): u32 {
  return u32(freeOrders >> 48);
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

/** `freeOrders` once the free units of word `index` are `free`. */
@inline
export function withWord(freeOrders: u64, index: u32, free: u64): u64 {
  const row = ((u64(1) << (u64(freeOrdersOf(free)) << 3)) - 1) & ORDERS_OF_WORD_0;
  return (freeOrders & ~(ORDERS_OF_WORD_0 << u64(index))) | (row << u64(index));
}

/** `freeOrders` once word `index` has a free block of 2^`order` units, too. */
@inline
export function withBlock(freeOrders: u64, index: u32, order: Order): u64 {
  return freeOrders | ordersOfOnly(index, order);
}

/**
 * What a node's `freeOrders` are when its only free block has 2^`order` units, up to 64, in word
 * `index`.
 */
@inline
export function ordersOfOnly(index: u32, order: Order): u64 {
  return (ORDERS_OF_WORD_0 & (u64.MAX_VALUE >> u64(56 - (order << 3)))) << u64(index);
}

/** The bits in `freeOrders` of words that are free as a whole. */
@inline
export function ordersOfWords(words: u32): u64 {
  return ORDERS_OF_WORD_0 * u64(words);
}

/**
 * The order of the largest aligned free block that a node with `freeOrders` has, 0 to 8; 8 for one
 * that is free as a whole, too. `freeOrders` is not 0.
 */
@inline
export function largestOrderOf(freeOrders: u64): u32 {
  const order = u32(63 - clz(freeOrders)) >> 3;
  if (order < WORD_ORDER) return order;
  const pairs = pairsOf(freeWords(freeOrders));
  return order + u32(pairs != 0) + u32(foursOf(pairs) != 0);
}
