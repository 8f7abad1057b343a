/**
 * x86-64 page tables as data: map, unmap and translate ranges in a four-level table.
 *
 * Used for the linear-memory window and for the kernel's own tables. Tables are frames taken from
 * the frame source and read and written through the shim. Every operation covers a whole range or
 * changes nothing: a range that cannot be mapped to its end gives every table back. A table that
 * becomes empty is released. (Intel SDM vol. 3A, 4.5: 4-level paging.)
 */

import { ErrorCode } from "../../../abi/error_code";
import { CpuFeature } from "../../../abi/machine";
import { Reason } from "../../../abi/reservation_reason";
import { cpuFeatures, flushPage, physFill, physLoad, physStore } from "../../boot/shim";
import { giveFrames, takeFrames } from "../early/frame_source";
import {
  ENTRY_ADDRESS,
  entryAddress,
  isLeaf,
  LARGE,
  leafAddress,
  NO_EXECUTE,
  PAT_LARGE,
  PAT_SMALL,
  PRESENT,
  spanMask,
  spanShift,
  TABLE_ENTRIES,
  TOP_LEVEL,
  WRITABLE,
  WRITE_THROUGH,
} from "../early/page_entry";
import { FRAME_SIZE, frameAddress, frameOf } from "../frames";

/** First physical address that x86-64 cannot have (Intel SDM vol. 3A, 4.1.4). */
export const PHYSICAL_LIMIT: u64 = 1 << 52;

/** What a mapping allows; bits that can be combined. No page is both writable and executable. */
export const enum Access {
  READ = 0,
  WRITE = 1,
  EXECUTE = 2,
  /** Write-combining: entry 5 of the PAT as the boot protocol sets it up. */
  WRITE_COMBINING = 4,
}

/** What `translate` answers for an address that is not mapped. */
export const NOT_MAPPED: u64 = u64.MAX_VALUE;

/** Tables made and not released: those of the window and of the kernel's own root. */
let tables: u32 = 0;

/*
 * The request that `mapBelow` serves, one at a time.
 */

/** Physical minus virtual address. */
let offset: u64 = 0;
/** Entry bits of a 4 KiB page, without its address. */
let smallPage: u64 = 0;
/** Entry bits of a larger page, without its address. */
let largePage: u64 = 0;
/** Largest level whose entries may map pages on this processor. */
let largestLevel: i32 = 0;
/** First address after what is mapped so far; 0 after the last page of the address space. */
let mappedEnd: u64 = 0;

/** True if both ends of `[virtual, virtual + bytes)` lie in the same canonical half. */
function isCanonicalRange(virtual: u64, bytes: u64): bool {
  const last = virtual + bytes - 1;
  const half = i64(virtual) >> 47;
  return last >= virtual && half == i64(last) >> 47 && (half == 0 || half == -1);
}

function checkRange(virtual: u64, bytes: u64): ErrorCode {
  if (!bytes || (virtual | bytes) & (FRAME_SIZE - 1)) return ErrorCode.INVALID_DESCRIPTOR;
  return isCanonicalRange(virtual, bytes) ? ErrorCode.NONE : ErrorCode.INVALID_ADDRESS;
}

/** Sets the entry bits for `access` and the largest page. Asks the processor once a request. */
function prepareEntries(access: i32): void {
  const features = cpuFeatures();
  let bits = PRESENT;
  if (access & Access.WRITE) bits |= WRITABLE;
  if (!(access & Access.EXECUTE) && features & CpuFeature.NX) bits |= NO_EXECUTE;
  smallPage = bits;
  largePage = bits | LARGE;
  if (access & Access.WRITE_COMBINING) {
    smallPage |= WRITE_THROUGH | PAT_SMALL;
    largePage |= WRITE_THROUGH | PAT_LARGE;
  }
  largestLevel = features & CpuFeature.PAGES_1G ? 2 : 1;
}

/** A zeroed frame for a new table; 0 if there is none. */
export function newTable(): u64 {
  const table = frameAddress(takeFrames(1, 1, 0, Reason.PAGE_TABLES));
  if (!table) return 0;
  physFill(table, FRAME_SIZE, 0);
  ++tables;
  return table;
}

