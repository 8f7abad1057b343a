/**
 * The parts of a boot's log that `plan` and `log` both print. A part that the log lacks prints
 * nothing.
 */

import { formatBytes } from "../formats/size.ts";
import { type ChangedEntry, type LogSummary } from "../log/log_summary.ts";
import { heading, inWords, rangeTable, rangeText } from "./ranges_text.ts";
import { type Colours } from "./terminal.ts";
import { grouped, table } from "./text.ts";

/** The kernel's reasons for not taking an entry as it is. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ["empty", "it is empty"],
  ["frame_zero", "frame 0 is never used"],
  ["partial_frame", "it does not begin and end on frame borders"],
  ["beyond_16_tib", "frames from 16 TiB on have no number"],
  ["overflow", "it ends behind the last address"],
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
