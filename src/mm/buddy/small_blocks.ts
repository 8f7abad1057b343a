/**
 * Blocks of order 0 to 8: parts of one area.
 *
 * When the last frame of an area becomes free, the area becomes a free one of its granule.
 */

import { countFree } from "./frame_totals";
import { fileArea, fileSole, firstOf, isGranuleKey, listsOf, unfile } from "./free_lists";
import { joinArea, openArea, releaseLent } from "./large_blocks";
import { areaNumber, knownArea } from "./node_table";
import { anyLazy, hasLazy, isLazy, keepLazy, leaveLazyZone, takeLazyOf } from "./deferred_frames";
import { FRAMES, isLentWord, lentNode, refreshBarred } from "./cached_word";
import {
  freeMasks,
  freeRun,
  freeWordsOf,
  isRun,
  takeRun,
  takeSoleRun,
  takeWords,
} from "./node_blocks";
import {
  bitIndex,
  Node,
  NODE_ORDER,
  NODE_UNITS,
  runsOfSole,
  Word,
  wordAt,
  wordIndex,
} from "./nodes";
import { runUnits, WORD_ORDER } from "./word_masks";

/** An area to allocate from: the first of list `key` of `zone`, or one opened for it. */
@inline
export function areaFrom(zone: u32, key: u32): Node {
  return isGranuleKey(key) ? openArea(zone, key) : firstOf(listsOf(zone), key);
}

/** Allocates the 2^`order` frames that are all that `area` has free. */
@inline
function takeSole(zone: u32, area: Node, order: u32): u32 {
  const unit = takeSoleRun(area);
  area.free = 0;
  countFree(-(1 << order));
  unfile(area, zone);
  return (area.number << NODE_ORDER) | unit;
}

/**
 * Allocates a block of `order` 0 to 8 from list `key` of `zone`, whose entries have one.
 *
 * On a machine in use most areas have nothing free, or the hole that one freed block left: to fill
 * such a hole, or to make one, nothing has to be searched or merged.
 */
@inline
export function takeFrames(zone: u32, key: u32, order: u32): u32 {
  const area = areaFrom(zone, key);
  if (order <= WORD_ORDER && u32(area.free) == 1 << order) return takeSole(zone, area, order);
  const unit = order <= WORD_ORDER ? takeRun(area, order) : takeWords(area, order);
  area.free = u16(u32(area.free) - (1 << order));
  countFree(-(1 << order));
  fileArea(area);
  return (area.number << NODE_ORDER) | unit;
}

/** Files `area` after frames of it became free, or joins it to its granule if all are. */
@inline
export function settleArea(area: Node): void {
  if (u32(area.free) >= NODE_UNITS - 1) settleFree(area);
  else fileArea(area);
}

/** As `settleArea`, when only one frame at most is not free by the record: that one may be lazy. */
function settleFree(area: Node): void {
  if (u32(area.free) == NODE_UNITS) joinArea(area);
  else if (!mergeLazyOf(area)) fileArea(area);
}

/** Merges the lazy frame of `area`; false if it has none. */
export function mergeLazyOf(area: Node): bool {
  const frame = takeLazyOf(area.number);
  if (!frame) return false;
  freeRun(area, frame, wordAt(area, wordIndex(frame)), u64(1) << u64(bitIndex(frame)));
  addFree(area, 1);
  return true;
}

/** Merges all lazy frames. */
export function mergeAllLazy(): void {
  while (hasLazy()) mergeLazyOf(knownArea(areaNumber(anyLazy())));
  leaveLazyZone();
}

/** Counts `frames` more free ones of `area`, which its masks show already, and files or joins it. */
@inline
export function addFree(area: Node, frames: u32): void {
  area.free = u16(u32(area.free) + frames);
  countFree(frames);
  settleArea(area);
}

/** Frees `frames`, a block of `order` in word `index` of `area`, which has nothing else free. */
@inline
function leaveHole(area: Node, index: u32, word: Word, frames: u64, order: u32): bool {
  freeMasks(word, frames);
  area.runs = runsOfSole(index, order);
  area.free = u16(u32(1) << order);
  countFree(1 << order);
  fileSole(area, order);
  return true;
}

/** Frees the block of `order` 0 to 8 at `frame` in `area`; false if there is no such block. */
@inline
export function releaseFrames(area: Node, frame: u32, order: u32): bool {
  if (order <= WORD_ORDER) {
    const index = wordIndex(frame);
    const word = wordAt(area, index);
    const run = runUnits(order);
    if (!isRun(word, frame, run)) return false;
    const frames = run << u64(bitIndex(frame));
    if (order == 0 && isLazy(frame)) return false;
    if (isLentWord(FRAMES, word)) return releaseLent(FRAMES, word, frames);
    if (!area.runs) {
      if (order == 0 && area != lentNode(FRAMES) && keepLazy(frame)) return true;
      return leaveHole(area, index, word, frames, order);
    }
    freeRun(area, frame, word, frames);
  } else if (!freeWordsOf(area, frame, order)) {
    return false;
  }
  addFree(area, 1 << order);
  return true;
}

/** Withholds `frame`, an allocated frame of order 0 in `area`, or makes it allocated again. */
export function setWithheld(area: Node, frame: u32, withheld: bool): void {
  const word = wordAt(area, wordIndex(frame));
  const flag = u64(1) << u64(bitIndex(frame));
  if (withheld) {
    word.taken &= ~flag;
    word.continuation |= flag;
  } else {
    word.taken |= flag;
    word.continuation &= ~flag;
  }
  if (isLentWord(FRAMES, word)) refreshBarred(FRAMES);
}