function releaseTable(table: u64): void {
  giveFrames(frameOf(table), 1);
  --tables;
}

/** Tables made here and not released. The loader's are not among them. */
export function tablesInUse(): u32 {
  return tables;
}

/**
 * Enters the page that `entry` says and `count - 1` further pages of `bytes` after it from `slot`
 * on, up to the first entry that is present. Returns how many were entered. A new table has none
 * present.
 */
function enterPages(slot: u64, entry: u64, bytes: u64, count: u64, isNew: bool): u64 {
  for (let entered: u64 = 0; entered < count; ++entered) {
    if (!isNew && physLoad(slot) & PRESENT) return entered;
    physStore(slot, entry);
    slot += 8;
    entry += bytes;
  }
  return count;
}

/**
 * Maps `[virtual, last]`, which lies below one table of `level`. Moves `mappedEnd` as it goes.
 * `isNew` says that the table is empty, so that its entries need not be read.
 */
function mapBelow(table: u64, level: i32, virtual: u64, last: u64, isNew: bool): ErrorCode {
  const inside = spanMask(level);
  const mayMap = level <= largestLevel && !(offset & inside);
  while (true) {
    const slot = entryAddress(table, virtual, level);
    const pages = mayMap && !(virtual & inside) ? (last - virtual + 1) >> spanShift(level) : 0;
    if (pages) {
      const entry = (virtual + offset) | (level ? largePage : smallPage);
      const entered = enterPages(slot, entry, inside + 1, pages, isNew);
      virtual += entered << spanShift(level);
      if (entered) mappedEnd = virtual;
      if (entered < pages) return ErrorCode.BUSY;
      if (virtual - 1 == last) return ErrorCode.NONE;
      continue;
    }
    const lastHere = min(last, virtual | inside);
    const entry = isNew ? 0 : physLoad(slot);
    const isPresent = (entry & PRESENT) != 0;
    if (isPresent && isLeaf(entry, level)) return ErrorCode.BUSY;
    const below = isPresent ? entry & ENTRY_ADDRESS : newTable();
    if (!below) return ErrorCode.OUT_OF_FRAMES;
    // The entries of the last level restrict; those above allow everything.
    if (!isPresent) physStore(slot, below | WRITABLE | PRESENT);
    const status = mapBelow(below, level - 1, virtual, lastHere, !isPresent);
    if (status || lastHere == last) return status;
    virtual = lastHere + 1;
  }
}

function isEmpty(table: u64): bool {
  for (let index: u64 = 0; index < TABLE_ENTRIES; ++index) {
    if (physLoad(table + index * 8) & PRESENT) return false;
  }
  return true;
}

/**
 * Releases the tables on the way to `[virtual, last]` below one table of `level` that are empty,
 * after unmapping the pages there if `pages` is set.
 */
function unmapBelow(table: u64, level: i32, virtual: u64, last: u64, pages: bool): void {
  const inside = spanMask(level);
  while (true) {
    const slot = entryAddress(table, virtual, level);
    const entry = physLoad(slot);
    const lastHere = min(last, virtual | inside);
    if (entry & PRESENT) {
      if (!isLeaf(entry, level)) {
        const below = entry & ENTRY_ADDRESS;
        unmapBelow(below, level - 1, virtual, lastHere, pages);
        if (isEmpty(below)) {
          physStore(slot, 0);
          // The processor may remember the way through the table without any page below it.
          flushPage(virtual);
          releaseTable(below);
        }
      } else if (pages) {
        physStore(slot, 0);
        flushPage(virtual);
      }
    }
    if (lastHere == last) return;
    virtual = lastHere + 1;
  }
}

/**
 * Maps `bytes` from `virtual` on to the physical memory from `physical` on, with the largest pages
 * that alignment, size and processor allow.
 *
 * Everything is a multiple of 4 KiB. Errors, all with the tables as before: INVALID_DESCRIPTOR
 * (misaligned, empty, physical memory that cannot exist, or writable and executable at once),
 * INVALID_ADDRESS (not canonical), BUSY (some of it is mapped), OUT_OF_FRAMES (no frame for a
 * table).
 */
