/**
 * The lists in which free memory is found, and the order in which they are looked through.
 *
 * A list holds nodes that are equally good to allocate from. Its number, the key, is chosen so that
 * the best list for a request is the lowest set bit of a mask:
 *
 *     key 9·level + order   areas whose largest aligned free run has 2^order frames, 0 to 8;
 *                           level 0 (fullest) to 5 (emptiest)
 *     key 45 + order        granules whose largest aligned free run has 2^order frames, 9 to 18
 *
 * So a request is served by the fullest area that can do it, and by an area that is free as a whole
 * only if no other can; nearly empty areas drain and become free 2 MiB blocks again. A node without
 * a free run is in no list.
 *
 * Every zone of physical memory has lists of its own. Ordinary requests go through the zones from
 * the highest to the lowest, so that memory which only some can use is left for them; restricted
 * requests start further down. No node lies in two zones: the border at 4 GiB is one of granules,
 * and below the one at 16 MiB there is a granule of its own (node_table.ts).
 */

import { countFreeRuns } from "./node_blocks";
import { freeWords, largestRun, Node, NODE_ORDER, NODE_WORDS, NO_LIST } from "./nodes";

/** Where allocated frames may lie. Each zone includes those behind it. */
export const enum Zone {
  ANY = 0,
  BELOW_4G = 1,
  BELOW_16M = 2,
}

/** How many zones there are. */
export const ZONES: u32 = 3;

/** First area above the zone `BELOW_4G`, and above `BELOW_16M`. */
export const AREAS_BELOW_4G: u32 = 2048;
export const AREAS_BELOW_16M: u32 = 8;

/** Orders of the areas of a level, hence the distance of levels in keys. */
const AREA_ORDERS: u32 = 9;

/** First key of granules. */
const GRANULE_KEY: u32 = 54;

/** The keys of order 0 in the six levels. */
const LEVELS: u64 = 0x0000201008040201;

/** The keys of granules. */
const GRANULE_KEYS: u64 = u64.MAX_VALUE << GRANULE_KEY;

/** `freeWords` of a node that is free as a whole. */
const ALL_WORDS: u32 = (1 << NODE_WORDS) - 1;

/**
 * The first key of an area's level by its free frames, 16 a step. Levels begin at 352, 288, 224,
 * 160 and 80 used frames, and fewer.
 */
