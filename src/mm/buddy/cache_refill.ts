/**
 * Refilling and draining the caches: which word is cached, and how cached words and deferred frames
 * go back into the lists. (Why there are any: cached_word.ts and deferred_frames.ts.)
 *
 * In the records a refill allocates all free units of a word at once, each as a block of its own,
 * and a drain frees those that are left.
 */

import { Frame } from "../frames";
import {
  cachedFirst,
  cachedMask,
  cachedNode,
  cachedZone,
  forgetCachedWord,
  FRAMES,
  isAnythingCached,
  PAGEBLOCKS,
  setCachedWord,
} from "./cached_word";
import {
  clearDeferredFrames,
  DEFERRED_PLACES,
  deferredFrameAt,
  isAnyFreeAbove,
} from "./deferred_frames";
import {
  countFree,
  firstOf,
  listsOf,
  mergedOrder,
  requeueGigablock,
  requeuePageblock,
  ZoneIndex,
  zoneOf,
} from "./free_lists";
import { bestWord } from "./node_blocks";
import { knownGigablockOf, knownPageblock, pageblockNumber, pageblockPlace } from "./node_table";
import {
  Bin,
  bitIndex,
  isOpen,
  largestOrderOf,
  Node,
  NODE_ORDER,
  ORDERS_OF_FREE,
  withWord,
  wordAt,
  wordIndex,
} from "./nodes";
import { addFree, mergeAllDeferred, mergeDeferredOf, pageblockFrom } from "./small_blocks";
import { freeUnits, WORD_ORDER } from "./word_masks";

/**
 * A word with fewer free units is not worth caching: they are used up before caching has paid off.
 */
const WORTH_CACHING: u32 = 16;

/** For each kind: the word that the last free went to that missed the cached word. */
let lastFrameWord: u32 = 0;
let lastPageblockWord: u32 = 0;

/** Nothing is cached, and nothing was freed lately. */
export function clearCaches(): void {
  clearDeferredFrames();
  forgetCachedWord(FRAMES);
  forgetCachedWord(PAGEBLOCKS);
  lastFrameWord = 0;
  lastPageblockWord = 0;
}

/** The free units of word `index` of `node`. */
@inline
function freeOf(node: Node, index: u32): u64 {
  const word = wordAt(node, index);
  return freeUnits(word.taken, word.continuation);
}

/**
 * Caches word `index` of `node`, which is open and in `zone`, if it has a free unit. The word that
 * was cached before, if any, has none left.
 */
@inline
function cacheWord(kind: u32, zone: ZoneIndex, node: Node, index: u32): void {
  const units = freeOf(node, index);
  if (!units) return;
  const count = u32(popcnt(units));
  wordAt(node, index).taken |= units;
  node.freeOrders = withWord(node.freeOrders, index, 0);
  countFree(-i32(count << kind));
  if (kind == FRAMES) {
    node.free = u16(u32(node.free) - count);
    requeuePageblock(node);
  } else {
    requeueGigablock(node, zone);
  }
  setCachedWord(kind, zone, node, index, units);
}

/**
 * Caches the word that a unit would be taken from in bin `bin` of `zone`; false if that is not
 * worth it. The word that was cached before, if any, has no free unit left, and no frame is
 * deferred if it is a word of frames.
 */
@inline
export function refillFrom(kind: u32, zone: ZoneIndex, bin: Bin): bool {
  const node = kind == FRAMES ? pageblockFrom(zone, bin) : firstOf(listsOf(zone), bin);
  if (kind == FRAMES && u32(node.free) < WORTH_CACHING) return false;
  const index = bestWord(node.freeOrders, 0);
  if (popcnt(freeOf(node, index)) < u64(WORTH_CACHING)) return false;
  cacheWord(kind, zone, node, index);
  return true;
}

/**
 * To be called when the unit at `frame` was freed into `node`, not into the cached word. Caches the
 * word of `frame` if the last such free went there as well, since more are likely to follow. A word
 * of frames is cached at once if the one cached so far is free as a whole. Nothing changes while a
 * higher zone has free frames.
 */
