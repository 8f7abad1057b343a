/**
 * The parts of an answer that more than one command prints. A part that the log lacks prints nothing.
 */

import { FRAME_BYTES } from "../../abi/frame.ts";
import { type MapInput } from "../formats/map_input.ts";
import { formatBytes } from "../formats/size.ts";
import { type ChangedEntry, type LoggedRange, type LogSummary } from "../log/log_summary.ts";
import { type FreeBlocks, framesInBlocks } from "../plan/free_blocks.ts";
import { type Colours } from "./terminal.ts";
import { type Alignment, grouped, paragraph, table } from "./text.ts";

/** `what` was done on `map`, and what to know about that map. */
export function mapTitle(
  what: string,
  { source, format, notes }: Omit<MapInput, "entries">,
  colours: Colours,
): string {
  const origin = source === "" ? "a memory map" : source;
  return (
    colours.bold(paragraph(`${what} on ${origin} (${format})`)) +
    notes.map((note) => colours.yellow(paragraph(`note: ${note}`, 6))).join("")
  );
}

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

/** The kernel's reasons for not taking an entry as it is. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ["empty", "it is empty"],
  ["frame_zero", "frame 0 is never used"],
  ["partial_frame", "it does not begin and end on frame borders"],
  ["beyond_16_tib", "frames from 16 TiB on have no number"],
  ["overflow", "it ends past the last address"],
]);

function changeText({ kind, change, reason }: ChangedEntry): string {
  return `${inWords(kind)} ${change}: ${REASONS.get(reason) ?? inWords(reason)}`;
}

/** The sanitised map, and what sanitising changed in the entries. */
export function sanitisedText(log: LogSummary, colours: Colours): string {
  const { sanitised, regions, changes } = log;
  if (!sanitised) return "";
  const title = `Memory map: ${sanitised.regions} regions from ${log.entries.length} entries`;
  const counts = [
    ["dropped", grouped(sanitised.dropped), "nothing is left of them"],
    ["clipped", grouped(sanitised.clipped), "usable or reclaimable, and smaller"],
    ["grown", grouped(sanitised.grown), "of other types, to whole frames"],
    ["claimed twice", `${grouped(sanitised.overlapping)} frames`, "the more restrictive type wins"],
    ["out of reach", `${grouped(log.unreachable_frames)} frames`, "usable, at 16 TiB or above"],
  ].filter(([, count]) => !count!.startsWith("0"));
  return (
    heading(title, colours) +
    (regions.length === 0 ? "  not listed: log=debug lists it\n" : rangeTable(regions)) +
    heading("What sanitising changed", colours) +
    (counts.length === 0 ? "  nothing\n" : table(counts, ["left", "right", "left"])) +
    table(
      changes.map((change) => [rangeText(change), changeText(change)]),
      ["left", "left"],
    )
  );
}

/** The storage that the allocators need, as planned and as carved. */
export function storageText(log: LogSummary, colours: Colours): string {
  const { storage_plan: plan, carved } = log;
  const planned = plan
    ? [
        ["usable regions", grouped(plan.conventional)],
        ["slots for free runs", grouped(plan.free_slots)],
        ["slots for reserved regions", grouped(plan.reserved_slots)],
        ["allocator tables", formatBytes(plan.table_bytes)],
      ]
    : [];
  const carvings = carved.map((range) => ({ ...range, kind: `carved: ${range.kind}` }));
  if (planned.length + carvings.length === 0) return "";
  return (
    heading("Storage plan", colours) + table(planned, ["left", "right"]) + rangeTable(carvings)
  );
}

const HEADER = ["", "block", "blocks", "memory", "this large or larger"];
const ALIGNMENTS: readonly Alignment[] = ["left", "right", "right", "right", "right"];

/** `blocks`, largest first, each size with the share of free memory in blocks not smaller. */
export function freeBlocksText(blocks: readonly FreeBlocks[], colours: Colours): string {
  const free = framesInBlocks(blocks, 0);
  const rows = blocks.map(({ order, blocks: count }) => [
    `order ${order}`,
    formatBytes(FRAME_BYTES * 2 ** order),
    grouped(count),
    formatBytes(FRAME_BYTES * count * 2 ** order),
    `${((framesInBlocks(blocks, order) / free) * 100).toFixed(1)} %`,
  ]);
  return heading("Free memory by block size", colours) + table([HEADER, ...rows], ALIGNMENTS);
}
