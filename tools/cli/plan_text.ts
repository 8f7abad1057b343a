/**
 * A plan for a person to read.
 */

import { formatBytes } from "../formats/size.ts";
import { type Plan } from "../plan/plan.ts";
import {
  frameCells,
  freeBlocksText,
  heading,
  mapTitle,
  rangeTable,
  sanitisedText,
  storageText,
} from "./parts_text.ts";
import { type Colours } from "./terminal.ts";
import { grouped, table } from "./text.ts";

function totalsText(plan: Plan, colours: Colours): string {
  const { totals, boot } = plan;
  if (!totals) return "";
  const perFrame = plan.metadata_bytes_per_frame!.toFixed(2);
  const { order, bytes } = plan.largest_block!;
  const handoff = boot.handoff ? `, handoff after ${grouped(boot.handoff.elapsed_us)}` : "";
  const rows = [
    ["usable", ...frameCells(totals.usable), "in the sanitised map"],
    ["reclaimed", ...frameCells(totals.reclaimed), "from the boot loader"],
    ["managed", ...frameCells(totals.managed), "free and allocated, not reserved"],
    ["free", ...frameCells(totals.free), ""],
    ["allocated", ...frameCells(totals.allocated), "page tables of the kernel"],
    ["metadata", `${perFrame} bytes/frame`, formatBytes(totals.metadata_bytes), ""],
    ["largest block", `order ${order}`, formatBytes(bytes), ""],
    ["elapsed", `${grouped(plan.elapsed_us ?? 0)} us`, "", `on the simulated clock${handoff}`],
  ];
  return heading("Totals", colours) + table(rows, ["left", "right", "right", "left"]);
}

/** `plan` in words. Of a boot that failed, as far as it came. */
export function planText(plan: Plan, colours: Colours): string {
  const { boot, reservations } = plan;
  const told = plan.told.map(({ base, length, type }) => ({ base, length, kind: type }));
  const version = boot.version === "" ? "SlopOS" : `SlopOS ${boot.version}`;
  const parts = [mapTitle(version, plan.input, colours)];
  if (plan.failure)
    parts.push(heading("Memory map, as the kernel was told", colours), rangeTable(told));
  parts.push(sanitisedText(boot, colours), storageText(boot, colours));
  if (plan.totals) {
    const runs = plan.runs.map((run) => ({ ...run, kind: "" }));
    parts.push(
      heading(`Reserved: ${reservations.length} regions`, colours),
      rangeTable(reservations),
      heading(`Managed: ${runs.length} runs`, colours),
      rangeTable(runs),
      freeBlocksText(plan.free_blocks, colours),
      totalsText(plan, colours),
    );
  }
  return parts.join("");
}
