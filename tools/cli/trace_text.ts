/**
 * A trace for a person to read.
 */

import { FRAME_BYTES } from "../../abi/frame.ts";
import { type MapInput } from "../formats/map_input.ts";
import { formatBytes } from "../formats/size.ts";
import { LARGE_PAGE_ORDER } from "../trace/random_load.ts";
import { type Trace, type TraceSample } from "../trace/trace.ts";
import { freeBlocksText, heading, mapTitle } from "./parts_text.ts";
import { type Colours } from "./terminal.ts";
import { grouped, table } from "./text.ts";

function percent(part: number, whole: number): string {
  return whole === 0 ? "-" : `${((part / whole) * 100).toFixed(1)} %`;
}

function sampleCells(sample: TraceSample): string[] {
  return [
    grouped(sample.operations),
    grouped(sample.allocated),
    grouped(sample.free),
    percent(sample.allocated, sample.managed),
    `${sample.largest_order}`,
    formatBytes(sample.free_in_2m_blocks * FRAME_BYTES),
    percent(sample.free_in_2m_blocks, sample.free),
    sample.totals_agree ? "agree" : "DISAGREE",
  ];
}

const HEADER = [
  "operations",
  "allocated",
  "free",
  "load",
  "largest order",
  `in order ${LARGE_PAGE_ORDER}+`,
  "of free",
  "totals",
];

/** `trace` in words: memory over time, what was done and refused, and the end's free blocks. */
export function traceText(trace: Trace, map: MapInput, colours: Colours): string {
  const { done, refused, samples } = trace;
  const right = HEADER.map(() => "right" as const);
  const counts = Object.entries(done).map(([kind, count]) => [kind, grouped(count), "done"]);
  const refusals = refused.map(({ operation, code, name, count }) => [
    operation,
    grouped(count),
    `refused: ${name} (code ${code})`,
  ]);
  return (
    mapTitle(`${grouped(trace.operations)} operations`, map, colours) +
    heading("Memory over time, in frames of 4 KiB", colours) +
    table([HEADER, ...samples.map(sampleCells)], right) +
    heading("Operations", colours) +
    table([...counts, ...refusals], ["left", "right", "left"]) +
    freeBlocksText(samples.at(-1)!.free_blocks, colours)
  );
}
