/**
 * What a frame is, read from the tables alone: not managed, free, or allocated and in a block of
 * which order; and how far the same holds around it. The slow and exact answer to every question,
 * used to name the reason of a refusal and by the kernel's queries.
 */

import { BlockState } from "../../../abi/frame";
import { Frame, Order } from "../frames";
import { cachedMask, FRAMES, isCachedWord, PAGEBLOCKS } from "./cached_word";
import { isDeferred } from "./deferred_frames";
import { wordsOrder } from "./node_blocks";
import {
  GIGABLOCK_ORDER,
  gigablockOf,
  pageblockNumber,
  pageblockOf,
  pageblockPlace,
} from "./node_table";
import {
  bitIndex,
  freeWords,
  isOpen,
  Node,
  NODE_ORDER,
  ORDERS_OF_FREE,
  Unit,
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
  /** Added to the order, 0 to 18, of an aligned block around the frame that is free as a whole. */
  FREE = 32,
}

/** True if `status` is that of a free frame. */
@inline
export function isFreeStatus(status: i32): bool {
  return status >= FrameStatus.FREE;
}

/** The order in `status`, which is that of a managed frame. */
@inline
export function statusOrder(status: i32): u32 {
  return u32(status) & (FrameStatus.FREE - 1);
}

/** The status of a unit of `kind`, which is one of an open node, counted in units. */
@inline
function unitStatus(kind: u32, node: Node, unit: Unit): i32 {
  const index = wordIndex(unit);
  const word = wordAt(node, index);
  const bit = bitIndex(unit);
  if ((word.taken >> u64(bit)) & 1) {
    const isCached = isCachedWord(kind, word) && ((cachedMask(kind) >> u64(bit)) & 1) != 0;
    return isCached ? FrameStatus.FREE : orderOfBlock(word.taken, word.continuation, bit);
  }
  if ((word.continuation >> u64(bit)) & 1) return FrameStatus.UNMANAGED;
  if (word.taken | word.continuation) return FrameStatus.FREE;
  if (!((freeWords(node.freeOrders) >> index) & 1)) return wordsOrder(node, index);
  return FrameStatus.FREE + (node.freeOrders == ORDERS_OF_FREE ? NODE_ORDER : WORD_ORDER);
}

/** The status of `frame`, any frame number. */
export function frameStatus(frame: Frame): i32 {
  const gigablock = gigablockOf(frame);
  if (!gigablock || !isOpen(gigablock)) return FrameStatus.UNMANAGED;
  const status = unitStatus(PAGEBLOCKS, gigablock, pageblockPlace(pageblockNumber(frame)));
  return status == FrameStatus.UNMANAGED ? statusInPageblock(frame) : status + NODE_ORDER;
}

/** The status of `frame`, whose pageblock is absent in its gigablock. */
function statusInPageblock(frame: Frame): i32 {
  const pageblock = pageblockOf(frame);
  if (!pageblock || !isOpen(pageblock)) return FrameStatus.UNMANAGED;
  const status = unitStatus(FRAMES, pageblock, frame);
  if (status == 0 && isDeferred(frame)) return FrameStatus.FREE;
  return status == FrameStatus.UNMANAGED && ownersOf(frame) ? 0 : status;
}

/*
 * The block around a frame, as tools show it. The allocators keep free frames in pieces of their
 * own choosing; shown here is what a caller could be given.
 */

/** The state of the block that holds `frame`, any frame number. */
export function blockState(frame: Frame): BlockState {
  const status = frameStatus(frame);
  if (status == FrameStatus.UNMANAGED) return BlockState.UNMANAGED;
  return isFreeStatus(status) ? BlockState.FREE : BlockState.ALLOCATED;
}

/** The order of the block that holds `frame`; 0 for a frame that is not managed. */
export function blockOrder(frame: Frame): u32 {
  const status = frameStatus(frame);
  if (status == FrameStatus.UNMANAGED) return 0;
  let order = statusOrder(status);
  if (!isFreeStatus(status)) return order;
  while (order < GIGABLOCK_ORDER && isAllFree(((frame >> order) ^ 1) << order, order)) ++order;
  return order;
}

/** True if the aligned 2^`order` frames from `first` on are all free. */
function isAllFree(first: u32, order: Order): bool {
  for (let taken: u32 = 0; taken < 1 << order;) {
    const status = frameStatus(first + taken);
    if (!isFreeStatus(status)) return false;
    taken += 1 << statusOrder(status);
  }
  return true;
}