const LEVEL_KEYS: usize = memory.data<u8>([
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

/** Empties all lists. */
export function clearLists(): void {
  for (let zone: u32 = 0; zone < ZONES; ++zone) {
    const lists = listsOf(zone);
    lists.nonEmpty = 0;
    for (let key: u32 = 0; key < LISTS; ++key) {
      const head = headOf(lists, key);
      head.next = addressOf(head);
      head.prev = addressOf(head);
    }
  }
}

/** The lists of `zone`, without those of the zones it includes. */
@inline
export function listsOf(zone: u32): ZoneLists {
  return changetype<ZoneLists>(zones + usize(zone) * ZONE_BYTES);
}

/** The most restricted zone that area `number` lies in. */
@inline
export function zoneOf(number: u32): u32 {
  return u32(number < AREAS_BELOW_4G) + u32(number < AREAS_BELOW_16M);
}

/** The last frame of the part of memory that is in `zone` and in none behind it. */
export function lastFrameOf(zone: u32): u32 {
  if (zone == Zone.ANY) return u32.MAX_VALUE;
  return ((zone == Zone.BELOW_4G ? AREAS_BELOW_4G : AREAS_BELOW_16M) << NODE_ORDER) - 1;
}

/** The lists whose entries have a run of 2^`order` frames. */
@inline
export function fittingLists(order: u32): u64 {
  return order < NODE_ORDER
    ? (LEVELS * ((0x1ff << order) & 0x1ff)) | GRANULE_KEYS
    : u64.MAX_VALUE << (u64(order) + 45);
}

/** True if the entries of list `key` are granules. */
@inline
export function isGranuleKey(key: u32): bool {
  return key >= GRANULE_KEY;
}


@inline
function addressOf(node: Node): u32 {
  return u32(changetype<usize>(node));
}


@inline
function nodeAt(address: u32): Node {
  return changetype<Node>(usize(address));
}

/** The head of list `key`, as a node of which only the links are there. */
@inline
function headOf(lists: ZoneLists, key: u32): Node {
  const links = changetype<usize>(lists) + HEADS + (usize(key) << 3);
  return changetype<Node>(links - offsetof<Node>("next"));
}

/** The first entry of list `key`, which has one. */
@inline
export function firstOf(lists: ZoneLists, key: u32): Node {
  return nodeAt(headOf(lists, key).next);
}

/** Puts `node` in front of list `key`. */
@inline
function link(lists: ZoneLists, node: Node, key: u32): void {
  const head = headOf(lists, key);
  const first = head.next;
  node.next = first;
  node.prev = addressOf(head);
  nodeAt(first).prev = addressOf(node);
  head.next = addressOf(node);
  lists.nonEmpty |= u64(1) << u64(key);
}

/** Takes `node` out of its list. */
@inline
function unlink(lists: ZoneLists, node: Node): void {
  const behind = node.next;
  const before = node.prev;
  nodeAt(before).next = behind;
  nodeAt(behind).prev = before;
  // Both are the head if there was no other entry.
  lists.nonEmpty &= ~(u64(before == behind) << u64(node.key));
}

/** Moves `node`, which is open, to list `key` or to none. */
@inline
function move(lists: ZoneLists, node: Node, key: u32): void {
  if (key == node.key) return;
  if (node.key != NO_LIST) unlink(lists, node);
  if (key != NO_LIST) link(lists, node, key);
  node.key = u8(key);
}

/** Files `area`, open, by what it has free now. */
@inline
export function fileArea(area: Node): void {
  const runs = area.runs;
  const level: u32 = load<u8>(LEVEL_KEYS + (area.free >> 4));
  move(listsOf(zoneOf(area.number)), area, runs ? level + largestRun(runs) : NO_LIST);
}

/** Files `granule` of `zone`, open, by what it has free now. */
@inline
export function fileGranule(granule: Node, zone: u32): void {
  const runs = granule.runs;
  const isFree = u32(freeWords(runs) == ALL_WORDS);
  move(listsOf(zone), granule, runs ? GRANULE_KEY + largestRun(runs) + isFree : NO_LIST);
}

/** Files `granule` of `zone`, which is in no list, when it is free as a whole. */
@inline
export function fileFree(granule: Node, zone: u32): void {
  link(listsOf(zone), granule, NO_LIST - 1);
  granule.key = u8(NO_LIST - 1);
}

/** Files `area`, which is in no list, when a run of 2^`order` frames, up to 64, is all it has free. */
@inline
export function fileSole(area: Node, order: u32): void {
  // So few free frames are always on level 0, where the key is the order.
  link(listsOf(zoneOf(area.number)), area, order);
  area.key = u8(order);
}

/** Takes `area`, which is in a list of `zone`, out of it when it has nothing free any more. */
@inline
export function unfile(area: Node, zone: u32): void {
  unlink(listsOf(zone), area);
  area.key = u8(NO_LIST);
}

/** Takes `area` out of its list and closes it; its masks are zero. */
@inline
export function closeArea(area: Node): void {
  move(listsOf(zoneOf(area.number)), area, NO_LIST);
  area.key = 0;
  area.runs = 0;
  area.free = 0;
}

/**
 * The order of the largest block there would be in an area with `runs`, 0 to 8, or 9 if it is free as
 * a whole.
 */
@inline
export function mergedRun(runs: u64): u32 {
  return largestRun(runs) + u32(freeWords(runs) == ALL_WORDS);
}

/** How many maximal free blocks of `order`, 9 to 18, the granules of `zone` have. */
export function countFreeBlocks(zone: u32, order: u32): u32 {
  const lists = listsOf(zone);
  const size = order - NODE_ORDER;
  let blocks: u32 = 0;
  for (let key = GRANULE_KEY; key < NO_LIST; ++key) {
    const head = addressOf(headOf(lists, key));
    for (let entry = nodeAt(head).next; entry != head; entry = nodeAt(entry).next) {
      const granule = nodeAt(entry);
      blocks += countFreeRuns(granule, size);
      if (size < NODE_ORDER) blocks -= 2 * countFreeRuns(granule, size + 1);
    }
  }
  return blocks;
}

/**
 * The largest order for which `nonEmpty` has an entry, -1 for none: the highest order of any level,
 * unless there are granules.
 */
export function largestOrder(nonEmpty: u64): i32 {
  if (!nonEmpty) return -1;
  if (nonEmpty & GRANULE_KEYS) return 18 - i32(clz(nonEmpty));
  let orders: u64 = 0;
  for (; nonEmpty; nonEmpty >>= AREA_ORDERS) orders |= nonEmpty & 0x1ff;
  return 63 - i32(clz(orders));
}
