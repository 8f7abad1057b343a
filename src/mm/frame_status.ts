/**
 * What a single frame is, told from the tables alone: not managed, free, or allocated and in a block
 * of which order. The slow and exact answer behind every refusal and every question.
 */

import {
  Area,
  AREA_ORDER,
  areaBefore,
  areaNumber,
  bitIndex,
  wordAt,
  wordIndex,
  wordState,
  WORD_LENT,
  WORD_SPLIT,
} from "./areas";
import { blockKey, isBlockKey } from "./free_lists";
import { areaOf, GRANULE_ORDER, hasRecord } from "./granules";
import { lentMask } from "./lent_word";
import { ownersOf } from "./sharing";
import { orderOfBlock, WORD_ORDER } from "./word_masks";

/**
 * A status is one of these, or an order, 0 to 18: allocated, in a block of that order. Blocks are
 * naturally aligned, so the order says where the block begins.
 */
export const enum FrameStatus {
  UNMANAGED = -1,
  /** Added to the order, 0 to 18, of an aligned run around the frame that is free as a whole. */
  FREE = 32,
}

/** True if `status` is that of a free frame. */
@inline
export function isFreeStatus(status: i32): bool {
  return status >= FrameStatus.FREE;
}

/** The order that `status`, of a managed frame, speaks of. */
@inline
export function statusOrder(status: i32): u32 {
  return u32(status) & (FrameStatus.FREE - 1);
}

/** The status of `frame`, any frame number. */
export function frameStatus(frame: u32): i32 {
  const area = areaOf(frame);
  if (!area) return FrameStatus.UNMANAGED;
  const index = wordIndex(frame);
  const state = wordState(area, index);
  if (state >= WORD_SPLIT) return statusInWord(area, frame, state);
  if ((area.freeWords >> u8(index)) & 1) return FrameStatus.FREE + WORD_ORDER;
  return statusInArea(area, areaNumber(frame), index);
}

/** The status of `frame` in a word that is split. */
function statusInWord(area: Area, frame: u32, state: u32): i32 {
  const word = wordAt(area, wordIndex(frame));
  const bit = bitIndex(frame);
  const isFree = (word.free >> u64(bit)) & 1;
  const continues = (word.continuation >> u64(bit)) & 1;
  if (isFree & continues) return ownersOf(frame) ? 0 : FrameStatus.UNMANAGED;
  if (isFree) return FrameStatus.FREE;
  if (state == WORD_LENT && (lentMask() >> u64(bit)) & 1) return FrameStatus.FREE;
  return orderOfBlock(word.free, word.continuation, bit);
}

/** The status of a frame in word `index`, neither split nor in stock, of area `number`. */
function statusInArea(area: Area, number: u32, index: u32): i32 {
  for (let order = WORD_ORDER; order < AREA_ORDER; ++order) {
    const first = index & ~((1 << (order - WORD_ORDER)) - 1);
    const status = coveredFrom(area, first, order);
    if (status != FrameStatus.UNMANAGED) return status;
  }
  for (let order = AREA_ORDER; order <= GRANULE_ORDER; ++order) {
    const distance = number & ((1 << (order - AREA_ORDER)) - 1);
    if (!hasRecord(number - distance)) break;
    const status = coveredFrom(areaBefore(area, distance), 0, order);
    if (status != FrameStatus.UNMANAGED) return status;
  }
  return FrameStatus.UNMANAGED;
}

/** The status given by a block of `order` or more that begins with word `index` of `area`, if any. */
function coveredFrom(area: Area, index: u32, order: u32): i32 {
  const state = wordState(area, index);
  if (state >= order && state < WORD_SPLIT) return i32(state);
  const key: u32 = area.key;
  if (index == 0 && isBlockKey(key) && key >= blockKey(order)) {
    return FrameStatus.FREE + i32(key - blockKey(0));
  }
  return FrameStatus.UNMANAGED;
}
