/**
 * x86-64 page-table entries as two 32-bit halves (Intel SDM vol. 3A, 4.5, tables 4-15 to 4-20).
 *
 *     63   62..52   51..12                      11..9  8  7      6  5  4    3    2    1    0
 *     | XD | ignored | physical address         | ign | G | PS/ | D | A | PCD | PWT | U | W | P |
 *                                                           PAT
 *
 * PS (bit 7) makes an entry of the second or third level map a 2 MiB or 1 GiB page; its PAT bit is
 * then bit 12, and the address bits below the page size must be 0.
 */

/** Bits of the low half. */
export const PRESENT = 1 << 0;
export const WRITABLE = 1 << 1;
export const USER = 1 << 2;
export const WRITE_THROUGH = 1 << 3;
export const CACHE_DISABLE = 1 << 4;
export const ACCESSED = 1 << 5;
export const DIRTY = 1 << 6;
/** In the two middle levels: the entry maps a page. */
export const LARGE = 1 << 7;
/** In the last level. */
export const PAT_4K = 1 << 7;
/** In an entry that maps a page. */
export const GLOBAL = 1 << 8;
/** In an entry with `LARGE`. */
export const PAT_LARGE = 1 << 12;

/** Bit of the high half (bit 63): instructions may not be fetched. */
export const NO_EXECUTE = 0x80000000;

/** Entries of one table. */
export const TABLE_ENTRIES = 512;

/** Bytes that one entry spans, by level: 0 maps 4 KiB, 3 is an entry of the top-level table. */
export const ENTRY_SPAN = [2 ** 12, 2 ** 21, 2 ** 30, 2 ** 39] as const;

/** Where the loader maps physical memory, and where it maps the image. */
export const HHDM_OFFSET = 0xffff800000000000n;
export const IMAGE_BASE = 0xffffffff80000000n;

/** Which entries a processor understands. */
export interface CpuFeatures {
  /** Bit 63 forbids execution; without it the bit is reserved. */
  readonly nx: boolean;
  /** The third level may map 1 GiB pages; without it its bit 7 is reserved. */
  readonly pages1G: boolean;
}

/**
 * The 48 bits of `virtual` that take part in translation, as a number; -1 if the address is not
 * canonical (bits 63 to 47 all equal).
 */
export function translatedBits(virtual: bigint): number {
  const address = BigInt.asUintN(64, virtual);
  const top = address >> 47n;
  return top === 0n || top === 0x1ffffn ? Number(BigInt.asUintN(48, address)) : -1;
}
