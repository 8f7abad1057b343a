/**
 * Addresses and ranges as logs spell them.
 */

import { type MemoryMapEntry } from "../../sim/memory_map.ts";

/** Whether a range's second address is the first one behind it or its last byte. */
export type RangeEnd = "exclusive" | "inclusive";

/** One more than the largest address. */
export const ADDRESS_SPACE = 1n << 64n;

/** A number of up to sixteen hexadecimal digits, without `0x`. */
export function fromHex(digits: string): bigint {
  return BigInt(`0x${digits}`);
}

/**
 * The entry from `first` to `second`; null for a range that ends before it begins. An inclusive
 * range that ends one byte before it begins is empty: that is how an empty entry is written.
 */
export function rangeEntry(
  first: bigint,
  second: bigint,
  end: RangeEnd,
  type: number,
): MemoryMapEntry | null {
  const length = second - first + (end === "inclusive" ? 1n : 0n);
  if (length < 0n) return null;
  // All of the address space is one byte more than a length can say.
  return { base: first, length: length < ADDRESS_SPACE ? length : ADDRESS_SPACE - 1n, type };
}
