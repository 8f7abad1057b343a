/**
 * The memory map: the firmware's entries, the kernel's copy of them, and the regions that
 * sanitising makes of the copy.
 *
 * Before the copy every access goes to the firmware's list; afterwards that list is never read
 * again and the copy keeps what it said. The early allocator reads `viewedEntry`, which shows the
 * best list there is at the time: the firmware's entries first, then the sanitised regions.
 */

import { MemoryType, memoryTypeName } from "../../../abi/memory_type";
import { memmapEntry } from "../../boot/shim";

/** The name of a type in the log, whatever number the firmware gives. */
export function typeName(type: u64): string {
  return memoryTypeName(u32(min<u64>(type, MemoryType.UNKNOWN)));
}

/**
 * One entry of the map, as the shim writes it.
 *
 *     0        8        16       24
 *     | base   | length | type   |
 */
@unmanaged
export class MemoryMapEntry {
  /** Physical address of the first byte; the firmware may leave it unaligned. */
  base: u64;
  /** Bytes; `base + length` may overflow in what the firmware says, not in a sanitised region. */
  length: u64;
  /** A `MemoryType`, or in the firmware's list a number that a later protocol defines. */
  type: u64;
}

/** Bytes of one entry. */
export const ENTRY_BYTES: usize = 24;

const record: usize = memory.data(24);

/** Entries of the firmware's list, and of the copy. */
let entries: u32 = 0;

/** The kernel's copy; 0 until there is one. */
let copy: usize = 0;

/** The sanitised regions, sorted, disjoint and maximal; 0 until there are any. */
let regions: usize = 0;
let regionTotal: u32 = 0;

/** See `viewVersion`. */
let version: u32 = 0;

/**
 * Starts over with the firmware's list, which is said to have `claimed` entries. If it is shorter,
 * the entries that are there count; its end is found by bisection, however wrong the claim is.
 */
export function openMemoryMap(claimed: u32): void {
  copy = 0;
  regions = 0;
  regionTotal = 0;
  ++version;
  entries = claimed;
  if (!claimed || memmapEntry(claimed - 1, record)) return;
  let served: u32 = 0;
  for (let past = claimed - 1; served < past;) {
    const middle = served + ((past - served) >> 1);
    if (memmapEntry(middle, record)) served = middle + 1;
    else past = middle;
  }
  entries = served;
}

/** Number of entries that the firmware serves. */
export function entryCount(): u32 {
  return entries;
}

/** Entry `index` as the firmware said it; valid until the next call. */
export function entry(index: u32): MemoryMapEntry {
  if (copy) return changetype<MemoryMapEntry>(copy + usize(index) * ENTRY_BYTES);
  memmapEntry(index, record);
  return changetype<MemoryMapEntry>(record);
}

/** Copies the firmware's list to `storage`, `ENTRY_BYTES` an entry. It is not read again. */
export function copyMemoryMap(storage: usize): void {
  for (let index: u32 = 0; index < entries; ++index) {
    memmapEntry(index, storage + usize(index) * ENTRY_BYTES);
  }
  copy = storage;
}

/** Makes `total` regions at `storage`, sorted, disjoint and maximal, the sanitised map. */
export function setRegions(storage: usize, total: u32): void {
  regions = storage;
  regionTotal = total;
  ++version;
}

/** Number of sanitised regions. */
export function regionCount(): u32 {
  return regionTotal;
}

/** Sanitised region `index`, in address order. */
export function region(index: u32): MemoryMapEntry {
  return changetype<MemoryMapEntry>(regions + usize(index) * ENTRY_BYTES);
}

/** A number that changes whenever `viewedEntry` comes to show other entries. Never 0. */
export function viewVersion(): u32 {
  return version;
}

/** Number of entries that `viewedEntry` shows. */
export function viewedCount(): u32 {
  return regions ? regionTotal : entries;
}

/** The sanitised region `index` if there is a sanitised map, else the firmware's entry. */
export function viewedEntry(index: u32): MemoryMapEntry {
  return regions ? region(index) : entry(index);
}
