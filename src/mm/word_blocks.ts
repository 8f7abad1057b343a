/**
 * Blocks of order 0 to 8: words, and parts of words, inside one area.
 *
 * An area that is neither free as a whole nor one block keeps a stock of free words (`freeWords`)
 * and words that are split (masks in the record of the word). Splitting and merging are mask
 * arithmetic; an area or a word changes lists only when its class, the largest run it can give,
 * changes. When the last word of an area becomes free, the area joins the blocks of order 9.
 */

import { mergedOrder, releaseBlock, takeBlock } from "./area_blocks";
import {
  Area,
  AREA_FRAMES,
  AREA_ORDER,
  addFree,
  bitIndex,
  clearArea,
  setWordState,
  subtractFree,
  takeStock,
  Word,
  wordAt,
  wordFrame,
  wordIndex,
  wordRun,
  wordState,
  WORD_FULL,
  WORD_LENT,
  WORD_NONE,
  WORD_OPEN,
  WORD_SPLIT,
} from "./areas";
import {
  areaEntry,
  areaKey,
  entryArea,
  entryIndex,
  entryWord,
  headOf,
  isBlockKey,
  isWordKey,
  levelKey,
  link,
  listsFor,
  unlink,
  wordEntry,
  ZoneLists,
} from "./free_lists";
import { countFree } from "./frame_totals";
import {
  addLentFrames,
  forgetLentWord,
  isAnythingLent,
  lentArea,
  lentIndex,
  lentMask,
  refreshBarred,
  setLentWord,
} from "./lent_word";
import {
  isBlock,
  largestRun,
  lowestRun,
  runFrames,
  usableFrames,
  withheldFrames,
  WORD_FRAMES,
  WORD_ORDER,
} from "./word_masks";

/** `freeWords` of an area that is free as a whole. */
const ALL_WORDS: u32 = 0xff;

/** Files `area` by its stock of free words, after that changed. */
export function settleArea(area: Area): void {
  const words: u32 = area.freeWords;
  const key = words ? areaKey(levelKey(area.free), words) : 0;
  const old: u32 = area.key;
  if (key == old) return;
  const lists = listsFor(area.number);
  const entry = areaEntry(area);
  if (old) unlink(lists, old, entry);
  if (key) link(lists, key, entry);
  area.key = u8(key);
}

/** Adds `words`, free as a whole, to the stock of `area`, which counts their frames already. */
export function addWords(area: Area, words: u32): void {
  const stock = words | u32(area.freeWords);
  if (stock != ALL_WORDS) {
    area.freeWords = u8(stock);
    settleArea(area);
    return;
  }
  const key: u32 = area.key;
  if (key) unlink(listsFor(area.number), key, areaEntry(area));
  clearArea(area);
  releaseBlock(area, area.number, AREA_ORDER);
}

/** An area with free words: the first of list `key`, or a block of that list, split. */
function areaWithWords(lists: ZoneLists, key: u32): Area {
  if (!isBlockKey(key)) return entryArea(headOf(lists, key));
  const area = takeBlock(lists, key, AREA_ORDER);
  area.freeWords = u8(ALL_WORDS);
  area.free = u16(AREA_FRAMES);
  return area;
}

/**
 * The place of a run of 2^`order` words in `words`, 1, 2 or 4, which has one; taken from the
 * smallest run that will do.
 */
function bestWords(words: u32, order: u32): u32 {
  const pairs = words & (words >> 1) & 0x55;
  const quads = pairs & (pairs >> 2) & 0x11;
  if (order == 2) return ctz(quads);
  const lonelyPairs = pairs & ~(quads | (quads << 2));
  if (order == 0) {
    const lonely = words & ~(pairs | (pairs << 1));
    if (lonely) return ctz(lonely);
  }
  return ctz(lonelyPairs ? lonelyPairs : quads);
}

/** Allocates a block of `order` 6 to 8 from list `key`, whose entries have one. */
export function takeWords(lists: ZoneLists, key: u32, order: u32): u32 {
  const area = areaWithWords(lists, key);
  const size = order - WORD_ORDER;
  const index = bestWords(area.freeWords, size);
  takeStock(area, wordRun(index, size));
  subtractFree(area, 1 << order);
  countFree(-(1 << order));
  setWordState(area, index, order);
  settleArea(area);
  return wordFrame(area, index);
}

