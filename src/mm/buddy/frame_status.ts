/**
 * What a single frame is, told from the tables alone: not managed, free, or allocated and in a block
 * of which order. The slow and exact answer behind every refusal and every question.
 */

import { areaNumber, areaOf, areaPlace, granuleOf } from "./node_table";
import { isLazy } from "./deferred_frames";
import { AREAS, FRAMES, isLentWord, lentMask } from "./cached_word";
import { wordsOrder } from "./node_blocks";
import {
  bitIndex,
  freeWords,
  isOpen,
  Node,
  NODE_ORDER,
  RUNS_OF_FREE,
  wordAt,
  wordIndex,
} from "./nodes";
import { ownersOf } from "./shared_frames";
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

/** The status of a unit of `kind`, which is one of an open node, counted in units. */
@inline
function unitStatus(kind: u32, node: Node, unit: u32): i32 {
  const index = wordIndex(unit);
  const word = wordAt(node, index);
  const bit = bitIndex(unit);
  if ((word.taken >> u64(bit)) & 1) {
    const isLent = isLentWord(kind, word) && ((lentMask(kind) >> u64(bit)) & 1) != 0;
    return isLent ? FrameStatus.FREE : orderOfBlock(word.taken, word.continuation, bit);
  }
  if ((word.continuation >> u64(bit)) & 1) return FrameStatus.UNMANAGED;
  if (word.taken | word.continuation) return FrameStatus.FREE;
  if (!((freeWords(node.runs) >> index) & 1)) return wordsOrder(node, index);
  return FrameStatus.FREE + (node.runs == RUNS_OF_FREE ? NODE_ORDER : WORD_ORDER);
}

/** The status of `frame`, any frame number. */
export function frameStatus(frame: u32): i32 {
  const granule = granuleOf(frame);
  if (!granule || !isOpen(granule)) return FrameStatus.UNMANAGED;
  const status = unitStatus(AREAS, granule, areaPlace(areaNumber(frame)));
  return status == FrameStatus.UNMANAGED ? statusInArea(frame) : status + NODE_ORDER;
}

/** The status of `frame`, whose area is withheld in its granule. */
function statusInArea(frame: u32): i32 {
  const area = areaOf(frame);
  if (!area || !isOpen(area)) return FrameStatus.UNMANAGED;
  const status = unitStatus(FRAMES, area, frame);
  if (status == 0 && isLazy(frame)) return FrameStatus.FREE;
  return status == FrameStatus.UNMANAGED && ownersOf(frame) ? 0 : status;
}
