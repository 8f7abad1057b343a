/**
 * Reservations: memory that the kernel keeps out of allocation, and why.
 *
 * The early allocator records here what it hands out, bring-up adds what the loader placed, and
 * `range_reserve` whatever a caller wants kept; the runtime allocator subtracts all of it and
 * refuses to take any of it back.
 *
 * The list is one array of records, sorted by address and disjoint, whole frames only. It starts in
 * a small table of its own (the loader's regions and the first early allocations) and moves to
 * carved storage as soon as there is any; from then on the owner of the storage moves it to a
 * larger one whenever `reservationsFit` says so.
 */

import { ErrorCode } from "../../../abi/error_code";
import { Reason } from "../../../abi/reservation_reason";
import { alignDown, alignUp, FRAME_SIZE, saturatingEnd } from "../frames";

/**
 * One reserved region.
 *
 *     0        8        16       24
 *     | base   | length | reason |
 *
 * A zero `length` stands for none: so reads the slot of an Option array before it is used.
 */
@unmanaged
export class ReservedRegion {
  /** Physical address of the first byte, frame-aligned. */
  base: u64;
  /** Bytes, a multiple of `FRAME_SIZE`; `base + length` does not overflow. */
  length: u64;
  /** A `Reason`. */
  reason: u64;

  /** First address after the region. */
  @inline
  get end(): u64 {
    return this.base + this.length;
  }
}

/** Bytes of one `ReservedRegion`. */
export const RESERVED_REGION_BYTES: usize = 24;

/**
 * Slots of the first table: seven boot regions, fifteen files for the program, the window's page tables,
 * and room to grow linear memory once in pieces of a frame.
 */
const FIRST_SLOTS: u32 = 160;

const firstTable: usize = memory.data(3840);

let table: usize = firstTable;
let slots: u32 = FIRST_SLOTS;

/** Records in use, at the front of the table, sorted by base and disjoint. */
let count: u32 = 0;

/** Most records that one `reserve` can add: it may split the record it falls into in three. */
export const RECORDS_PER_RESERVATION: u32 = 2;

/** Empties the list and returns it to its first table. */
export function resetReservations(): void {
  table = firstTable;
  slots = FIRST_SLOTS;
  count = 0;
}

/** How many regions are reserved. */
export function reservationCount(): u32 {
  return count;
}

/** Region `index` in address order; `index` is below `reservationCount()`. */
@inline
export function reservation(index: u32): ReservedRegion {
  return changetype<ReservedRegion>(table + usize(index) * RESERVED_REGION_BYTES);
}

/** True if `additions` more calls of `reserve` are sure to find room. */
export function reservationsFit(additions: u32): bool {
  return count + additions * RECORDS_PER_RESERVATION <= slots;
}

/** Moves the list to zeroed storage for `newSlots` records, which is not less than are in use. */
export function moveReservations(storage: usize, newSlots: u32): void {
  memory.copy(storage, table, usize(count) * RESERVED_REGION_BYTES);
  table = storage;
  slots = newSlots;
}

/** Index of the first region that ends above `address`. */
function firstEndingAfter(address: u64): u32 {
  let low: u32 = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (reservation(middle).end <= address) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The region that covers any of `[base, end)` and lies lowest, or null. */
export function reservationIn(base: u64, end: u64): ReservedRegion | null {
  const index = firstEndingAfter(base);
  return index < count && reservation(index).base < end ? reservation(index) : null;
}

/** Lowest address from `base` on that is not reserved; `end` if there is none in `[base, end)`. */
export function skipReserved(base: u64, end: u64): u64 {
  while (base < end) {
    const region = reservationIn(base, end);
    if (!region || region.base > base) return base;
    base = region.end;
  }
  return end;
}

/** Lowest address from `base` on that is reserved; `end` if there is none in `[base, end)`. */
export function skipUnreserved(base: u64, end: u64): u64 {
  const region = reservationIn(base, end);
  return region ? max(region.base, base) : end;
}

/** Replaces the records `[from, to)` by room for `room` records. */
function makeRoom(from: u32, to: u32, room: u32): void {
  memory.copy(
    table + usize(from + room) * RESERVED_REGION_BYTES,
    table + usize(to) * RESERVED_REGION_BYTES,
    usize(count - to) * RESERVED_REGION_BYTES,
  );
  count += room - (to - from);
}

function write(index: u32, base: u64, end: u64, reason: u64): void {
  const region = reservation(index);
  region.base = base;
  region.length = end - base;
  region.reason = reason;
}

/**
 * Reserves the frames that `[base, base + length)` touches. What of them was reserved before takes
 * on the new reason. Neighbours of the same reason become one record.
 *
 * An empty range is a no-op. STORAGE_EXHAUSTED, without a change, when the table is full.
 */
export function reserve(base: u64, length: u64, reason: Reason): ErrorCode {
  if (!length) return ErrorCode.NONE;
  let start = alignDown(base, FRAME_SIZE);
  const last = saturatingEnd(base, length);
  // The last frame of the address space ends where no u64 can say so; it is left out.
  let end =
    last > u64.MAX_VALUE - FRAME_SIZE ? alignDown(last, FRAME_SIZE) : alignUp(last, FRAME_SIZE);
  if (start >= end) return ErrorCode.NONE;
  if (!reservationsFit(1)) return ErrorCode.STORAGE_EXHAUSTED;

  let from = firstEndingAfter(start);
  if (from && reservation(from - 1).end == start && reservation(from - 1).reason == reason) --from;
  let to = from;
  while (to < count && reservation(to).base < end) ++to;
  if (to < count && reservation(to).base == end && reservation(to).reason == reason) ++to;

  // What stays of the first and the last record that are touched.
  let leftBase = start;
  let leftReason: u64 = reason;
  let rightEnd = end;
  let rightReason: u64 = reason;
  if (from < to) {
    const first = reservation(from);
    if (first.base < start) {
      leftBase = first.base;
      leftReason = first.reason;
    }
    const final = reservation(to - 1);
    if (final.end > end) {
      rightEnd = final.end;
      rightReason = final.reason;
    }
  }
  if (leftReason == reason) start = leftBase;
  if (rightReason == reason) end = rightEnd;
  const keepsLeft = u32(leftBase < start);
  const keepsRight = u32(rightEnd > end);
  makeRoom(from, to, 1 + keepsLeft + keepsRight);
  if (keepsLeft) write(from++, leftBase, start, leftReason);
  write(from++, start, end, reason);
  if (keepsRight) write(from, end, rightEnd, rightReason);
  return ErrorCode.NONE;
}
