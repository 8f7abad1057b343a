/**
 * Whether a boot's log agrees with itself: figures that several parts of the kernel count, each on
 * its own, have to be the same.
 */

import { FRAME_BYTES } from "../../abi/frame.ts";
import { type LogSummary } from "./log_summary.ts";

/** A figure as two places of the log tell it; null where a place is not in the log. */
interface Comparison {
  readonly what: string;
  readonly one: number | null | undefined;
  readonly other: number | null | undefined;
}

function comparisons(log: LogSummary): Comparison[] {
  const { totals, page_alloc, buddy_alloc, match, ready, reclaimed } = log;
  const managedThen = match?.managed;
  return [
    {
      what: "entries announced by the loader, and listed",
      one: log.announced_entries,
      other: log.entries.length > 0 ? log.entries.length : null,
    },
    {
      what: "entries listed, and counted in the totals",
      one: log.entries.length > 0 ? log.entries.length : null,
      other: totals?.entries,
    },
    {
      what: "frames of the page-frame allocator, and of the buddy allocator",
      one: page_alloc?.frames,
      other: buddy_alloc?.frames,
    },
    {
      what: "free frames of the page-frame allocator, and of the buddy allocator",
      one: page_alloc?.free,
      other: buddy_alloc?.free,
    },
    {
      what: "frames of the page-frame allocator in bytes, and its bytes",
      one: page_alloc && page_alloc.frames * FRAME_BYTES,
      other: page_alloc?.bytes,
    },
    {
      what: "frames of the page-frame allocator, and managed frames",
      one: page_alloc?.frames,
      other: managedThen,
    },
    {
      what: "managed frames, and free and allocated frames together",
      one: managedThen,
      other: match && match.free + match.allocated,
    },
    {
      what: "managed frames at the handoff with those reclaimed, and at the end",
      one: match && reclaimed && match.managed + reclaimed.frames,
      other: ready?.managed,
    },
    {
      what: "usable frames in the sanitised map, and at the end",
      one: totals?.usable,
      other: ready?.usable,
    },
    {
      what: "free frames before the program, and after it",
      one: ready?.free,
      other: log.program?.match?.free,
    },
    {
      what: "managed frames, and free and allocated frames together, after the program",
      one: log.program?.match?.managed,
      other: log.program?.match && log.program.match.free + log.program.match.allocated,
    },
    {
      what: "regions counted by sanitising, and listed",
      one: log.sanitised?.regions,
      // The totals follow the list; without them it may be cut.
      other: totals && log.regions.length > 0 ? log.regions.length : null,
    },
  ];
}

/** The figures of `log` that disagree, a sentence each; what is not in the log cannot. */
export function disagreements(log: LogSummary): string[] {
  return comparisons(log)
    .filter(({ one, other }) => typeof one === "number" && typeof other === "number")
    .filter(({ one, other }) => one !== other)
    .map(({ what, one, other }) => `${what}: ${one} and ${other}`);
}
