/**
 * Blocks of 2^0 to 2^9 units inside one node: taking, giving back, and which there are.
 *
 * All of it is mask arithmetic on the record, the same for areas of frames and granules of areas.
 * Who calls keeps the count of free frames and the lists up to date.
 */

import {
  bitIndex,
  foursOf,
  freeWords,
  Node,
  NODE_ORDER,
  NODE_WORDS,
  pairsOf,
  runsOfWords,
  Word,
  wordAt,
  wordIndex,
  withRun,
  withWord,
} from "./nodes";
import {
  countRuns,
  freeUnits,
  isBlock,
  lowestRun,
  lowUnits,
  orderAround,
  runUnits,
  withheldUnits,
  WORD_ORDER,
  WORD_UNITS,
} from "./word_masks";

/** Word of the best run of 2^`order` units, up to `WORD_ORDER`: the smallest run that will do. */
@inline
export function bestWord(runs: u64, order: u32): u32 {
  // Bit w of byte k: the largest run of word w is of order k.
  const largest = runs & ~(runs >> 8);
  return u32(ctz(largest >> u64(order << 3))) & (NODE_WORDS - 1);
}

/** Allocates a run of 2^`order` units, up to `WORD_ORDER`, of `node`, which has one. */
@inline
export function takeRun(node: Node, order: u32): u32 {
  const index = bestWord(node.runs, order);
  const word = wordAt(node, index);
  const free = freeUnits(word.taken, word.continuation);
  const bit = lowestRun(free, order);
  const units = runUnits(order) << u64(bit);
  word.taken |= units;
  word.continuation |= units & (units - 1);
  node.runs = withWord(node.runs, index, free & ~units);
  return (index << WORD_ORDER) | bit;
}

/** True if a block of `run`, the mask of its order up to `WORD_ORDER`, begins at `unit` in `word`. */
@inline
export function isRun(word: Word, unit: u32, run: u64): bool {
  return isBlock(word.taken, word.continuation, bitIndex(unit), run);
}

/** Allocates the only free run of `node`, of 64 units at most. */
@inline
export function takeSoleRun(node: Node): u32 {
  const index = u32(ctz(node.runs));
  const word = wordAt(node, index);
  const units = freeUnits(word.taken, word.continuation);
  word.taken |= units;
  word.continuation |= units & (units - 1);
  node.runs = 0;
  return (index << WORD_ORDER) | u32(ctz(units));
}

/** Makes the allocated units `units` of `word` free, but not in the `runs` of its node. */
@inline
export function freeMasks(word: Word, units: u64): void {
  word.taken &= ~units;
  word.continuation &= ~units;
}

/** Makes `units` of `word`, an aligned run that holds `unit`, free; they were a block or withheld. */
@inline
export function freeRun(node: Node, unit: u32, word: Word, units: u64): void {
  freeMasks(word, units);
  const order = orderAround(freeUnits(word.taken, word.continuation), bitIndex(unit));
  node.runs = withRun(node.runs, wordIndex(unit), order);
}

/** A mask of 2^`size` words from word `index` on. */
@inline
function wordRun(index: u32, size: u32): u32 {
  return ((1 << (1 << size)) - 1) << index;
}

/** The bit in `heads` of a block of 2^`size` words, 2, 4 or 8, that begins with word `index`. */
@inline
function headOfWords(index: u32, size: u32): u32 {
  // Pairs begin at even places, fours at 0 and 4: that leaves bits 1 and 5 for these, and 3 for all.
  return 1 << (index + ((size * (size - 1)) >> 1));
}

/** Place of the best run of 2^`size` words, 2, 4 or 8, in `words`, which has one. */
@inline
function bestWords(words: u32, size: u32): u32 {
  const pairs = pairsOf(words);
  const fours = foursOf(pairs);
  const lonely = pairs & ~(fours | (fours << 2));
  return ctz(size == 1 && lonely ? lonely : fours);
}

