/**
 * The runtime storage plan: how much storage the runtime allocator needs, worked out from the
 * memory map and the reservations before any of it is taken.
 *
 * Sized by memory that is there: a hole or a reserved range costs nothing, however large.
 */

import { MemoryType } from "../../../abi/memory_type";
import { debug } from "../../boot/log";
import { buddyTableBytes } from "../buddy/buddy_alloc";
import { RECORDS_PER_RESERVATION, reservationCount } from "../early/reservations";
import { FRAME_RANGE_BYTES, FRAME_SIZE, frameOf, FrameRange } from "../frames";
import { entryCount, region, regionCount } from "../map/memory_map";

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
  /** How many ranges of memory may ever be managed, and where they are listed (`FrameRange`). */
  rangeCount: u32;
  ranges: usize;
  /** Bytes of the buddy allocator's tables. */
  buddyBytes: u64;
  /** Bytes of the page-frame allocator's first table of sharing counts. */
  pageBytes: u64;

  /** Bytes of all allocator tables. */
  @inline
  get tableBytes(): u64 {
    return this.buddyBytes + this.pageBytes;
  }
}

/** Bytes of one `ReservedRegion`. */
export const RESERVED_REGION_BYTES: usize = 24;

/** The table of sharing counts starts with one frame; it grows with the number of shared frames. */
const FIRST_SHARING_BYTES: u64 = FRAME_SIZE;

/** Pieces that carving takes after the plan: two Option arrays, two tables. */
const PIECES: u64 = 4;

/** Bytes that one page table of the lowest level maps. */
const TABLE_SPAN: u64 = 2 << 20;

/** Page tables above the lowest level that one growth of linear memory may add. */
const UPPER_TABLES: u64 = 4;

const plan = changetype<StoragePlan>(memory.data(56));

/**
 * Writes the ranges of memory that may ever be managed to `ranges`: usable and reclaimable regions,
 * merged where they touch. At most one a region. Returns how many.
 */
function collectRanges(ranges: usize): u32 {
  let count: u32 = 0;
  let past: u64 = 0;
  for (let index: u32 = 0; index < regionCount(); ++index) {
    const source = region(index);
    const type = source.type;
    if (type != MemoryType.USABLE && type != MemoryType.BOOTLOADER_RECLAIMABLE) continue;
    const first = frameOf(source.base);
    const frames = frameOf(source.length);
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
 * Reserved slots. A call of `reserve` adds at most `RECORDS_PER_RESERVATION` records. After the plan
 * each of the `PIECES` causes at most two calls (its frames, its reason) and a growth of linear
 * memory, whose page tables are one call each: one for every 2 MiB that grow and `UPPER_TABLES`.
 * Reclaiming reserves nothing.
 *
 * Free slots. Runs begin where a usable or a reclaimable region begins or after a reservation, so
 * there are never more of them than usable regions, reclaimable regions and reservations together,
 * before reclaiming and after it.
 *
 * `range_reserve` may exceed both later; it moves the lists to larger storage first.
 */
export function runtimeStoragePlan(ranges: usize): StoragePlan | null {
  plan.entries = entryCount();
  plan.conventional = countRegions(MemoryType.USABLE);
  if (!plan.conventional) return null;
  plan.reservations = reservationCount();
  plan.ranges = ranges;
  plan.rangeCount = collectRanges(ranges);
  plan.buddyBytes = buddyTableBytes(ranges, plan.rangeCount);
  plan.pageBytes = FIRST_SHARING_BYTES;

  const growth = plan.buddyBytes + (PIECES << 21);
  const calls = 2 * PIECES + growth / TABLE_SPAN + PIECES * UPPER_TABLES;
  plan.reservedSlots = plan.reservations + u32(calls) * RECORDS_PER_RESERVATION;
  plan.freeSlots =
    plan.conventional + countRegions(MemoryType.BOOTLOADER_RECLAIMABLE) + plan.reservedSlots;

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
