/**
 * Lending a word to a front end, and taking back what is held outside the lists: lent words and lazy
 * frames (cached_word.ts and deferred_frames.ts say what they are good for).
 *
 * To the records lending is nothing special: all free units of the word are allocated at once, as
 * single ones, and those that are left are freed at once.
 */

import { addFree, areaFrom, mergeAllLazy, mergeLazyOf } from "./small_blocks";
import { fileArea, fileGranule, firstOf, listsOf, mergedRun, zoneOf } from "./free_lists";
import { countFree } from "./frame_totals";
import { areaNumber, areaPlace, knownArea, knownGranuleOf } from "./node_table";
import { clearLazyFrames, isAnyFreeAbove, lazyFrameAt, LAZY_PLACES } from "./deferred_frames";
import {
  AREAS,
  forgetLentWord,
  FRAMES,
  isAnythingLent,
  lentFirst,
  lentMask,
  lentNode,
  lentZone,
  setLentWord,
} from "./cached_word";
import { bestWord } from "./node_blocks";
import {
  bitIndex,
  isOpen,
  largestRun,
  Node,
  NODE_ORDER,
  RUNS_OF_FREE,
  withWord,
  wordAt,
  wordIndex,
} from "./nodes";
import { freeUnits, WORD_ORDER } from "./word_masks";

/**
 * A word with fewer free units is not worth lending: they would be gone before the cost of lending
 * is.
 */
const WORTH_LENDING: u32 = 16;

/** For each kind: the word that the last free outside the lent word went to. */
let lastFrameWord: u32 = 0;
let lastAreaWord: u32 = 0;

/** Nothing is lent or lazy, and nothing was freed lately. */
export function clearLending(): void {
  clearLazyFrames();
  forgetLentWord(FRAMES);
  forgetLentWord(AREAS);
  lastFrameWord = 0;
  lastAreaWord = 0;
}

/** The free units of word `index` of `node`. */
@inline
function freeOf(node: Node, index: u32): u64 {
  const word = wordAt(node, index);
  return freeUnits(word.taken, word.continuation);
}

/**
 * Lends word `index` of `node`, open and in `zone`, if it has a free unit, instead of one that has none
 * any more.
 */
@inline
function lendWord(kind: u32, zone: u32, node: Node, index: u32): void {
  const units = freeOf(node, index);
  if (!units) return;
  const count = u32(popcnt(units));
  wordAt(node, index).taken |= units;
  node.runs = withWord(node.runs, index, 0);
  countFree(-i32(count << kind));
  if (kind == FRAMES) {
    node.free = u16(u32(node.free) - count);
    fileArea(node);
  } else {
    fileGranule(node, zone);
  }
  setLentWord(kind, zone, node, index, units);
}

/**
 * Lends the word that a unit would be taken from in list `key` of `zone`, instead of one that has no
 * free unit any more; false if it is not worth it. For frames: while there are no lazy ones.
 */
@inline
export function lendFrom(kind: u32, zone: u32, key: u32): bool {
  const node = kind == FRAMES ? areaFrom(zone, key) : firstOf(listsOf(zone), key);
  if (kind == FRAMES && u32(node.free) < WORTH_LENDING) return false;
  const index = bestWord(node.runs, 0);
  if (popcnt(freeOf(node, index)) < u64(WORTH_LENDING)) return false;
  lendWord(kind, zone, node, index);
  return true;
}

/**
 * To be called when the unit at `frame` was freed into `node` itself. When two such frees in sequence
 * go to the same word, more are likely to follow, and so they are when the lent word of frames has
 * become free as a whole: that word is lent instead, unless a higher zone has free frames, or the
 * node is not open any more.
 */
@inline
export function followFree(kind: u32, node: Node, frame: u32): void {
  const word = frame >> (WORD_ORDER + kind);
  if (kind == FRAMES) {
    if (word != lastFrameWord && lentMask(FRAMES) != u64.MAX_VALUE) {
      lastFrameWord = word;
      return;
    }
  } else if (word != lastAreaWord) {
    lastAreaWord = word;
    return;
  }
  borrow(kind, node, frame);
}

function borrow(kind: u32, node: Node, frame: u32): void {
  const zone = zoneOf(areaNumber(frame));
  if (isAnyFreeAbove(zone)) return;
  if (kind == FRAMES) takeBack(FRAMES);
  else takeBack(AREAS);
  if (!isOpen(node)) return;
  // A lazy frame of the lent word would pass for an allocated one.
  if (kind == FRAMES) mergeLazyOf(node);
  if (kind == FRAMES) lendWord(FRAMES, zone, node, wordIndex(frame));
  else lendWord(AREAS, zone, node, wordIndex(areaNumber(frame)));
}

/** Takes the lent word of `kind` back into the lists, if there is one. */
@inline
export function takeBack(kind: u32): void {
  if (!isAnythingLent(kind)) return;
  const node = lentNode(kind);
  const first = lentFirst(kind);
  const zone = lentZone(kind);
  const units = lentMask(kind);
  forgetLentWord(kind);
  if (!units) return;
  const index = wordIndex(first >> kind);
  wordAt(node, index).taken &= ~units;
  node.runs = withWord(node.runs, index, units);
  if (kind == FRAMES) {
    addFree(node, u32(popcnt(units)));
  } else {
    countFree(u32(popcnt(units)) << kind);
    fileGranule(node, zone);
  }
}

/** Takes both lent words and all lazy frames back. */
export function takeBackAll(): void {
  mergeAllLazy();
  takeBack(FRAMES);
  takeBack(AREAS);
}

/** The order of the largest block around the lent words if they were taken back; -1 for none. */
export function lentOrder(): i32 {
  const frames = lentMask(FRAMES);
  const areas = lentMask(AREAS);
  let order = -1;
  const owner = lentNode(AREAS);
  const ownerIndex = wordIndex(areaNumber(lentFirst(AREAS)));
  let ownerRuns: u64 = 0;
  if (areas) {
    ownerRuns = withWord(owner.runs, ownerIndex, areas);
    order = i32(NODE_ORDER + mergedRun(ownerRuns));
  }
  if (!frames) return order;
  const area = lentNode(FRAMES);
  const runs = withWord(area.runs, wordIndex(lentFirst(FRAMES)), frames);
  if (runs != RUNS_OF_FREE) return max(order, i32(mergedRun(runs)));

  // The area would be free as a whole, and perhaps merge with areas that are lent.
  const granule = knownGranuleOf(lentFirst(FRAMES));
  const index = wordIndex(areaPlace(area.number));
  let units = freeOf(granule, index) | (u64(1) << u64(bitIndex(area.number)));
  let granuleRuns = granule.runs;
  if (areas && granule == owner) {
    granuleRuns = ownerRuns;
    if (index == ownerIndex) units |= areas;
  }
  return max(order, i32(NODE_ORDER + mergedRun(withWord(granuleRuns, index, units))));
}

/** The order of the largest block around a lazy frame if those were merged; -1 for none. */
export function lazyOrder(): i32 {
  let largest: i32 = -1;
  for (let place: u32 = 0; place < LAZY_PLACES; ++place) {
    const frame = lazyFrameAt(place);
    if (frame) largest = max(largest, i32(largestRun(runsWithLazy(frame))));
  }
  return largest;
}

/** The `runs` of the area of `frame`, a lazy one, if that were merged. */
function runsWithLazy(frame: u32): u64 {
  const area = knownArea(areaNumber(frame));
  const index = wordIndex(frame);
  return withWord(area.runs, index, freeOf(area, index) | (u64(1) << u64(bitIndex(frame))));
}