/** Allocates a run of 2^`order` units, 7 to 9, of `node`, which has one. */
@inline
export function takeWords(node: Node, order: u32): u32 {
  const size = order - WORD_ORDER;
  const index = bestWords(freeWords(node.runs), size);
  node.runs &= ~runsOfWords(wordRun(index, size));
  node.heads = u8(u32(node.heads) | headOfWords(index, size));
  return index << WORD_ORDER;
}

/** Makes the block of `order`, 7 to 9, at `unit` free; false if there is none. */
@inline
export function freeWordsOf(node: Node, unit: u32, order: u32): bool {
  const size = order - WORD_ORDER;
  const index = wordIndex(unit);
  const head = headOfWords(index, size);
  if (!(u32(node.heads) & head)) return false;
  node.runs |= runsOfWords(wordRun(index, size));
  node.heads = u8(u32(node.heads) & ~head);
  return true;
}

/** The order, 7 to 9, of the allocated block of words that word `index` belongs to. */
export function wordsOrder(node: Node, index: u32): u32 {
  let size: u32 = 1;
  while (!(u32(node.heads) & headOfWords(index & ~((1 << size) - 1), size))) ++size;
  return WORD_ORDER + size;
}

/** The units of word `index` that lie in `[from, to)`, places in the node. */
function unitsIn(index: u32, from: u32, to: u32): u64 {
  const first = index << WORD_ORDER;
  const low = max(from, first);
  const high = min(to, first + WORD_UNITS);
  return low < high ? lowUnits(high - low) << u64(low - first) : 0;
}

/** Withholds all units of `node`, which is open and has no run yet. */
export function withholdAll(node: Node): void {
  for (let index: u32 = 0; index < NODE_WORDS; ++index) {
    wordAt(node, index).continuation = u64.MAX_VALUE;
  }
}

/** Makes all units of `node`, of which none is allocated, free; but not in `runs`. */
export function freeAll(node: Node): void {
  for (let index: u32 = 0; index < NODE_WORDS; ++index) wordAt(node, index).continuation = 0;
}

/** Makes the units `[from, to)` of `node`, which are withheld, free. */
export function admitUnits(node: Node, from: u32, to: u32): void {
  for (let index = from >> WORD_ORDER; index << WORD_ORDER < to; ++index) {
    const word = wordAt(node, index);
    word.continuation &= ~unitsIn(index, from, to);
    node.runs = withWord(node.runs, index, freeUnits(word.taken, word.continuation));
  }
}

/** Withholds the units `[from, to)` of `node`, which are free. */
export function withholdUnits(node: Node, from: u32, to: u32): void {
  for (let index = from >> WORD_ORDER; index << WORD_ORDER < to; ++index) {
    const word = wordAt(node, index);
    word.continuation |= unitsIn(index, from, to);
    node.runs = withWord(node.runs, index, freeUnits(word.taken, word.continuation));
  }
}

/** True if the units `[from, to)` of `node` are all withheld. */
export function areWithheld(node: Node, from: u32, to: u32): bool {
  for (let index = from >> WORD_ORDER; index << WORD_ORDER < to; ++index) {
    const word = wordAt(node, index);
    const units = unitsIn(index, from, to);
    if ((withheldUnits(word.taken, word.continuation) & units) != units) return false;
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

/** How many aligned runs of 2^`order` units, up to 2^9, `node` has, parts of larger ones included. */
export function countFreeRuns(node: Node, order: u32): u32 {
  const words = freeWords(node.runs);
  if (order == NODE_ORDER) return u32(words == (1 << NODE_WORDS) - 1);
  if (order == NODE_ORDER - 1) return popcnt(foursOf(pairsOf(words)));
  if (order == NODE_ORDER - 2) return popcnt(pairsOf(words));
  let runs: u32 = 0;
  for (let index: u32 = 0; index < NODE_WORDS; ++index) {
    const word = wordAt(node, index);
    const hasFree = ((node.runs >> u64(index)) & 1) != 0;
    if (hasFree) runs += countRuns(freeUnits(word.taken, word.continuation), order);
  }
  return runs;
}
