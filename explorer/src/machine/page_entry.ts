/**
 * x86-64 page-table entries as a person reads them, whole u64s with the manual's names for their bits
 * (Intel SDM vol. 3A, 4.5, tables 4-15 to 4-20). Where the bits lie is told by `sim/page_entry.ts`.
 */

import * as bits from "../../../sim/page_entry.ts";

/** A bit of an entry, by the manual's name. */
export interface FlagBit {
  readonly name: string;
  readonly mask: bigint;
}

export const PRESENT = BigInt(bits.PRESENT);
export const WRITABLE = BigInt(bits.WRITABLE);
export const USER = BigInt(bits.USER);
export const EXECUTE_DISABLE = BigInt(bits.NO_EXECUTE) << 32n;

const WRITE_THROUGH = BigInt(bits.WRITE_THROUGH);
const CACHE_DISABLE = BigInt(bits.CACHE_DISABLE);
const LARGE = BigInt(bits.LARGE);

/** Bits 51 to 12. */
const ADDRESS_MASK = (1n << 52n) - (1n << 12n);

export const TABLE_ENTRIES = bits.TABLE_ENTRIES;

/** The four levels, top first, by the shift of the address bits that index their tables. */
export const LEVELS = ["PML4", "PDPT", "PD", "PT"].map((name, level) => ({
  name,
  shift: Math.log2(bits.ENTRY_SPAN[3 - level]!),
}));

const COMMON_FLAGS: readonly FlagBit[] = [
  { name: "P", mask: PRESENT },
  { name: "R/W", mask: WRITABLE },
  { name: "U/S", mask: USER },
  { name: "PWT", mask: WRITE_THROUGH },
  { name: "PCD", mask: CACHE_DISABLE },
  { name: "A", mask: BigInt(bits.ACCESSED) },
];

const PAGE_FLAGS: readonly FlagBit[] = [
  { name: "D", mask: BigInt(bits.DIRTY) },
  { name: "G", mask: BigInt(bits.GLOBAL) },
];

/** True if the entry, which is present, maps a page at `level` (0 is PML4). */
export function mapsPage(entry: bigint, level: number): boolean {
  return level === 3 || (level > 0 && (entry & LARGE) !== 0n);
}

function patBit(level: number): bigint {
  return BigInt(level === 3 ? bits.PAT_4K : bits.PAT_LARGE);
}

/** The flags that an entry of `level` has, set or not; PS where an entry may map a page or not. */
export function entryFlags(entry: bigint, level: number): FlagBit[] {
  const flags = [...COMMON_FLAGS];
  if (level === 1 || level === 2) flags.push({ name: "PS", mask: LARGE });
  if (mapsPage(entry, level)) flags.push(...PAGE_FLAGS, { name: "PAT", mask: patBit(level) });
  flags.push({ name: "XD", mask: EXECUTE_DISABLE });
  return flags;
}

/** Names of the bits that are set in an entry of `level`. */
export function flagNames(entry: bigint, level: number): string[] {
  return entryFlags(entry, level)
    .filter(({ mask }) => entry & mask)
    .map(({ name }) => name);
}

/** Reserved bits that a present entry sets on a processor with NX and 1 GiB pages. */
export function reservedBits(entry: bigint, level: number): bigint {
  if (level === 0) return entry & LARGE;
  if (level === 3 || !mapsPage(entry, level)) return 0n;
  const pageBytes = 1n << BigInt(LEVELS[level]!.shift);
  return entry & (pageBytes - 1n) & ~((1n << 13n) - 1n);
}

/** Physical address of the next table or of the page. */
export function entryAddress(entry: bigint, level: number): number {
  const pageBytes = 1n << BigInt(LEVELS[level]!.shift);
  const address = entry & ADDRESS_MASK;
  return Number(mapsPage(entry, level) ? address & ~(pageBytes - 1n) : address);
}

/** Index into the page attribute table that an entry which maps a page selects (SDM 4.9.2). */
export function memoryTypeIndex(entry: bigint, level: number): number {
  const bits = [patBit(level), CACHE_DISABLE, WRITE_THROUGH];
  return bits.reduce((index, mask) => 2 * index + Number((entry & mask) !== 0n), 0);
}
