/**
 * Addresses and ranges as logs spell them.
 */

import { type MemoryMapEntry } from "../../sim/memory_map.ts";

/** Whether a range's second address is the first one after it or its last byte. */
export type RangeEnd = "exclusive" | "inclusive";

/** One more than the largest address. */
export const ADDRESS_SPACE = 1n << 64n;

/** UEFI counts memory in pages of 4 KiB, whatever the processor's are. */
export const EFI_PAGE = 4096n;

/** Base and length of an entry, bytes. */
export type Span = Pick<MemoryMapEntry, "base" | "length">;

/** A number of up to sixteen hexadecimal digits, without `0x`. */
export function fromHex(digits: string): bigint {
  return BigInt(`0x${digits}`);
}

/**
 * The span from `first` to `second`; null for a range that ends before it begins. An inclusive
 * range that ends one byte before it begins is empty: that is how an empty entry is written.
 */
export function spanOf(first: bigint, second: bigint, end: RangeEnd): Span | null {
  const length = second - first + (end === "inclusive" ? 1n : 0n);
  if (length < 0n) return null;
  // All of the address space is one byte more than a length can say.
  return { base: first, length: length < ADDRESS_SPACE ? length : ADDRESS_SPACE - 1n };
}

/** The span that `first` and `second`, hexadecimal digits, enclose; null as `spanOf`. */
export function hexSpan(first: string, second: string, end: RangeEnd): Span | null {
  return spanOf(fromHex(first), fromHex(second), end);
}
