/**
 * Where the record of a node lies: the gigablock table.
 *
 * Physical memory has holes, some of them terabytes wide, and what it costs to manage must follow
 * the RAM. So the table has an entry for each gigablock of 1 GiB up to the highest frame, and there
 * are records only for the gigablocks that have RAM, and in those for the pageblocks from the first
 * to the last populated one. A block never crosses a gigablock, since the largest order is one.
 *
 * The first 16 MiB are a gigablock of their own, so that no gigablock lies in two zones. Its record
 * is static, and the other one of the first GiB never has a unit there. No block would span the
 * border: it would have to begin at frame 0, which is never managed.
 *
 * Layout of the caller's memory: the gigablock table, rounded up to 8 bytes, then each gigablock
 * followed by its pageblocks, in the order of their addresses. For 16 TiB that is 192 KiB and 1.2
 * GiB.
 */

import { Frame, FrameRange } from "../frames";
import { Node, NODE_BYTES, NODE_ORDER } from "./nodes";

/** The number of a pageblock: its first frame divided by 512. */
export type Pageblock = u32;

/** log2 of the frames in a gigablock: the largest order of the buddy allocator. */
export const GIGABLOCK_ORDER: u32 = NODE_ORDER + NODE_ORDER;

/** Selects the place of a pageblock in its gigablock. */
const PLACE_MASK: u32 = (1 << NODE_ORDER) - 1;

/** First frame after the gigablock of the first 16 MiB. */
export const LOW_END: u32 = 4096;

/** The record of that gigablock. */
const low = changetype<Node>(memory.data(152, 8));

/**
 * An entry of the gigablock table; all zero where a gigablock has no records.
 *
 *     0       4         8       10      12
 *     | pageblocks | gigablock | first | count |
 */
@unmanaged
class Entry {
  /** The record of pageblock n lies at `pageblocks + n * NODE_BYTES`, modulo 2^32. */
  pageblocks: u32;
  /** Address of the gigablock's own record. */
  gigablock: u32;
  /** Place of the first pageblock that has a record. */
  first: u16;
  /** How many pageblocks from there on have one, 0 to 512. */
  count: u16;
}

const ENTRY_BYTES: usize = 12;

let table: usize = 0;
let gigablocks: u32 = 0;


@inline
function entryAt(index: u32): Entry {
  return changetype<Entry>(table + usize(index) * ENTRY_BYTES);
}


@inline
function rangeAt(ranges: usize, index: u32): FrameRange {
  return changetype<FrameRange>(ranges + usize(index) * offsetof<FrameRange>());
}


@inline
function lastFrame(range: FrameRange): u32 {
  return range.start + (range.count - 1);
}

/** Number of the pageblock that holds `frame`. */
@inline
export function pageblockNumber(frame: Frame): Pageblock {
  return frame >> NODE_ORDER;
}

/** Place in its gigablock of pageblock `number`. */
@inline
export function pageblockPlace(number: Pageblock): u32 {
  return number & PLACE_MASK;
}

/** Gigablocks that reach from frame 0 to the end of the last of `count` ranges. */
function gigablocksFor(ranges: usize, count: u32): u32 {
  return count ? (lastFrame(rangeAt(ranges, count - 1)) >> GIGABLOCK_ORDER) + 1 : 0;
}


@inline
function gigablockTableBytes(gigablockCount: u32): u32 {
  return (gigablockCount * u32(ENTRY_BYTES) + 7) & ~7;
}

/**
 * Bytes of the tables for `count` ranges: sorted, disjoint, none of them empty. Takes time in
 * proportion to the ranges, however many gigablocks they span.
 */