export function mapRange(
  root: u64,
  virtual: u64,
  physical: u64,
  bytes: u64,
  access: i32,
): ErrorCode {
  const status = checkRange(virtual, bytes);
  if (status) return status;
  const isWithin = physical < PHYSICAL_LIMIT && bytes <= PHYSICAL_LIMIT - physical;
  const isBoth = access & Access.WRITE && access & Access.EXECUTE;
  if (physical & (FRAME_SIZE - 1) || !isWithin || isBoth) return ErrorCode.INVALID_DESCRIPTOR;
  prepareEntries(access);
  offset = physical - virtual;
  mappedEnd = virtual;
  const outcome = mapBelow(root, TOP_LEVEL, virtual, virtual + bytes - 1, false);
  if (outcome) {
    if (mappedEnd != virtual) unmapBelow(root, TOP_LEVEL, virtual, mappedEnd - 1, true);
    // Tables made on the way to the page that could not be mapped.
    unmapBelow(root, TOP_LEVEL, mappedEnd, mappedEnd, false);
  }
  return outcome;
}

/** True if `address` is where a page of the range's mapping begins, or is not mapped. */
function isPageBorder(root: u64, address: u64): bool {
  let table = root;
  for (let level = TOP_LEVEL; level >= 0; --level) {
    const entry = physLoad(entryAddress(table, address, level));
    if (!(entry & PRESENT)) return true;
    if (isLeaf(entry, level)) return (address & spanMask(level)) == 0;
    table = entry & ENTRY_ADDRESS;
  }
  return true;
}

/**
 * Unmaps whatever of `[virtual, virtual + bytes)` is mapped and releases tables that become empty.
 *
 * Errors, all with the tables as before: INVALID_DESCRIPTOR (misaligned or empty), INVALID_ADDRESS
 * (not canonical, or an end of the range falls inside a larger page).
 */
export function unmapRange(root: u64, virtual: u64, bytes: u64): ErrorCode {
  const status = checkRange(virtual, bytes);
  if (status) return status;
  const end = virtual + bytes;
  if (!isPageBorder(root, virtual) || (end && !isPageBorder(root, end))) {
    return ErrorCode.INVALID_ADDRESS;
  }
  unmapBelow(root, TOP_LEVEL, virtual, end - 1, true);
  return ErrorCode.NONE;
}

/** Physical address that `virtual` is mapped to; `NOT_MAPPED` if it is not, or not canonical. */
export function translate(root: u64, virtual: u64): u64 {
  if (!isCanonicalRange(virtual, 1)) return NOT_MAPPED;
  let table = root;
  for (let level = TOP_LEVEL; level >= 0; --level) {
    const entry = physLoad(entryAddress(table, virtual, level));
    if (!(entry & PRESENT)) return NOT_MAPPED;
    if (isLeaf(entry, level)) return leafAddress(entry, virtual, level);
    table = entry & ENTRY_ADDRESS;
  }
  return NOT_MAPPED;
}

/** Releases `table` of `level` and all below it; the pages that they map are left alone. */
function releaseBelow(table: u64, level: i32): void {
  for (let index: u64 = 0; level && index < TABLE_ENTRIES; ++index) {
    const entry = physLoad(table + index * 8);
    if (entry & PRESENT && !isLeaf(entry, level)) releaseBelow(entry & ENTRY_ADDRESS, level - 1);
  }
  releaseTable(table);
}

/** Releases `root` and every table that it reaches. It must not be in use, nor share a subtree. */
export function releaseTables(root: u64): void {
  releaseBelow(root, TOP_LEVEL);
}

/** Top-level entry of `root` for `virtual`; with it whole subtrees are shared between roots. */
export function topEntry(root: u64, virtual: u64): u64 {
  return physLoad(entryAddress(root, virtual, TOP_LEVEL));
}

/** Sets the top-level entry of `root` for `virtual`. */
export function setTopEntry(root: u64, virtual: u64, entry: u64): void {
  physStore(entryAddress(root, virtual, TOP_LEVEL), entry);
}
