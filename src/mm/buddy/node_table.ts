/**
 * Where the record of a node lies: the granule table.
 *
 * Physical memory has holes, some of them terabytes wide, and what it costs to manage must follow
 * the RAM. So the table has an entry for each granule of 1 GiB up to the highest frame, and there are
 * records only for the granules that have RAM, and in those for the areas from the first to the last
 * populated one. A block never crosses a granule, since the largest order is one.
 *
 * The first 16 MiB are a granule of their own, so that no granule lies in two zones. Its record is
 * static, and the other one of the first GiB never has a unit there. No block would span the border:
 * it would have to begin at frame 0, which is never managed.
 *
 * Layout of the caller's memory: the granule table, rounded up to 8 bytes, then each granule with its
 * areas behind it, in the order of their addresses. For 16 TiB that is 192 KiB and 1.2 GiB.
 */

import { PhysFrame } from "../frames";
import { Node, NODE_BYTES, NODE_ORDER } from "./nodes";

/** log2 of the frames in a granule: the largest order of the buddy allocator. */
export const GRANULE_ORDER: u32 = NODE_ORDER + NODE_ORDER;

/** Selects the place of an area in its granule. */
const PLACE_MASK: u32 = (1 << NODE_ORDER) - 1;

/** First frame behind the granule of the first 16 MiB. */
export const LOW_END: u32 = 4096;

/** The record of that granule. */
const low = changetype<Node>(memory.data(152, 8));

/**
 * An entry of the granule table; all zero where a granule has no records.
 *
 *     0       4         8       10      12
 *     | areas | granule | first | count |
 */
@unmanaged
class Entry {
  /** The record of area n lies at `areas + n * NODE_BYTES`, modulo 2^32. */
  areas: u32;
  /** Address of the granule's own record. */
  granule: u32;
  /** Place of the first area that has a record. */
  first: u16;
  /** How many areas from there on have one, 0 to 512. */
  count: u16;
}

const ENTRY_BYTES: usize = 12;

let table: usize = 0;
let granules: u32 = 0;

/** Areas that have records. */
let records: u32 = 0;


@inline
function entryAt(index: u32): Entry {
  return changetype<Entry>(table + usize(index) * ENTRY_BYTES);
}


@inline
function runAt(runs: usize, index: u32): PhysFrame {
  return changetype<PhysFrame>(runs + usize(index) * offsetof<PhysFrame>());
}


@inline
function lastFrame(run: PhysFrame): u32 {
  return run.start + (run.count - 1);
}

/** Number of the area that holds `frame`. */
@inline
export function areaNumber(frame: u32): u32 {
  return frame >> NODE_ORDER;
}

/** Place in its granule of area `number`. */
@inline
export function areaPlace(number: u32): u32 {
  return number & PLACE_MASK;
}

/** Granules that reach from frame 0 to the end of the last of `count` runs. */
function granulesFor(runs: usize, count: u32): u32 {
  return count ? (lastFrame(runAt(runs, count - 1)) >> GRANULE_ORDER) + 1 : 0;
}


@inline
function granuleTableBytes(granuleCount: u32): u32 {
  return (granuleCount * u32(ENTRY_BYTES) + 7) & ~7;
}

/**
 * Bytes of the tables for `count` runs: sorted, disjoint, none of them empty. Takes time in proportion
 * to the runs, however many granules they span.
 */
export function nodeTableBytes(runs: usize, count: u32): u64 {
  let nodes: u64 = 0;
  let current = u32.MAX_VALUE;
  let end: u32 = 0;
  for (let i: u32 = 0; i < count; ++i) {
    const run = runAt(runs, i);
    const first = areaNumber(run.start);
    const last = areaNumber(lastFrame(run));
    const granule = first >> NODE_ORDER;
    // In a granule that has areas already, those in between get records as well.
    const from = granule == current ? end : first;
    nodes += u64(last + 1 - from);
    nodes += u64(last >> NODE_ORDER) - u64(granule) + u64(granule != current);
    current = last >> NODE_ORDER;
    end = last + 1;
  }
  return u64(granuleTableBytes(granulesFor(runs, count))) + nodes * u64(NODE_BYTES);
}

/** Writes the granule table for runs as above and counts their areas. */
function layOut(runs: usize, count: u32): void {
  let record = u32(table) + granuleTableBytes(granules);
  let current = u32.MAX_VALUE;
  let end: u32 = 0;
  let areas: u32 = 0;
  for (let i: u32 = 0; i < count; ++i) {
    const run = runAt(runs, i);
    const last = areaNumber(lastFrame(run));
    for (let area = areaNumber(run.start); area <= last;) {
      const granule = area >> NODE_ORDER;
      const stop = min(last, area | PLACE_MASK) + 1;
      const entry = entryAt(granule);
      if (granule != current) {
        entry.granule = record;
        record += u32(NODE_BYTES);
        entry.areas = record - area * u32(NODE_BYTES);
        entry.first = u16(areaPlace(area));
        current = granule;
        end = area;
      }
      entry.count += u16(stop - end);
      record += (stop - end) * u32(NODE_BYTES);
      areas += stop - end;
      end = stop;
      area = stop;
    }
  }
  records = areas;
}

/** First frame behind `count` sorted runs. */
export function endOfRuns(runs: usize, count: u32): u64 {
  return count ? u64(lastFrame(runAt(runs, count - 1))) + 1 : 0;
}

/**
 * Starts over with tables at `address`, zeroed and of the size that `nodeTableBytes` gave. Returns
 * that size.
 */
export function initNodeTables(address: usize, runs: usize, count: u32): u64 {
  table = address;
  granules = granulesFor(runs, count);
  memory.fill(changetype<usize>(low), 0, NODE_BYTES);
  layOut(runs, count);
  return nodeTableBytes(runs, count);
}

/** Granules that the table has entries for. */
export function granuleCount(): u32 {
  return granules;
}

/** Areas that have records. */
export function areaCount(): u32 {
  return records;
}

/** The granule that holds `frame`, or null where it has no record. */
@inline
export function granuleOf(frame: u32): Node | null {
  if (frame >> GRANULE_ORDER >= granules) return null;
  return knownGranuleOf(frame);
}

/** The granule that holds `frame`, which has a record. */
@inline
export function knownGranuleOf(frame: u32): Node {
  if (frame < LOW_END) return low;
  return changetype<Node>(usize(entryAt(frame >> GRANULE_ORDER).granule));
}

/** True if all areas from that of `frame` to that of `last`, in the same granule, have a record. */
@inline
export function haveRecords(frame: u32, last: u32): bool {
  if (frame >> GRANULE_ORDER >= granules) return false;
  const entry = entryAt(frame >> GRANULE_ORDER);
  const place = areaPlace(areaNumber(frame)) - u32(entry.first);
  const areas = areaNumber(last) - areaNumber(frame);
  return place < u32(entry.count) && place + areas < u32(entry.count);
}

/** The area that holds `frame`, or null where it has no record. */
@inline
export function areaOf(frame: u32): Node | null {
  if (frame >> GRANULE_ORDER >= granules) return null;
  const number = areaNumber(frame);
  const entry = entryAt(frame >> GRANULE_ORDER);
  if (areaPlace(number) - u32(entry.first) >= u32(entry.count)) return null;
  return changetype<Node>(usize(entry.areas + number * u32(NODE_BYTES)));
}

/** Area `number`, which has a record. */
@inline
export function knownArea(number: u32): Node {
  return changetype<Node>(usize(entryAt(number >> NODE_ORDER).areas + number * u32(NODE_BYTES)));
}