/** Frees the block of `order` 6 to 8 at `frame` in `area`; false if there is no such block. */
export function releaseWords(area: Area, frame: u32, order: u32): bool {
  const index = wordIndex(frame);
  if (wordState(area, index) != order) return false;
  setWordState(area, index, WORD_NONE);
  addFree(area, 1 << order);
  countFree(1 << order);
  addWords(area, wordRun(index, order - WORD_ORDER));
  return true;
}

/** Files word `index` of `area`, split and neither lent nor free as a whole, by `usable`. */
@inline
function fileWord(area: Area, index: u32, word: Word, usable: u64): void {
  const state = usable ? WORD_OPEN + levelKey(area.free) + largestRun(usable) : WORD_FULL;
  const old = wordState(area, index);
  if (state == old) return;
  const lists = listsFor(area.number);
  const entry = wordEntry(word, index);
  if (old >= WORD_OPEN) unlink(lists, old - WORD_OPEN, entry);
  if (usable) link(lists, state - WORD_OPEN, entry);
  setWordState(area, index, state);
}

/** Files word `index` of `area` after frames of it became free, merging it if all are. */
@inline
export function settleWord(area: Area, index: u32, word: Word, usable: u64): void {
  if (usable != u64.MAX_VALUE) {
    fileWord(area, index, word, usable);
    return;
  }
  dropWord(area, index, word);
  addWords(area, 1 << index);
}

/** Ends the split of word `index` of `area`. */
export function dropWord(area: Area, index: u32, word: Word): void {
  const state = wordState(area, index);
  if (state >= WORD_OPEN) {
    unlink(listsFor(area.number), state - WORD_OPEN, wordEntry(word, index));
  }
  setWordState(area, index, WORD_NONE);
}

/** Splits a word from the stock of `area`: all of it is free, and it is in no list. */
function splitWord(area: Area): u32 {
  const index = bestWords(area.freeWords, 0);
  takeStock(area, 1 << index);
  setWordState(area, index, WORD_FULL);
  const word = wordAt(area, index);
  word.free = u64.MAX_VALUE;
  word.continuation = 0;
  return index;
}

/** Allocates a block of `order` 0 to 5 from list `key`, whose entries have one. */
export function takeFrames(lists: ZoneLists, key: u32, order: u32): u32 {
  if (isWordKey(key)) {
    const entry = headOf(lists, key);
    const index = entryIndex(entry);
    return takeRun(wordArea(entry), index, entryWord(entry), order);
  }
  const area = areaWithWords(lists, key);
  const index = splitWord(area);
  const frame = takeRun(area, index, wordAt(area, index), order);
  settleArea(area);
  return frame;
}

/** The area of an entry of a list of words. */
@inline
function wordArea(entry: u32): Area {
  const index = entryIndex(entry);
  const place = changetype<usize>(wordAt(changetype<Area>(0), index));
  return changetype<Area>(changetype<usize>(entryWord(entry)) - place);
}

/** Allocates the lowest run of 2^`order` frames in word `index` of `area`, which has one. */
@inline
function takeRun(area: Area, index: u32, word: Word, order: u32): u32 {
  const usable = usableFrames(word.free, word.continuation);
  const bit = lowestRun(usable, order);
  const frames = runFrames(order) << u64(bit);
  word.free &= ~frames;
  word.continuation |= frames & (frames - 1);
  subtractFree(area, 1 << order);
  countFree(-(1 << order));
  fileWord(area, index, word, usable & ~frames);
  return wordFrame(area, index) + bit;
}

/** Frees the block of `order` 0 to 5 at `frame` in `area`; false if there is no such block. */
@inline
export function releaseFrames(area: Area, frame: u32, order: u32): bool {
  const index = wordIndex(frame);
  const state = wordState(area, index);
  if (state < WORD_SPLIT) return false;
  const word = wordAt(area, index);
  const bit = bitIndex(frame);
  if (!isBlock(word.free, word.continuation, bit, order)) return false;
  const frames = runFrames(order) << u64(bit);
  if (state == WORD_LENT) return releaseLent(word, frames);
  word.free |= frames;
  word.continuation &= ~frames;
  addFree(area, 1 << order);
  countFree(1 << order);
  settleWord(area, index, word, usableFrames(word.free, word.continuation));
  return true;
}

