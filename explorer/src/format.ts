/**
 * Numbers as the page spells them: addresses, sizes, counts and shares.
 */

import { FRAME_BYTES } from "../../abi/frame.ts";
import { formatBytes } from "../../tools/formats/size.ts";

export { formatBytes };

/** A physical address below 2^53: `0x` and at least nine digits. */
export function formatAddress(address: number): string {
  return `0x${Math.floor(address).toString(16).padStart(9, "0")}`;
}

/** A virtual address, a u64: `0x` and sixteen digits in groups of four. */
export function formatVirtual(address: bigint): string {
  const digits = BigInt.asUintN(64, address).toString(16).padStart(16, "0");
  return `0x${digits.replace(/(.{4})(?=.)/g, "$1_")}`;
}

/** A page-table entry, a u64: `0x` and sixteen digits. */
export function formatEntry(entry: bigint): string {
  return `0x${entry.toString(16).padStart(16, "0")}`;
}

/** A count with its thousands apart. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** A share of 1 in percent, with one decimal. */
export function formatShare(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** `[base, end)` with the last byte instead of the end, as the kernel's log writes ranges. */
export function formatRange(base: number, end: number): string {
  return `${formatAddress(base)}–${formatAddress(end - 1)}`;
}

/** Microseconds. */
export function formatMicroseconds(time: number): string {
  return time < 1000 ? `${time} µs` : `${(time / 1000).toFixed(2)} ms`;
}

/** The size of a block of 2^order frames. */
export function formatOrder(order: number): string {
  return formatBytes(FRAME_BYTES * 2 ** order);
}

/** `text` with a capital first letter. */
export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
