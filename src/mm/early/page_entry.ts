/**
 * An entry of an x86-64 page table, and where it lies (Intel SDM vol. 3A, 4.5: 4-level paging).
 *
 * Whatever its level:
 *
 *     63   62       52 51                 12 11  9 8 7  6 5 4   3   2 1 0
 *     | NX | ignored  | physical address    | ign. |G|PS|D|A|PCD|PWT|U|W|P |
 *
 * Level 3 is the top (PML4), level 0 maps 4 KiB. An entry with PS at level 1 maps 2 MiB, at level 2
 * 1 GiB. The PAT bit is bit 7 at level 0 and bit 12 of a larger page.
 *
 * Used by whatever reads or writes page tables: the direct map's check and page_table.ts.
 */

export const PRESENT: u64 = 1;
export const WRITABLE: u64 = 1 << 1;
export const WRITE_THROUGH: u64 = 1 << 3;
export const LARGE: u64 = 1 << 7;
export const PAT_SMALL: u64 = 1 << 7;
export const PAT_LARGE: u64 = 1 << 12;
export const NO_EXECUTE: u64 = 1 << 63;

/** The bits of an entry that are a physical address. */
export const ENTRY_ADDRESS: u64 = 0x000ffffffffff000;

/** The level of the table that the processor starts from. */
export const TOP_LEVEL: i32 = 3;

/** Entries of a table. */
export const TABLE_ENTRIES: u64 = 512;

/** log2 of the bytes that one entry of `level` spans. */
@inline
export function spanShift(level: i32): u64 {
  return 12 + 9 * u64(level);
}

/** The bits of an address inside the span of one entry of `level`. */
@inline
export function spanMask(level: i32): u64 {
  return (u64(1) << spanShift(level)) - 1;
}

/** Physical address of the entry for `virtual` in `table` of `level`. */
@inline
export function entryAddress(table: u64, virtual: u64, level: i32): u64 {
  return table + ((virtual >> spanShift(level)) & (TABLE_ENTRIES - 1)) * 8;
}

/** True if a present entry maps a page: at level 0 every one does. */
@inline
export function isLeaf(entry: u64, level: i32): bool {
  return level == 0 || (entry & LARGE) != 0;
}

/** Physical address of `virtual` in the page that `entry`, a leaf of `level`, maps. */
@inline
export function leafAddress(entry: u64, virtual: u64, level: i32): u64 {
  return (entry & ENTRY_ADDRESS & ~spanMask(level)) | (virtual & spanMask(level));
}
