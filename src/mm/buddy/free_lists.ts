/**
 * The lists in which free memory is found, and the order in which they are looked through.
 *
 * A list holds nodes that are equally good to allocate from. Its number, the *bin*, is chosen so
 * that the best list for a request is the lowest set bit of a mask:
 *
 *     bin 9·level + order   pageblocks whose largest free block has 2^order frames, 0 to 8;
 *                           level 0 (fullest) to 5 (emptiest)
 *     bin 45 + order        gigablocks whose largest free block has 2^order frames, 9 to 18
 *
 * So a request is served by the fullest pageblock that can do it, and by a pageblock that is free
 * as a whole only if no other can; nearly empty pageblocks drain and become free 2 MiB blocks
 * again. A node without a free block is in no list.
 *
 * Every zone of physical memory has lists of its own. Ordinary requests go through the zones from
 * the highest to the lowest, which leaves low memory for those that need it; restricted requests
 * start further down. No node lies in two zones: the border at 4 GiB is one of gigablocks,
 * and below the one at 16 MiB there is a gigablock of its own (node_table.ts).
 */

import { Order } from "../frames";
import { Pageblock } from "./node_table";
import { Bin, freeWords, largestOrderOf, NO_BIN, Node, NODE_ORDER, NODE_WORDS } from "./nodes";

/** Where allocated frames may lie. Each zone includes those after it. */
export const enum Zone {
  ANY = 0,
  BELOW_4G = 1,
  BELOW_16M = 2,
}

/** A `Zone` as an index. */
export type ZoneIndex = u32;

/** How many zones there are. */
export const ZONES: u32 = 3;

/** First pageblock above the zone `BELOW_4G`, and above `BELOW_16M`. */
export const PAGEBLOCKS_BELOW_4G: u32 = 2048;
export const PAGEBLOCKS_BELOW_16M: u32 = 8;

/** Orders of the pageblocks of a level, hence the distance of levels in bins. */
const PAGEBLOCK_ORDERS: u32 = 9;

/** First bin of gigablocks. */
const GIGABLOCK_BIN: u32 = 54;

/** The bins of order 0 in the six levels. */
const LEVELS: u64 = 0x0000201008040201;

/** The bins of gigablocks. */
const GIGABLOCK_BINS: u64 = u64.MAX_VALUE << GIGABLOCK_BIN;

/** `freeWords` of a node that is free as a whole. */
const ALL_WORDS: u32 = (1 << NODE_WORDS) - 1;

/**
 * The first bin of a pageblock's level by its free frames, 16 a step. A pageblock is on level 0
 * with more than 352 frames in use, on the next ones with more than 288, 224, 160 and 80, and on
 * the last one with 80 or fewer.
 */
const LEVEL_BINS: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9, 9, 18, 18, 18, 18, 27, 27, 27, 27, 36, 36, 36, 36, 36, 45,
  45, 45, 45, 45, 45,
]);

/**
 * The lists of a zone. They are rings: the first entry follows the head, and the last one comes
 * before it, so that a node is put in and taken out without asking where it stands.
 *
 *     0           8             520
 *     | nonEmpty  | head 0 … 63 |      a head: | next | prev |
 */
@unmanaged
export class ZoneLists {
  /** Bit n: list n has an entry. */
  nonEmpty: u64;
}

const ZONE_BYTES: usize = 520;
const HEADS: usize = 8;
const LISTS: u32 = 64;

const zones: usize = memory.data(1560, 8);

/*
 * The two totals. Frame 0 is never managed, so both fit 32 bits.
 */

let managed: u32 = 0;
let free: u32 = 0;

/** Nothing is managed and nothing is free from now on. */
export function clearTotals(): void {
  managed = 0;
  free = 0;
}

/** Frames under management. */
@inline
export function managedTotal(): u32 {
  return managed;
}

/** Free frames, without those of the cached words and without deferred ones. */
@inline
export function freeTotal(): u32 {
  return free;
}

/** `frames` more are under management, or fewer for a negative number. */
@inline
export function countManaged(frames: i32): void {
  managed += u32(frames);
}

/** `frames` more are free, or fewer for a negative number. */
@inline
export function countFree(frames: i32): void {
  free += u32(frames);
}

/** Empties all lists. */
export function clearLists(): void {
  for (let zone: ZoneIndex = 0; zone < ZONES; ++zone) {
    const lists = listsOf(zone);
    lists.nonEmpty = 0;
    for (let bin: Bin = 0; bin < LISTS; ++bin) {
      const head = headOf(lists, bin);
      head.next = addressOf(head);
      head.prev = addressOf(head);
    }
  }
}

/** The lists of `zone`, without those of the zones it includes. */
@inline
export function listsOf(zone: ZoneIndex): ZoneLists {
  return changetype<ZoneLists>(zones + usize(zone) * ZONE_BYTES);
}

/** The most restricted zone that pageblock `number` lies in. */
@inline
export function zoneOf(number: Pageblock): u32 {
  return u32(number < PAGEBLOCKS_BELOW_4G) + u32(number < PAGEBLOCKS_BELOW_16M);
}

/** The last frame of the part of memory that is in `zone` and in no zone that it includes. */
export function lastFrameOf(zone: ZoneIndex): u32 {
  if (zone == Zone.ANY) return u32.MAX_VALUE;
  return ((zone == Zone.BELOW_4G ? PAGEBLOCKS_BELOW_4G : PAGEBLOCKS_BELOW_16M) << NODE_ORDER) - 1;
}

