/**
 * Blocks of order 9 to 18, which are whole pageblocks, and the pageblocks that are split for
 * smaller ones.
 *
 * A gigablock knows which of its pageblocks are free or allocated as a whole; their own records are
 * closed then and not looked at. So a block of any size is taken, freed and merged without visiting
 * what is inside it.
 */

import { Frame, Order } from "../frames";
import { addCached, cachedMask, isCachedWord, PAGEBLOCKS } from "./cached_word";
import {
  closePageblock,
  countFree,
  firstOf,
  listsOf,
  requeueGigablock,
  ZoneIndex,
  zoneOf,
} from "./free_lists";
import { beginsBlock, bestWord, freeBlock, freeWordsOf, takeBlock, takeWords } from "./node_blocks";
import {
  GIGABLOCK_ORDER,
  gigablockOf,
  knownGigablockOf,
  knownPageblock,
  Pageblock,
  pageblockNumber,
  pageblockPlace,
} from "./node_table";
import {
  Bin,
  bitIndex,
  NO_BIN,
  Node,
  NODE_ORDER,
  NODE_UNITS,
  ORDERS_OF_FREE,
  withWord,
  Word,
  wordAt,
  wordIndex,
} from "./nodes";
import { blockUnits, freeUnits, WORD_ORDER } from "./word_masks";

/** Allocates a block of `order` 9 to 18 from list `bin` of `zone`, whose entries have one. */
export function takePageblocks(zone: ZoneIndex, bin: Bin, order: Order): Frame {
  const gigablock = firstOf(listsOf(zone), bin);
  const size = order - NODE_ORDER;
  const unit = size <= WORD_ORDER ? takeBlock(gigablock, size) : takeWords(gigablock, size);
  countFree(-(1 << order));
  requeueGigablock(gigablock, zone);
  return (gigablock.number << GIGABLOCK_ORDER) | (unit << NODE_ORDER);
}

/** Frees the block of `order` 9 to 18 at `frame`; false if there is no such block. */
export function releasePageblocks(frame: Frame, order: Order): bool {
  const gigablock = gigablockOf(frame);
  if (!gigablock) return false;
  const number = pageblockNumber(frame);
  const unit = pageblockPlace(number);
  const size = order - NODE_ORDER;
  if (size <= WORD_ORDER) {
    const word = wordAt(gigablock, wordIndex(unit));
    const units = blockUnits(size);
    if (!beginsBlock(word, unit, units)) return false;
    const pageblocks = units << u64(bitIndex(unit));
    if (isCachedWord(PAGEBLOCKS, word)) return releaseCached(PAGEBLOCKS, word, pageblocks);
    freeBlock(gigablock, unit, word, pageblocks);
  } else if (!freeWordsOf(gigablock, unit, size)) {
    return false;
  }
  countFree(1 << order);
  requeueGigablock(gigablock, zoneOf(number));
  return true;
}

/**
 * Splits a pageblock that is free as a whole, of the first gigablock of list `bin` of `zone`, for
 * smaller blocks. All its frames are free, and it is in no list yet.
 */
export function splitPageblock(zone: ZoneIndex, bin: Bin): Node {
  const gigablock = firstOf(listsOf(zone), bin);
  const index = bestWord(gigablock.freeOrders, 0);
  const word = wordAt(gigablock, index);
  const bit = u32(ctz(freeUnits(word.taken, word.continuation)));
  return splitPageblockAt((gigablock.number << NODE_ORDER) | (index << WORD_ORDER) | bit);
}

/** Splits pageblock `number`, which is free as a whole; as `splitPageblock`. */
export function splitPageblockAt(number: Pageblock): Node {
  const gigablock = knownGigablockOf(number << NODE_ORDER);
  const index = wordIndex(number);
  const word = wordAt(gigablock, index);
  word.continuation |= u64(1) << u64(bitIndex(number));
  gigablock.freeOrders = withWord(
    gigablock.freeOrders,
    index,
    freeUnits(word.taken, word.continuation),
  );
  requeueGigablock(gigablock, zoneOf(number));
  const pageblock = knownPageblock(number);
  pageblock.freeOrders = ORDERS_OF_FREE;
  pageblock.free = u16(NODE_UNITS);
  pageblock.starts = 0;
  pageblock.number = number;
  pageblock.bin = u8(NO_BIN);
  return pageblock;
}

/** Makes an open pageblock, all of whose frames are free, a free one of its gigablock. */
export function coalescePageblock(pageblock: Node): void {
  closePageblock(pageblock);
  const number = pageblock.number;
  const gigablock = knownGigablockOf(number << NODE_ORDER);
  const word = wordAt(gigablock, wordIndex(number));
  const unit = u64(1) << u64(bitIndex(number));
  if (isCachedWord(PAGEBLOCKS, word)) {
    word.continuation &= ~unit;
    word.taken |= unit;
    countFree(-i32(NODE_UNITS));
    addCached(PAGEBLOCKS, unit);
    return;
  }
  freeBlock(gigablock, number, word, unit);
  requeueGigablock(gigablock, zoneOf(number));
}

/**
 * Frees `units`, which the record of the cached word shows as an allocated block; false if they are
 * free, which only the cache knows.
 */
export function releaseCached(kind: u32, word: Word, units: u64): bool {
  if (cachedMask(kind) & units) return false;
  word.continuation &= ~units;
  addCached(kind, units);
  return true;
}
