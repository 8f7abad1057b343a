/**
 * Memory ranges and amounts in words.
 */

import { FRAME_BYTES } from "../../abi/frame.ts";
import { formatBytes } from "../formats/size.ts";
import { type LoggedRange } from "../log/log_summary.ts";
import { type Colours } from "./terminal.ts";
import { grouped, table } from "./text.ts";

/** `title` as the heading of a part. */
export function heading(title: string, colours: Colours): string {
  return `\n${colours.bold(title)}\n`;
}

/** A range as the kernel's log writes it: sixteen digits, the end inclusive. */
export function rangeText(range: { readonly base: string; readonly length: string }): string {
  const first = BigInt(range.base);
  const last = BigInt.asUintN(64, first + BigInt(range.length) - 1n);
  const digits = (address: bigint) => `0x${address.toString(16).padStart(16, "0")}`;
  return `${digits(first)}-${digits(last)}`;
}

/** The kernel's words for a type, a reason or an error: `bootloader_reclaimable`. */
export function inWords(name: string): string {
  return name.replaceAll("_", " ");
}

/** How many frames, and how much memory that is, as two cells. */
export function frameCells(frames: number): [string, string] {
  return [`${grouped(frames)} frames`, formatBytes(frames * FRAME_BYTES)];
}

/** Ranges with their sizes and what they are. */
export function rangeTable(ranges: readonly LoggedRange[]): string {
  const rows = ranges.map((range) => [
    rangeText(range),
    formatBytes(BigInt(range.length)),
    inWords(range.kind),
  ]);
  return table(rows, ["left", "right", "left"]);
}