/** Frees `frames`, which the record of the lent word shows as an allocated block. */
function releaseLent(word: Word, frames: u64): bool {
  if (lentMask() & frames) return false;
  word.continuation &= ~frames;
  addLentFrames(frames);
  return true;
}

/** Lends word `index` of `area`, split and in no list. */
@inline
function lend(area: Area, index: u32, word: Word): void {
  const usable = usableFrames(word.free, word.continuation);
  const frames = u32(popcnt(usable));
  word.free = withheldFrames(word.free, word.continuation);
  subtractFree(area, frames);
  countFree(-i32(frames));
  setWordState(area, index, WORD_LENT);
  setLentWord(area, index, usable);
}

/** Lends word `index` of `area` if it is open, while none is lent. */
export function lendOpenWord(area: Area, index: u32): void {
  const state = wordState(area, index);
  if (state < WORD_OPEN) return;
  const word = wordAt(area, index);
  unlink(listsFor(area.number), state - WORD_OPEN, wordEntry(word, index));
  lend(area, index, word);
}

/**
 * Lends the word that a frame would be taken from in list `key`, while none is lent; false if it
 * has fewer than `least` free frames.
 */
export function lendFrom(lists: ZoneLists, key: u32, least: u32): bool {
  if (isWordKey(key)) {
    const entry = headOf(lists, key);
    const word = entryWord(entry);
    if (popcnt(usableFrames(word.free, word.continuation)) < u64(least)) return false;
    lendOpenWord(wordArea(entry), entryIndex(entry));
    return true;
  }
  const area = areaWithWords(lists, key);
  const index = splitWord(area);
  lend(area, index, wordAt(area, index));
  settleArea(area);
  return true;
}

/** Takes the lent word back into the lists, if there is one. */
export function takeBackLentWord(): void {
  if (!isAnythingLent()) return;
  const area = lentArea();
  const index = lentIndex();
  const frees = lentMask();
  const frames = u32(popcnt(frees));
  forgetLentWord();
  const word = wordAt(area, index);
  word.free |= frees;
  addFree(area, frames);
  countFree(frames);
  setWordState(area, index, WORD_FULL);
  settleWord(area, index, word, frees);
}

/** The order of the largest block there would be in the lent word, taken back; -1 for none. */
export function lentOrder(): i32 {
  const frees = lentMask();
  if (!frees) return -1;
  if (frees != u64.MAX_VALUE) return i32(largestRun(frees));
  const area = lentArea();
  const words = u32(area.freeWords) | (1 << lentIndex());
  if (words == ALL_WORDS) return i32(mergedOrder(area, area.number, AREA_ORDER));
  return i32(WORD_ORDER + areaKey(0, words) - areaKey(0, 1));
}

/** Makes `frames`, holes of word `index` of `area`, managed and free; splits the word if need be. */
export function addFrames(area: Area, index: u32, frames: u64): void {
  const word = wordAt(area, index);
  if (wordState(area, index) == WORD_NONE) {
    word.free = u64.MAX_VALUE;
    word.continuation = u64.MAX_VALUE;
    setWordState(area, index, WORD_FULL);
  }
  word.continuation &= ~frames;
  addFree(area, u32(popcnt(frames)));
  settleWord(area, index, word, usableFrames(word.free, word.continuation));
}

/** Makes `frames`, free ones of word `index` of `area`, holes; the word is split and not lent. */
export function removeFrames(area: Area, index: u32, frames: u64): void {
  const word = wordAt(area, index);
  word.continuation |= frames;
  subtractFree(area, u32(popcnt(frames)));
  fileWord(area, index, word, usableFrames(word.free, word.continuation));
}

/** Takes word `index` out of the stock of `area`; nothing of it is managed then. */
export function removeWord(area: Area, index: u32): void {
  takeStock(area, 1 << index);
  subtractFree(area, WORD_FRAMES);
  settleArea(area);
}

/** Withholds `frame`, an allocated frame of order 0 in `area`, or makes it allocated again. */
export function setWithheld(area: Area, frame: u32, withheld: bool): void {
  const index = wordIndex(frame);
  const word = wordAt(area, index);
  const flag = u64(1) << u64(bitIndex(frame));
  if (withheld) {
    word.free |= flag;
    word.continuation |= flag;
  } else {
    word.free &= ~flag;
    word.continuation &= ~flag;
  }
  if (wordState(area, index) == WORD_LENT) refreshBarred();
}
