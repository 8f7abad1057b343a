/**
 * Blocks of order 0 to 8: parts of one pageblock.
 *
 * When the last frame of a pageblock becomes free, the pageblock becomes a free one of its
 * gigablock.
 */

import { Frame, Order } from "../frames";
import { cachedNode, FRAMES, isCachedWord, refreshBusy } from "./cached_word";
import {
  anyDeferred,
  clearDeferredZone,
  deferFrame,
  hasDeferred,
  isDeferred,
  takeDeferredOf,
} from "./deferred_frames";
import {
  countFree,
  firstOf,
  insertLastFree,
  isGigablockBin,
  listsOf,
  removeFull,
  requeuePageblock,
  ZoneIndex,
} from "./free_lists";
import { coalescePageblock, releaseCached, splitPageblock } from "./large_blocks";
import {
  beginsBlock,
  freeBlock,
  freeMasks,
  freeWordsOf,
  takeBlock,
  takeOnlyBlock,
  takeWords,
} from "./node_blocks";
import { knownPageblock, pageblockNumber } from "./node_table";
import {
  Bin,
  bitIndex,
  Node,
  NODE_ORDER,
  NODE_UNITS,
  ordersOfOnly,
  Word,
  wordAt,
  wordIndex,
} from "./nodes";
import { blockUnits, WORD_ORDER } from "./word_masks";

/** A pageblock to allocate from: the first of list `bin` of `zone`, or one split for it. */
@inline
export function pageblockFrom(zone: ZoneIndex, bin: Bin): Node {
  return isGigablockBin(bin) ? splitPageblock(zone, bin) : firstOf(listsOf(zone), bin);
}

/** Allocates the 2^`order` frames that are all that `pageblock` has free. */
@inline
function takeLastFree(zone: ZoneIndex, pageblock: Node, order: Order): Frame {
  const unit = takeOnlyBlock(pageblock);
  pageblock.free = 0;
  countFree(-(1 << order));
  removeFull(pageblock, zone);
  return (pageblock.number << NODE_ORDER) | unit;
}

/**
 * Allocates a block of `order` 0 to 8 from list `bin` of `zone`, whose entries have one.
 *
 * On a machine in use most pageblocks are full, or have one free block only: to take such a
 * block, or to free one into a full pageblock, nothing has to be searched or merged.
 */
@inline
export function takeFrames(zone: ZoneIndex, bin: Bin, order: Order): Frame {
  const pageblock = pageblockFrom(zone, bin);
  if (order <= WORD_ORDER && u32(pageblock.free) == 1 << order)
    return takeLastFree(zone, pageblock, order);
  const unit = order <= WORD_ORDER ? takeBlock(pageblock, order) : takeWords(pageblock, order);
  pageblock.free = u16(u32(pageblock.free) - (1 << order));
  countFree(-(1 << order));
  requeuePageblock(pageblock);
  return (pageblock.number << NODE_ORDER) | unit;
}

/**
 * Requeues `pageblock` after frames of it became free, or merges it into its gigablock if all are.
 */
@inline
export function requeueOrCoalesce(pageblock: Node): void {
  if (u32(pageblock.free) >= NODE_UNITS - 1) requeueNearlyFree(pageblock);
  else requeuePageblock(pageblock);
}

/**
 * As `requeueOrCoalesce`, when at most one frame is not free by the record: that one may be
 * deferred.
 */
function requeueNearlyFree(pageblock: Node): void {
  if (u32(pageblock.free) == NODE_UNITS) coalescePageblock(pageblock);
  else if (!mergeDeferredOf(pageblock)) requeuePageblock(pageblock);
}

/** Merges the deferred frame of `pageblock`; false if it has none. */
export function mergeDeferredOf(pageblock: Node): bool {
  const frame = takeDeferredOf(pageblock.number);
  if (!frame) return false;
  freeBlock(pageblock, frame, wordAt(pageblock, wordIndex(frame)), u64(1) << u64(bitIndex(frame)));
  addFree(pageblock, 1);
  return true;
}

/** Merges all deferred frames. */
export function mergeAllDeferred(): void {
  while (hasDeferred()) mergeDeferredOf(knownPageblock(pageblockNumber(anyDeferred())));
  clearDeferredZone();
}

/**
 * Counts `frames` more free ones of `pageblock`, which its masks show already, and requeues or
 * coalesces it.
 */
@inline
export function addFree(pageblock: Node, frames: u32): void {
  pageblock.free = u16(u32(pageblock.free) + frames);
  countFree(frames);
  requeueOrCoalesce(pageblock);
}

/**
 * Frees `frames`, a block of `order` in word `index` of `pageblock`, which has nothing else free.
 */
@inline
function freeIntoFull(pageblock: Node, index: u32, word: Word, frames: u64, order: Order): bool {
  freeMasks(word, frames);
  pageblock.freeOrders = ordersOfOnly(index, order);
  pageblock.free = u16(u32(1) << order);
  countFree(1 << order);
  insertLastFree(pageblock, order);
  return true;
}

/** Frees the block of `order` 0 to 8 at `frame` in `pageblock`; false if there is no such block. */
@inline
export function releaseFrames(pageblock: Node, frame: Frame, order: Order): bool {
  if (order <= WORD_ORDER) {
    const index = wordIndex(frame);
    const word = wordAt(pageblock, index);
    const units = blockUnits(order);
    if (!beginsBlock(word, frame, units)) return false;
    const frames = units << u64(bitIndex(frame));
    if (order == 0 && isDeferred(frame)) return false;
    if (isCachedWord(FRAMES, word)) return releaseCached(FRAMES, word, frames);
    if (!pageblock.freeOrders) {
      if (order == 0 && pageblock != cachedNode(FRAMES) && deferFrame(frame)) return true;
      return freeIntoFull(pageblock, index, word, frames, order);
    }
    freeBlock(pageblock, frame, word, frames);
  } else if (!freeWordsOf(pageblock, frame, order)) {
    return false;
  }
  addFree(pageblock, 1 << order);
  return true;
}

/**
 * Marks absent `frame`, an allocated frame of order 0 in `pageblock`, or makes it allocated again.
 */
export function setAbsent(pageblock: Node, frame: Frame, absent: bool): void {
  const word = wordAt(pageblock, wordIndex(frame));
  const flag = u64(1) << u64(bitIndex(frame));
  if (absent) {
    word.taken &= ~flag;
    word.continuation |= flag;
  } else {
    word.taken |= flag;
    word.continuation &= ~flag;
  }
  if (isCachedWord(FRAMES, word)) refreshBusy(FRAMES);
}
