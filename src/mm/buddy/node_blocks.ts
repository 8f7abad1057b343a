/**
 * Blocks of 2^0 to 2^9 units inside one node: taking them, freeing them, finding them.
 *
 * All of it is mask arithmetic on the record, the same for pageblocks of frames and gigablocks of
 * pageblocks. The caller keeps the count of free frames and the lists up to date.
 */

import { Order } from "../frames";
import {
  bitIndex,
  foursOf,
  freeWords,
  Node,
  NODE_WORDS,
  ordersOfWords,
  pairsOf,
  Unit,
  withBlock,
  withWord,
  Word,
  wordAt,
  wordIndex,
} from "./nodes";
import {
  absentUnits,
  blockUnits,
  freeUnits,
  isBlock,
  lowestBlock,
  lowUnits,
  orderAround,
  WORD_ORDER,
  WORD_UNITS,
} from "./word_masks";

/**
 * Word of the best free block of 2^`order` units, up to `WORD_ORDER`: the smallest that will do.
 */
@inline
export function bestWord(freeOrders: u64, order: Order): u32 {
  // Bit w of byte k: the largest free block of word w is of order k.
  const largest = freeOrders & ~(freeOrders >> 8);
  return u32(ctz(largest >> u64(order << 3))) & (NODE_WORDS - 1);
}

/** Allocates a free block of 2^`order` units, up to `WORD_ORDER`, of `node`, which has one. */
@inline
export function takeBlock(node: Node, order: Order): u32 {
  const index = bestWord(node.freeOrders, order);
  const word = wordAt(node, index);
  const free = freeUnits(word.taken, word.continuation);
  const bit = lowestBlock(free, order);
  const units = blockUnits(order) << u64(bit);
  word.taken |= units;
  word.continuation |= units & (units - 1);
  node.freeOrders = withWord(node.freeOrders, index, free & ~units);
  return (index << WORD_ORDER) | bit;
}

/**
 * True if an allocated block begins at `unit` in `word` that has as many units as `units`, a mask.
 */
@inline
export function beginsBlock(word: Word, unit: Unit, units: u64): bool {
  return isBlock(word.taken, word.continuation, bitIndex(unit), units);
}

/** Allocates the only free block of `node`, of 64 units at most. */
@inline
export function takeOnlyBlock(node: Node): u32 {
  const index = u32(ctz(node.freeOrders));
  const word = wordAt(node, index);
  const units = freeUnits(word.taken, word.continuation);
  word.taken |= units;
  word.continuation |= units & (units - 1);
  node.freeOrders = 0;
  return (index << WORD_ORDER) | u32(ctz(units));
}

/** Makes the allocated units `units` of `word` free, but not in the `freeOrders` of its node. */
@inline
export function freeMasks(word: Word, units: u64): void {
  word.taken &= ~units;
  word.continuation &= ~units;
}

/** Makes `units` of `word`, aligned and around `unit`, free; they were a block or absent. */
@inline
export function freeBlock(node: Node, unit: Unit, word: Word, units: u64): void {
  freeMasks(word, units);
  const order = orderAround(freeUnits(word.taken, word.continuation), bitIndex(unit));
  node.freeOrders = withBlock(node.freeOrders, wordIndex(unit), order);
}

/** A mask of 2^`size` words from word `index` on. */
@inline
function wordSpan(index: u32, size: u32): u32 {
  return ((1 << (1 << size)) - 1) << index;
}

/** The bit in `starts` of a block of 2^`size` words, 2, 4 or 8, that begins with word `index`. */
@inline
function startOfWords(index: u32, size: u32): u32 {
  // Pairs begin at even places, fours at 0 and 4: bits 1 and 5 are left for fours, and 3 for all.
  return 1 << (index + ((size * (size - 1)) >> 1));
}