@inline
export function refillAfterFree(kind: u32, node: Node, frame: Frame): void {
  const word = frame >> (WORD_ORDER + kind);
  if (kind == FRAMES) {
    if (word != lastFrameWord && cachedMask(FRAMES) != u64.MAX_VALUE) {
      lastFrameWord = word;
      return;
    }
  } else if (word != lastPageblockWord) {
    lastPageblockWord = word;
    return;
  }
  refillAt(kind, node, frame);
}

function refillAt(kind: u32, node: Node, frame: Frame): void {
  const zone = zoneOf(pageblockNumber(frame));
  if (isAnyFreeAbove(zone)) return;
  if (kind == FRAMES) drain(FRAMES);
  else drain(PAGEBLOCKS);
  if (!isOpen(node)) return;
  // A deferred frame of the cached word would pass for an allocated one.
  if (kind == FRAMES) mergeDeferredOf(node);
  if (kind == FRAMES) cacheWord(FRAMES, zone, node, wordIndex(frame));
  else cacheWord(PAGEBLOCKS, zone, node, wordIndex(pageblockNumber(frame)));
}

/** Puts the cached word of `kind` back into the lists, if there is one. */
@inline
export function drain(kind: u32): void {
  if (!isAnythingCached(kind)) return;
  const node = cachedNode(kind);
  const first = cachedFirst(kind);
  const zone = cachedZone(kind);
  const units = cachedMask(kind);
  forgetCachedWord(kind);
  if (!units) return;
  const index = wordIndex(first >> kind);
  wordAt(node, index).taken &= ~units;
  node.freeOrders = withWord(node.freeOrders, index, units);
  if (kind == FRAMES) {
    addFree(node, u32(popcnt(units)));
  } else {
    countFree(u32(popcnt(units)) << kind);
    requeueGigablock(node, zone);
  }
}

/** Puts both cached words and all deferred frames back into the lists. */
export function drainAll(): void {
  mergeAllDeferred();
  drain(FRAMES);
  drain(PAGEBLOCKS);
}

/** The order of the largest block around the cached words if they were drained; -1 for none. */
export function cachedOrder(): i32 {
  const frames = cachedMask(FRAMES);
  const pageblocks = cachedMask(PAGEBLOCKS);
  let order = -1;
  const owner = cachedNode(PAGEBLOCKS);
  const ownerIndex = wordIndex(pageblockNumber(cachedFirst(PAGEBLOCKS)));
  let ownerOrders: u64 = 0;
  if (pageblocks) {
    ownerOrders = withWord(owner.freeOrders, ownerIndex, pageblocks);
    order = i32(NODE_ORDER + mergedOrder(ownerOrders));
  }
  if (!frames) return order;
  const pageblock = cachedNode(FRAMES);
  const freeOrders = withWord(pageblock.freeOrders, wordIndex(cachedFirst(FRAMES)), frames);
  if (freeOrders != ORDERS_OF_FREE) return max(order, i32(mergedOrder(freeOrders)));

  // The pageblock would be free as a whole, and perhaps merge with pageblocks that are cached.
  const gigablock = knownGigablockOf(cachedFirst(FRAMES));
  const index = wordIndex(pageblockPlace(pageblock.number));
  let units = freeOf(gigablock, index) | (u64(1) << u64(bitIndex(pageblock.number)));
  let gigablockOrders = gigablock.freeOrders;
  if (pageblocks && gigablock == owner) {
    gigablockOrders = ownerOrders;
    if (index == ownerIndex) units |= pageblocks;
  }
  return max(order, i32(NODE_ORDER + mergedOrder(withWord(gigablockOrders, index, units))));
}

/** The order of the largest block around a deferred frame if those were merged; -1 for none. */
export function deferredOrder(): i32 {
  let largest: i32 = -1;
  for (let place: u32 = 0; place < DEFERRED_PLACES; ++place) {
    const frame = deferredFrameAt(place);
    if (frame) largest = max(largest, i32(largestOrderOf(ordersWithDeferred(frame))));
  }
  return largest;
}

/** The `freeOrders` of the pageblock of `frame`, a deferred one, if that were merged. */
function ordersWithDeferred(frame: Frame): u64 {
  const pageblock = knownPageblock(pageblockNumber(frame));
  const index = wordIndex(frame);
  return withWord(
    pageblock.freeOrders,
    index,
    freeOf(pageblock, index) | (u64(1) << u64(bitIndex(frame))),
  );
}
