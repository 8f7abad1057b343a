/**
 * The runtime storage plan: how much storage the runtime allocator needs, worked out from the
 * memory map and the reservations before any of it is taken.
 *
 * Sized by memory that is there: a hole or a reserved range costs nothing, however large.
 */

import { MemoryType } from "../../../abi/memory_type";
import { debug } from "../../boot/log";
import { pageRoot } from "../../boot/shim";
import { buddyTableBytes } from "../buddy/buddy_alloc";
import { skipMapped, skipUnmapped } from "../early/direct_map";
import { EarlySurvey, surveyEarly } from "../early/early_frames";
import { RECORDS_PER_RESERVATION, reservationCount } from "../early/reservations";
import { AddressRange, nextUnreserved, openUnreserved } from "../early/unreserved";
import {
  ADDRESS_LIMIT,
  FRAME_RANGE_BYTES,
  FRAME_SIZE,
  frameAddress,
  frameOf,
  FrameRange,
  framesFor,
} from "../frames";
import { entryCount, region, regionCount } from "../map/memory_map";
import { WASM_PAGE_FRAMES } from "../paging/linear_memory";

/** What the runtime allocator needs. */
@unmanaged
export class StoragePlan {
  /** Entries that the firmware's map has. */
  entries: u32;
  /** Usable regions of the sanitised map. */
  conventional: u32;
  /** Reservations when the plan was made. */
  reservations: u32;
  /** Slots for managed runs; see `runtimeStoragePlan` for why they suffice. */
  freeSlots: u32;
  /** Slots for reserved regions; likewise. */
  reservedSlots: u32;
  /**
   * How many ranges of memory may ever be managed, and the array of `FrameRange` that lists them.
   */
  rangeCount: u32;
  ranges: usize;
  /** Bytes of the buddy allocator's tables. */
  buddyBytes: u64;
  /** Bytes of the page-frame allocator's first table of sharing counts. */
  pageBytes: u64;
  /** The loader's memory at and above this address is left out: its tables would take too much. */
  reclaimLimit: u64;
  /** Frames of usable memory that the loader's direct map does not show. */
  unmapped: u32;
  /** How many ranges they form. */
  unmappedRanges: u32;

  /** Bytes of all allocator tables. */
  @inline
  get tableBytes(): u64 {
    return this.buddyBytes + this.pageBytes;
  }
}

/** The table of sharing counts starts with one frame; it grows with the number of shared frames. */
const FIRST_SHARING_BYTES: u64 = FRAME_SIZE;

/** Pieces that carving takes after the plan: two Option arrays, two tables. */
const PIECES: u64 = 4;

/** Bytes that one page table of the lowest level maps. */
const TABLE_SPAN: u64 = 2 << 20;

/** Bytes of a pageblock, for which there is one record. */
const PAGEBLOCK_BYTES: u64 = 2 << 20;

/** Page tables above the lowest level that one growth of linear memory may add. */
export const UPPER_TABLES: u64 = 4;

/** With tables for the loader's memory all tables may take one part in this many of free memory. */
const OPTIONAL_PARTS: u64 = 2;

const plan = changetype<StoragePlan>(memory.data(72));
const survey = changetype<EarlySurvey>(memory.data(16));
const range = changetype<AddressRange>(memory.data(16));

/**
 * Writes the ranges of memory that may ever be managed to `ranges`: usable regions, and reclaimable
 * ones as far as they lie below `limit`, merged where they touch. At most one a region. Returns how
 * many.
 */
function collectRanges(ranges: usize, limit: u64): u32 {
  let count: u32 = 0;
  let past: u64 = 0;
  for (let index: u32 = 0; index < regionCount(); ++index) {
    const source = region(index);
    let end = source.base + source.length;
    if (source.type == MemoryType.BOOTLOADER_RECLAIMABLE) end = min(end, limit);
    else if (source.type != MemoryType.USABLE) continue;
    if (end <= source.base) continue;
    const first = frameOf(source.base);
    const frames = frameOf(end) - first;
    if (count && past == first) {
      changetype<FrameRange>(ranges + usize(count - 1) * FRAME_RANGE_BYTES).count += u32(frames);
    } else {
      const added = changetype<FrameRange>(ranges + usize(count++) * FRAME_RANGE_BYTES);
      added.start = u32(first);
      added.count = u32(frames);
    }
    past = first + frames;
  }
  return count;
}

