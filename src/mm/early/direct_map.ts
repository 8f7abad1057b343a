/**
 * The direct map: the part of the address space that shows physical memory as it is.
 *
 * The loader sets it up and says where, the kernel's own tables keep it there, and the shim reaches
 * physical memory through it. What a loader promises to map and what it maps are not always the
 * same, so a frame that is used while the loader's tables are in use is looked up here first.
 * The answer is read from the tables, which are reached through the direct map themselves; that
 * much has to be true, or else the first access ends the boot with a page fault that says so.
 */

import { physLoad } from "../../boot/shim";
import {
  ENTRY_ADDRESS,
  entryAddress,
  isLeaf,
  LARGE,
  leafAddress,
  PRESENT,
  spanMask,
  spanShift,
  TOP_LEVEL,
  WRITABLE,
} from "./page_entry";

/** Virtual address of physical address 0. */
let offset: u64 = 0;

/** Says where the direct map begins. */
export function setDirectMap(virtual: u64): void {
  offset = virtual;
}

/** Virtual address at which the direct map shows `physical`. */
export function directMapAddress(physical: u64): u64 {
  return offset + physical;
}

/**
 * The number that stands for `virtual`, any virtual address, where a physical address is expected:
 * the direct map turns it into `virtual` again, modulo 2^64. For provoking faults, nothing else.
 */
export function physicalAlias(virtual: u64): u64 {
  return virtual - offset;
}

/**
 * What `firstThat` returns if there is none. It is no address that is asked for: it is not aligned.
 */
const NONE: u64 = u64.MAX_VALUE;

/** What an entry has to have at every level to let the kernel write. */
const USABLE_ENTRY: u64 = PRESENT | WRITABLE;

/**
 * How many of the `count` entries from `slot` of `level` on, the first for `virtual`, are pages that
 * show memory as the direct map does. In nearly all tables that is every one, so that this loop is
 * what the check costs.
 */
function directPages(slot: u64, level: i32, virtual: u64, count: u64): u64 {
  const inside = spanMask(level);
  if (offset & inside) return 0;
  const bits = USABLE_ENTRY | (level ? LARGE : 0);
  const tested = (ENTRY_ADDRESS & ~inside) | bits;
  let direct = ((virtual - offset) & ~inside) | bits;
  for (let index: u64 = 0; index < count; ++index) {
    if ((physLoad(slot) & tested) != direct) return index;
    slot += 8;
    direct += inside + 1;
  }
  return count;
}

/**
 * The lowest virtual address in `[virtual, last]`, which lies below `table` of `level`, at which
 * the direct map shows memory that can be written, if `mapped`, or does not, if not. `NONE` if
 * there is none.
 */
function firstThat(mapped: bool, table: u64, level: i32, virtual: u64, last: u64): u64 {
  const inside = spanMask(level);
  let slot = entryAddress(table, virtual, level);
  if (!mapped) {
    const count = (last >> spanShift(level)) - (virtual >> spanShift(level)) + 1;
    const direct = directPages(slot, level, virtual, count);
    if (direct == count) return NONE;
    slot += direct * 8;
    if (direct) virtual = (virtual & ~inside) + (direct << spanShift(level));
  }
  while (true) {
    const entry = physLoad(slot);
    const lastHere = min(last, virtual | inside);
    if ((entry & USABLE_ENTRY) != USABLE_ENTRY) {
      if (!mapped) return virtual;
    } else if (isLeaf(entry, level)) {
      if ((leafAddress(entry, virtual, level) == virtual - offset) == mapped) return virtual;
    } else {
      const below = firstThat(mapped, entry & ENTRY_ADDRESS, level - 1, virtual, lastHere);
      if (below != NONE) return below;
    }
    if (lastHere == last) return NONE;
    virtual = lastHere + 1;
    slot += 8;
  }
}

function skip(mapped: bool, root: u64, base: u64, end: u64): u64 {
  if (base >= end) return end;
  const found = firstThat(!mapped, root, TOP_LEVEL, offset + base, offset + end - 1);
  return found == NONE ? end : found - offset;
}

/**
 * Lowest physical address from `base` on that the tables of `root` do not let the kernel write
 * through the direct map; `end` if they do so for all of `[base, end)`. Both are multiples of 4
 * KiB. Takes time in proportion to the entries that map the range.
 */
export function skipMapped(root: u64, base: u64, end: u64): u64 {
  return skip(true, root, base, end);
}

/** As `skipMapped`, but the lowest address that can be written; `end` if none can. */
export function skipUnmapped(root: u64, base: u64, end: u64): u64 {
  return skip(false, root, base, end);
}
