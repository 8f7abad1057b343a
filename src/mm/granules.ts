/**
 * Where the record of an area lies: the granule table.
 *
 * Physical memory has holes, some of them terabytes wide, and what it costs to manage must follow
 * the RAM. So areas are grouped by granules of 1 GiB. The table has an entry for each granule up to
 * the highest frame, and records only for the areas from the first to the last populated one of a
 * granule. A block never crosses a granule, since the largest order is one: inside it the records
 * lie in a row, and buddies are found by adding and subtracting.
 *
 * Layout of the caller's memory: the granule table, rounded up to 8 bytes, then the area records in
 * the order of their addresses. For 16 TiB that is 192 KiB and 1.7 GiB.
 */

import { Area, AREA_BYTES, AREA_ORDER, areaNumber } from "./areas";
import { PhysFrame } from "./frames";

/** log2 of the areas in a granule. */
const GRANULE_AREAS_ORDER: u32 = 9;

/** log2 of the frames in a granule: the largest order of the buddy allocator. */
export const GRANULE_ORDER: u32 = AREA_ORDER + GRANULE_AREAS_ORDER;

/** Selects the place of an area in its granule. */
const PLACE_MASK: u32 = (1 << GRANULE_AREAS_ORDER) - 1;

/**
 * An entry of the granule table; all zero where a granule has no records.
 *
 *     0       4        6       8        12
 *     | base  | first  | count | seeded |
 */
@unmanaged
class Granule {
  /** The record of area n lies at `base + n * AREA_BYTES`, modulo 2^32. */
  base: u32;
  /** Place of the first area that has a record. */
  first: u16;
  /** How many areas from there on have one, 0 to 512. */
  count: u16;
  /** Not 0 from the first insertion on; before, no record of the granule was ever touched. */
  seeded: u32;
}

const GRANULE_BYTES: usize = 12;

let table: usize = 0;
let granules: u32 = 0;
let records: u32 = 0;


@inline
function granuleAt(index: u32): Granule {
  return changetype<Granule>(table + usize(index) * GRANULE_BYTES);
}


@inline
function runAt(runs: usize, index: u32): PhysFrame {
  return changetype<PhysFrame>(runs + usize(index) * offsetof<PhysFrame>());
}


@inline
function lastFrame(run: PhysFrame): u32 {
  return run.start + (run.count - 1);
}

/** Granules that reach from frame 0 to the end of the last of `count` runs. */
function granulesFor(runs: usize, count: u32): u32 {
  return count ? (lastFrame(runAt(runs, count - 1)) >> GRANULE_ORDER) + 1 : 0;
}


@inline
function granuleTableBytes(granuleCount: u32): u32 {
  return (granuleCount * u32(GRANULE_BYTES) + 7) & ~7;
}

/**
 * Walks the parts of `runs` that lie in one granule each and counts the areas that need records;
 * with `fill`, writes the granule table as well. Returns the count.
 */
function layOutAreas(runs: usize, count: u32, fill: bool): u32 {
  let areas: u32 = 0;
  let current = u32.MAX_VALUE;
  let end: u32 = 0;
  for (let i: u32 = 0; i < count; ++i) {
    const run = runAt(runs, i);
    const last = areaNumber(lastFrame(run));
    for (let area = areaNumber(run.start); area <= last;) {
      const granule = area >> GRANULE_AREAS_ORDER;
      const stop = min(last, area | PLACE_MASK) + 1;
      if (granule != current) {
        if (fill) {
          const entry = granuleAt(granule);
          entry.base = u32(table) + granuleTableBytes(granules) + (areas - area) * u32(AREA_BYTES);
          entry.first = u16(area & PLACE_MASK);
        }
        current = granule;
        end = area;
      }
      if (stop > end) {
        areas += stop - end;
        if (fill) granuleAt(granule).count += u16(stop - end);
        end = stop;
      }
      area = stop;
    }
  }
  return areas;
}

/** Bytes of the tables for `count` runs: sorted, disjoint, none of them empty. */
export function areaTableBytes(runs: usize, count: u32): u64 {
  const areas = layOutAreas(runs, count, false);
  return u64(granuleTableBytes(granulesFor(runs, count))) + u64(areas) * u64(AREA_BYTES);
}

/** First frame behind `count` sorted runs. */
export function endOfRuns(runs: usize, count: u32): u64 {
  return count ? u64(lastFrame(runAt(runs, count - 1))) + 1 : 0;
}

/** Starts over with tables at `address`, zeroed and of the size that `areaTableBytes` gave. */
export function initAreaTables(address: usize, runs: usize, count: u32): void {
  table = address;
  granules = granulesFor(runs, count);
  records = layOutAreas(runs, count, true);
}

/** Granules that the table has entries for. */
export function granuleCount(): u32 {
  return granules;
}

/** Areas that have records. */
export function areaCount(): u32 {
  return records;
}

/** True if area `number` of a granule in the table has a record. */
@inline
export function hasRecord(number: u32): bool {
  const granule = granuleAt(number >> GRANULE_AREAS_ORDER);
  return (number & PLACE_MASK) - granule.first < u32(granule.count);
}

/** The area that holds `frame`, or null where it has no record. */
@inline
export function areaOf(frame: u32): Area | null {
  if (frame >> GRANULE_ORDER >= granules) return null;
  const number = areaNumber(frame);
  const granule = granuleAt(number >> GRANULE_AREAS_ORDER);
  if ((number & PLACE_MASK) - granule.first >= u32(granule.count)) return null;
  return changetype<Area>(usize(granule.base + number * u32(AREA_BYTES)));
}

/** The area that holds `frame`, which has a record. */
@inline
export function knownAreaOf(frame: u32): Area {
  const number = areaNumber(frame);
  const granule = granuleAt(number >> GRANULE_AREAS_ORDER);
  return changetype<Area>(usize(granule.base + number * u32(AREA_BYTES)));
}

/** Notes that frames are inserted into the granule of `frame`, which is in the table. */
export function seedGranule(frame: u32): void {
  granuleAt(frame >> GRANULE_ORDER).seeded = 1;
}

/** True if frames were ever inserted into the granule of `frame`, which is in the table. */
export function isSeeded(frame: u32): bool {
  return granuleAt(frame >> GRANULE_ORDER).seeded != 0;
}
