/**
 * A boot's log for a person to read.
 */

import { formatBytes } from "../formats/size.ts";
import { type LogSummary } from "../log/log_summary.ts";
import { frameCells, heading, rangeTable, sanitisedText, storageText } from "./parts_text.ts";
import { type Colours } from "./terminal.ts";
import { grouped, paragraph, table } from "./text.ts";

function totalsText(log: LogSummary, colours: Colours): string {
  const { totals, match, reclaimed, ready, paging, handoff, self_test: selfTest } = log;
  const rows: string[][] = [];
  if (totals) {
    rows.push(["usable", ...frameCells(totals.usable), "in the sanitised map"]);
    rows.push(["reclaimable", ...frameCells(totals.reclaimable), "the boot loader's"]);
  }
  if (match) rows.push(["managed", ...frameCells(match.managed), "at the handoff"]);
  if (reclaimed) rows.push(["reclaimed", ...frameCells(reclaimed.frames), "from the boot loader"]);
  if (ready) {
    rows.push(["managed", ...frameCells(ready.managed), "at the end"]);
    rows.push(["free", ...frameCells(ready.free), "at the end"]);
    const perFrame = (ready.metadata_bytes / ready.managed).toFixed(2);
    rows.push(["metadata", `${perFrame} bytes/frame`, formatBytes(ready.metadata_bytes), ""]);
    rows.push(["linear memory", "", formatBytes(ready.linear_bytes), ""]);
  }
  if (paging)
    rows.push(["page tables", `${grouped(paging.tables)} frames`, "", `root at ${paging.root}`]);
  if (selfTest) rows.push(["self-test", `${grouped(selfTest.checks)} checks`, "", "passed"]);
  if (handoff)
    rows.push(["handoff", `${grouped(handoff.elapsed_us)} us`, "", "after the first look"]);
  if (ready) rows.push(["ready", `${grouped(ready.elapsed_us)} us`, "", "after the first look"]);
  if (rows.length === 0) return "";
  return heading("Totals", colours) + table(rows, ["left", "right", "right", "left"]);
}

/** What became of the program, if there was one. */
function programText({ program }: LogSummary, colours: Colours): string {
  if (!program) return "";
  const { name, how, ended, match } = program;
  const rows: string[][] = [];
  if (ended) {
    rows.push([how === "" ? "ended" : how, `status ${ended.status}`, ""]);
    rows.push(["memory", "", formatBytes(ended.memory_bytes)]);
    rows.push(["heap of the runtime", "", formatBytes(ended.heap_bytes)]);
    rows.push(["on loan at the end", ...frameCells(ended.frames)]);
  } else {
    rows.push(["did not end", "", ""]);
  }
  if (match) rows.push(["free after it", ...frameCells(match.free)]);
  const title = name === "" ? "Program" : `Program ${name}`;
  return heading(title, colours) + table(rows, ["left", "right", "right"]);
}

/** `log` in words, as far as the boot came; `faults` are the figures that disagree. */
export function logText(log: LogSummary, faults: readonly string[], colours: Colours): string {
  const verdict = log.started ? "started" : "did not start";
  const verdictColour = log.started ? colours.green : colours.red;
  const version = log.version === "" ? "SlopOS" : `SlopOS ${log.version}`;
  const loader = log.loader === "" ? "" : `, loaded by ${log.loader}`;
  const reserved =
    log.reservations.length === 0
      ? ""
      : heading(`Reserved at the handoff: ${log.reservations.length} regions`, colours) +
        rangeTable(log.reservations);
  return [
    verdictColour(paragraph(`${version}${loader}: ${verdict}`)),
    sanitisedText(log, colours),
    storageText(log, colours),
    reserved,
    totalsText(log, colours),
    programText(log, colours),
    faults.length === 0 ? "" : heading(colours.red("Figures that disagree"), colours),
    ...faults.map((fault) => paragraph(`  ${fault}`, 4)),
  ].join("");
}