/** The lists whose entries have a free block of 2^`order` frames. */
@inline
export function fittingLists(order: Order): u64 {
  return order < NODE_ORDER
    ? (LEVELS * ((0x1ff << order) & 0x1ff)) | GIGABLOCK_BINS
    : u64.MAX_VALUE << (u64(order) + 45);
}

/** True if the entries of list `bin` are gigablocks. */
@inline
export function isGigablockBin(bin: Bin): bool {
  return bin >= GIGABLOCK_BIN;
}


@inline
function addressOf(node: Node): u32 {
  return u32(changetype<usize>(node));
}


@inline
function nodeAt(address: u32): Node {
  return changetype<Node>(usize(address));
}

/** The head of list `bin`, as a node of which only the links are there. */
@inline
function headOf(lists: ZoneLists, bin: Bin): Node {
  const links = changetype<usize>(lists) + HEADS + (usize(bin) << 3);
  return changetype<Node>(links - offsetof<Node>("next"));
}

/** The first entry of list `bin`, which has one. */
@inline
export function firstOf(lists: ZoneLists, bin: Bin): Node {
  return nodeAt(headOf(lists, bin).next);
}

/** Puts `node` in front of list `bin`. */
@inline
function link(lists: ZoneLists, node: Node, bin: Bin): void {
  const head = headOf(lists, bin);
  const first = head.next;
  node.next = first;
  node.prev = addressOf(head);
  nodeAt(first).prev = addressOf(node);
  head.next = addressOf(node);
  lists.nonEmpty |= u64(1) << u64(bin);
}

/** Takes `node` out of its list. */
@inline
function unlink(lists: ZoneLists, node: Node): void {
  const after = node.next;
  const before = node.prev;
  nodeAt(before).next = after;
  nodeAt(after).prev = before;
  // Both are the head if there was no other entry.
  lists.nonEmpty &= ~(u64(before == after) << u64(node.bin));
}

/** Moves `node`, which is open, to list `bin`, or to none. */
@inline
function move(lists: ZoneLists, node: Node, bin: Bin): void {
  if (bin == node.bin) return;
  if (node.bin != NO_BIN) unlink(lists, node);
  if (bin != NO_BIN) link(lists, node, bin);
  node.bin = u8(bin);
}

/** Moves `pageblock`, which is open, to the list for what it has free now. */
@inline
export function requeuePageblock(pageblock: Node): void {
  const freeOrders = pageblock.freeOrders;
  const level: u32 = load<u8>(LEVEL_BINS + (pageblock.free >> 4));
  move(
    listsOf(zoneOf(pageblock.number)),
    pageblock,
    freeOrders ? level + largestOrderOf(freeOrders) : NO_BIN,
  );
}

/** Moves `gigablock` of `zone`, which is open, to the list for what it has free now. */
@inline
export function requeueGigablock(gigablock: Node, zone: ZoneIndex): void {
  const freeOrders = gigablock.freeOrders;
  const isFree = u32(freeWords(freeOrders) == ALL_WORDS);
  move(
    listsOf(zone),
    gigablock,
    freeOrders ? GIGABLOCK_BIN + largestOrderOf(freeOrders) + isFree : NO_BIN,
  );
}

/** Puts `gigablock` of `zone`, which is in no list and free as a whole, into its list. */
@inline
export function insertFreeGigablock(gigablock: Node, zone: ZoneIndex): void {
  link(listsOf(zone), gigablock, NO_BIN - 1);
  gigablock.bin = u8(NO_BIN - 1);
}

/**
 * Puts `pageblock`, which is in no list, into its list when 2^`order` frames, up to 64, are all it
 * has free.
 */
@inline
export function insertLastFree(pageblock: Node, order: Order): void {
  // So few free frames are always on level 0, where the bin is the order.
  link(listsOf(zoneOf(pageblock.number)), pageblock, order);
  pageblock.bin = u8(order);
}

/** Takes `pageblock`, which has nothing free any more, out of its list, one of `zone`. */
@inline
export function removeFull(pageblock: Node, zone: ZoneIndex): void {
  unlink(listsOf(zone), pageblock);
  pageblock.bin = u8(NO_BIN);
}

/** Takes `pageblock` out of its list and closes it; its masks are zero. */
@inline
export function closePageblock(pageblock: Node): void {
  move(listsOf(zoneOf(pageblock.number)), pageblock, NO_BIN);
  pageblock.bin = 0;
  pageblock.freeOrders = 0;
  pageblock.free = 0;
}

/**
 * The order, in units, of the largest block in a node with `freeOrders`, 0 to 8, or 9 if it is free
 * as a whole.
 */
@inline
export function mergedOrder(freeOrders: u64): u32 {
  return largestOrderOf(freeOrders) + u32(freeWords(freeOrders) == ALL_WORDS);
}

/**
 * The largest order for which `nonEmpty` has an entry, -1 for none: the highest order of any level,
 * unless there are gigablocks.
 */
export function largestOrder(nonEmpty: u64): i32 {
  if (!nonEmpty) return -1;
  if (nonEmpty & GIGABLOCK_BINS) return 18 - i32(clz(nonEmpty));
  let orders: u64 = 0;
  for (; nonEmpty; nonEmpty >>= PAGEBLOCK_ORDERS) orders |= nonEmpty & 0x1ff;
  return 63 - i32(clz(orders));
}