/** Lists the ranges for `limit` and sets the size of their tables; returns it. */
function planTables(limit: u64): u64 {
  plan.reclaimLimit = limit;
  plan.rangeCount = collectRanges(plan.ranges, limit);
  plan.buddyBytes = buddyTableBytes(plan.ranges, plan.rangeCount);
  return plan.buddyBytes;
}

/**
 * Plans tables for all usable memory, and for as much of the loader's as they fit into `budget`
 * bytes together: from the lowest address up to a limit in steps of a pageblock.
 */
function planOptional(budget: u64): void {
  if (planTables(ADDRESS_LIMIT) <= budget) return;
  let low: u64 = 0;
  let high = ADDRESS_LIMIT / PAGEBLOCK_BYTES;
  while (low + 1 < high) {
    const middle = (low + high) >> 1;
    if (planTables(middle * PAGEBLOCK_BYTES) <= budget) low = middle;
    else high = middle;
  }
  planTables(low * PAGEBLOCK_BYTES);
}

/** Counts the frames of usable memory that the tables in use do not map. */
function countUnmapped(): void {
  const root = pageRoot();
  plan.unmapped = 0;
  plan.unmappedRanges = 0;
  openUnreserved(MemoryType.USABLE);
  while (nextUnreserved(range)) {
    for (let from = range.base; (from = skipMapped(root, from, range.end)) < range.end;) {
      const to = skipUnmapped(root, from, range.end);
      plan.unmapped += u32(frameOf(to - from));
      ++plan.unmappedRanges;
      from = to;
    }
  }
}

/** Regions of `type` in the sanitised map. */
function countRegions(type: MemoryType): u32 {
  let count: u32 = 0;
  for (let index: u32 = 0; index < regionCount(); ++index) count += u32(region(index).type == type);
  return count;
}

/**
 * Plans for the sanitised map and the reservations there are; `ranges` is memory for the ranges
 * that may ever be managed, at most one a region. Returns null where the map has no usable memory.
 *
 * Reserved slots. A call of `reserve` adds at most `RECORDS_PER_RESERVATION` records. After the
 * plan each of the `PIECES` causes at most two calls (its frames, its reason) and a growth of
 * linear memory, whose page tables are one call each: one for every 2 MiB that grow and
 * `UPPER_TABLES`. Where the largest free range is smaller than all of them together, each frame may
 * be a piece of its own. Reclaiming reserves nothing.
 *
 * Free slots. Runs begin where a usable or a reclaimable region begins, after a reservation, or
 * after memory that the loader does not map. So there are never more of them than of these
 * together, before reclaiming and after it.
 *
 * `range_reserve` may exceed both later; it moves the lists to larger storage first.
 */
export function runtimeStoragePlan(ranges: usize): StoragePlan | null {
  plan.entries = entryCount();
  plan.conventional = countRegions(MemoryType.USABLE);
  if (!plan.conventional) return null;
  plan.reservations = reservationCount();
  plan.ranges = ranges;
  surveyEarly(survey);
  planOptional(frameAddress(survey.free) / OPTIONAL_PARTS);
  plan.pageBytes = FIRST_SHARING_BYTES;
  countUnmapped();

  const growth = plan.buddyBytes + (PIECES << 21);
  let calls = 2 * PIECES + growth / TABLE_SPAN + PIECES * UPPER_TABLES;
  const least = framesFor(plan.tableBytes) + PIECES * WASM_PAGE_FRAMES;
  if (survey.largest < least) calls += 2 * least;
  plan.reservedSlots = plan.reservations + u32(calls) * RECORDS_PER_RESERVATION;
  plan.freeSlots =
    plan.conventional +
    countRegions(MemoryType.BOOTLOADER_RECLAIMABLE) +
    plan.unmappedRanges +
    plan.reservedSlots;

  debug("mm")
    .text("runtime storage plan:")
    .num("entries", plan.entries)
    .num("conventional", plan.conventional)
    .num("reservations", plan.reservations)
    .num("free_slots", plan.freeSlots)
    .num("reserved_slots", plan.reservedSlots)
    .num("table_bytes", plan.tableBytes)
    .end();
  return plan;
}