export function nodeTableBytes(ranges: usize, count: u32): u64 {
  let nodes: u64 = 0;
  let current = u32.MAX_VALUE;
  let end: u32 = 0;
  for (let i: u32 = 0; i < count; ++i) {
    const range = rangeAt(ranges, i);
    const first = pageblockNumber(range.start);
    const last = pageblockNumber(lastFrame(range));
    const gigablock = first >> NODE_ORDER;
    // In a gigablock that has pageblocks already, those in between get records as well.
    const from = gigablock == current ? end : first;
    nodes += u64(last + 1 - from);
    nodes += u64(last >> NODE_ORDER) - u64(gigablock) + u64(gigablock != current);
    current = last >> NODE_ORDER;
    end = last + 1;
  }
  return u64(gigablockTableBytes(gigablocksFor(ranges, count))) + nodes * u64(NODE_BYTES);
}

/** Writes the gigablock table for ranges as above. */
function layOut(ranges: usize, count: u32): void {
  let record = u32(table) + gigablockTableBytes(gigablocks);
  let current = u32.MAX_VALUE;
  let end: u32 = 0;
  for (let i: u32 = 0; i < count; ++i) {
    const range = rangeAt(ranges, i);
    const last = pageblockNumber(lastFrame(range));
    for (let pageblock = pageblockNumber(range.start); pageblock <= last;) {
      const gigablock = pageblock >> NODE_ORDER;
      const stop = min(last, pageblock | PLACE_MASK) + 1;
      const entry = entryAt(gigablock);
      if (gigablock != current) {
        entry.gigablock = record;
        record += u32(NODE_BYTES);
        entry.pageblocks = record - pageblock * u32(NODE_BYTES);
        entry.first = u16(pageblockPlace(pageblock));
        current = gigablock;
        end = pageblock;
      }
      entry.count += u16(stop - end);
      record += (stop - end) * u32(NODE_BYTES);
      end = stop;
      pageblock = stop;
    }
  }
}

/**
 * Starts over with tables at `address`, zeroed and of the size that `nodeTableBytes` returned.
 */
export function initNodeTables(address: usize, ranges: usize, count: u32): void {
  table = address;
  gigablocks = gigablocksFor(ranges, count);
  memory.fill(changetype<usize>(low), 0, NODE_BYTES);
  layOut(ranges, count);
}

/** The gigablock that holds `frame`, or null where it has no record. */
@inline
export function gigablockOf(frame: Frame): Node | null {
  if (frame >> GIGABLOCK_ORDER >= gigablocks) return null;
  return knownGigablockOf(frame);
}

/** The gigablock that holds `frame`, which has a record. */
@inline
export function knownGigablockOf(frame: Frame): Node {
  if (frame < LOW_END) return low;
  return changetype<Node>(usize(entryAt(frame >> GIGABLOCK_ORDER).gigablock));
}

/**
 * True if all pageblocks from that of `frame` to that of `last`, in the same gigablock, have a
 * record.
 */
@inline
export function haveRecords(frame: Frame, last: u32): bool {
  if (frame >> GIGABLOCK_ORDER >= gigablocks) return false;
  const entry = entryAt(frame >> GIGABLOCK_ORDER);
  const place = pageblockPlace(pageblockNumber(frame)) - u32(entry.first);
  const pageblocks = pageblockNumber(last) - pageblockNumber(frame);
  return place < u32(entry.count) && place + pageblocks < u32(entry.count);
}

/** The pageblock that holds `frame`, or null where it has no record. */
@inline
export function pageblockOf(frame: Frame): Node | null {
  if (frame >> GIGABLOCK_ORDER >= gigablocks) return null;
  const number = pageblockNumber(frame);
  const entry = entryAt(frame >> GIGABLOCK_ORDER);
  if (pageblockPlace(number) - u32(entry.first) >= u32(entry.count)) return null;
  return changetype<Node>(usize(entry.pageblocks + number * u32(NODE_BYTES)));
}

/** Pageblock `number`, which has a record. */
@inline
export function knownPageblock(number: Pageblock): Node {
  return changetype<Node>(
    usize(entryAt(number >> NODE_ORDER).pageblocks + number * u32(NODE_BYTES)),
  );
}
