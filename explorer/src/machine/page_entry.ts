/**
 * x86-64 page-table entries as a person reads them: Intel SDM vol. 3A, section 4.5, tables 4-15 to
 * 4-20. A viewer's own reading of raw bytes, so that what the page shows is what lies in memory.
 */

/** A bit of an entry, by the manual's name. */
interface FlagBit {
  readonly name: string;
  readonly mask: bigint;
}

export const PRESENT = 1n << 0n;
export const WRITABLE = 1n << 1n;
export const USER = 1n << 2n;
const WRITE_THROUGH = 1n << 3n;
const CACHE_DISABLE = 1n << 4n;
/** In the two middle levels: the entry maps a page. */
const PAGE_SIZE_BIT = 1n << 7n;
export const EXECUTE_DISABLE = 1n << 63n;

/** Bits 51 to 12. */
const ADDRESS_MASK = (1n << 52n) - (1n << 12n);

/** The four levels, top first, by the shift of the address bits that index their tables. */
export const LEVELS = [
  { name: "PML4", shift: 39 },
  { name: "PDPT", shift: 30 },
  { name: "PD", shift: 21 },
  { name: "PT", shift: 12 },
] as const;

export const TABLE_ENTRIES = 512;

const COMMON_FLAGS: readonly FlagBit[] = [
  { name: "P", mask: PRESENT },
  { name: "R/W", mask: WRITABLE },
  { name: "U/S", mask: USER },
  { name: "PWT", mask: WRITE_THROUGH },
  { name: "PCD", mask: CACHE_DISABLE },
  { name: "A", mask: 1n << 5n },
];

const PAGE_FLAGS: readonly FlagBit[] = [
  { name: "D", mask: 1n << 6n },
  { name: "G", mask: 1n << 8n },
];

/** True if the entry, which is present, maps a page at `level` (0 is PML4). */
export function mapsPage(entry: bigint, level: number): boolean {
  return level === 3 || (level > 0 && (entry & PAGE_SIZE_BIT) !== 0n);
}

function patBit(level: number): bigint {
  return 1n << (level === 3 ? 7n : 12n);
}

/** Names of the bits that are set in an entry of `level`. */
export function flagNames(entry: bigint, level: number): string[] {
  const flags = [...COMMON_FLAGS];
  if (mapsPage(entry, level)) {
    flags.push(...PAGE_FLAGS, { name: "PAT", mask: patBit(level) });
    if (level < 3) flags.push({ name: "PS", mask: PAGE_SIZE_BIT });
  }
  flags.push({ name: "XD", mask: EXECUTE_DISABLE });
  return flags.filter(({ mask }) => entry & mask).map(({ name }) => name);
}

/** Reserved bits that a present entry sets on a processor with NX and 1 GiB pages. */
export function reservedBits(entry: bigint, level: number): bigint {
  if (level === 0) return entry & PAGE_SIZE_BIT;
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