/** Place of the best free block of 2^`size` words, 2, 4 or 8, in `words`, which has one. */
@inline
function bestWords(words: u32, size: u32): u32 {
  const pairs = pairsOf(words);
  const fours = foursOf(pairs);
  const lonely = pairs & ~(fours | (fours << 2));
  return ctz(size == 1 && lonely ? lonely : fours);
}

/** Allocates a free block of 2^`order` units, 7 to 9, of `node`, which has one. */
@inline
export function takeWords(node: Node, order: Order): u32 {
  const size = order - WORD_ORDER;
  const index = bestWords(freeWords(node.freeOrders), size);
  node.freeOrders &= ~ordersOfWords(wordSpan(index, size));
  node.starts = u8(u32(node.starts) | startOfWords(index, size));
  return index << WORD_ORDER;
}

/** Makes the block of `order`, 7 to 9, at `unit` free; false if there is none. */
@inline
export function freeWordsOf(node: Node, unit: Unit, order: Order): bool {
  const size = order - WORD_ORDER;
  const index = wordIndex(unit);
  const start = startOfWords(index, size);
  if (!(u32(node.starts) & start)) return false;
  node.freeOrders |= ordersOfWords(wordSpan(index, size));
  node.starts = u8(u32(node.starts) & ~start);
  return true;
}

/** The order, 7 to 9, of the allocated block of words that word `index` belongs to. */
export function wordsOrder(node: Node, index: u32): u32 {
  let size: u32 = 1;
  while (!(u32(node.starts) & startOfWords(index & ~((1 << size) - 1), size))) ++size;
  return WORD_ORDER + size;
}

/** The units of word `index` that lie in `[from, to)`, places in the node. */
function unitsIn(index: u32, from: u32, to: u32): u64 {
  const first = index << WORD_ORDER;
  const low = max(from, first);
  const high = min(to, first + WORD_UNITS);
  return low < high ? lowUnits(high - low) << u64(low - first) : 0;
}

/** Marks absent all units of `node`, which is open and has no free block yet. */
export function markAllAbsent(node: Node): void {
  for (let index: u32 = 0; index < NODE_WORDS; ++index) {
    wordAt(node, index).continuation = u64.MAX_VALUE;
  }
}

/** Makes all units of `node`, of which none is allocated, free; but not in `freeOrders`. */
export function freeAll(node: Node): void {
  for (let index: u32 = 0; index < NODE_WORDS; ++index) wordAt(node, index).continuation = 0;
}

/** Makes the units `[from, to)` of `node`, which are absent, free. */
export function markPresent(node: Node, from: u32, to: u32): void {
  for (let index = from >> WORD_ORDER; index << WORD_ORDER < to; ++index) {
    const word = wordAt(node, index);
    word.continuation &= ~unitsIn(index, from, to);
    node.freeOrders = withWord(node.freeOrders, index, freeUnits(word.taken, word.continuation));
  }
}

/** Marks absent the units `[from, to)` of `node`, which are free. */
export function markAbsent(node: Node, from: u32, to: u32): void {
  for (let index = from >> WORD_ORDER; index << WORD_ORDER < to; ++index) {
    const word = wordAt(node, index);
    word.continuation |= unitsIn(index, from, to);
    node.freeOrders = withWord(node.freeOrders, index, freeUnits(word.taken, word.continuation));
  }
}

/** True if the units `[from, to)` of `node` are all absent. */
export function areAbsent(node: Node, from: u32, to: u32): bool {
  for (let index = from >> WORD_ORDER; index << WORD_ORDER < to; ++index) {
    const word = wordAt(node, index);
    const units = unitsIn(index, from, to);
    if ((absentUnits(word.taken, word.continuation) & units) != units) return false;
  }
  return true;
}

/** True if the units `[from, to)` of `node` are all free. */
export function areFree(node: Node, from: u32, to: u32): bool {
  for (let index = from >> WORD_ORDER; index << WORD_ORDER < to; ++index) {
    const word = wordAt(node, index);
    const units = unitsIn(index, from, to);
    if ((word.taken | word.continuation) & units) return false;
  }
  return true;
}
