/**
 * Results as tables for a reader: Markdown, which a terminal shows as well as docs/performance.md.
 */

import { ALLOCATORS, REFERENCE, SUBJECT } from "./allocators.ts";
import { CALLED, CALLEES } from "./calls.ts";
import { outcomes } from "./goals.ts";
import { COUNTING_ENGINES } from "./guest.ts";
import { type Results, type SpeedResult } from "./results.ts";
import { type Summary } from "../tools/judge/workloads/statistics.ts";
import { table } from "./table.ts";
import { MEASURES } from "../tools/judge/workloads/workloads.ts";

/** Three significant digits, and no more than needed. */
function short(value: number): string {
  if (value >= 1000) return value.toFixed(0);
  return value.toPrecision(3);
}

function range({ median, min, max }: Summary): string {
  return `${short(median)} (${short(min)}-${short(max)})`;
}

function titleOf(id: string): string {
  return ALLOCATORS.find((allocator) => allocator.id === id)?.title ?? id;
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

/** A row for each allocator, a column for each measure. */
function speedTable(speed: readonly SpeedResult[], cell: (result: SpeedResult) => string): string {
  const measures = MEASURES.filter(({ id }) => speed.some((result) => result.measure === id));
  const known = speed.some(({ engine }) => engine === CALLED) ? CALLEES : ALLOCATORS;
  const measured = known.filter(({ id }) => speed.some((result) => result.allocator === id));
  const rows = measured.map(({ id: allocator, title }) => [
    title,
    ...measures.map(({ id }) => {
      const found = speed.find((each) => each.allocator === allocator && each.measure === id);
      return found ? cell(found) : "";
    }),
  ]);
  return table(["", ...measures.map(({ id }) => id)], rows);
}

function speedReport(speed: readonly SpeedResult[]): string[] {
  return unique(speed.map(({ engine }) => engine)).flatMap((engine) => {
    const own = speed.filter((result) => result.engine === engine);
    const smaller = own.filter(({ frames, allocator }) => {
      return frames < Math.max(...own.map((result) => result.frames)) && allocator !== REFERENCE;
    });
    const parts = [
      `### ${engine}${COUNTING_ENGINES.includes(engine) ? "" : ": nanoseconds"}, median (min-max)`,
      speedTable(own, ({ time }) => range(time)),
    ];
    if (smaller.length) {
      const names = unique(smaller.map(({ allocator }) => titleOf(allocator))).join(", ");
      parts.push(`With ${smaller[0]!.frames} frames only: ${names}.`);
    }
    if (own.some(({ ratio }) => ratio)) {
      parts.push(
        `### ${engine}: ratio to ${titleOf(REFERENCE)}, median`,
        speedTable(own, ({ ratio }) => (ratio ? short(ratio.median) : "1")),
      );
    }
    return parts;
  });
}

function fragmentationReport({ fragmentation }: Results): string[] {
  if (!fragmentation.length) return [];
  const mixes = unique(fragmentation.map(({ mix }) => mix));
  const rows = unique(fragmentation.map(({ allocator }) => allocator)).map((allocator) => [
    titleOf(allocator),
    ...mixes.map((mix) => {
      const found = fragmentation.find((each) => each.allocator === allocator && each.mix === mix);
      return found ? `${(found.share * 100).toFixed(1)} %` : "";
    }),
  ]);
  return [
    "### Free 2 MiB blocks after a load drop, share of the ideal",
    table(["", ...mixes], rows),
  ];
}

function seedingReport({ seeding }: Results): string[] {
  if (!seeding.length) return [];
  const rows = seeding.map(({ allocator, map, frames, tableBytes, time }) => [
    map,
    titleOf(allocator),
    String(frames),
    (tableBytes / frames).toFixed(3),
    `${short(time.median / 1000)} (${short(time.min / 1000)}-${short(time.max / 1000)})`,
  ]);
  const head = ["map", "allocator", "frames", "bytes a frame", "us, median (min-max)"];
  return ["### Seeding from a memory map", table(head, rows)];
}

function startUpReport({ startUp }: Results): string[] {
  if (!startUp.length) return [];
  const rows = startUp.map(({ machine, memory, handoff, clearing, started, ...rest }) => [
    machine,
    memory,
    short(handoff),
    clearing === undefined ? "" : short(clearing),
    short(started),
    rest.metadataBytesPerFrame?.toFixed(3) ?? "",
  ]);
  const head = ["machine", "memory", "us to handoff", "clearing", "us to start", "bytes a frame"];
  return ["### Start-up of the kernel", table(head, rows)];
}

function goalReport(results: Results): string[] {
  const rows = outcomes(results).map(({ goal, limit, reached, met }) => [
    goal,
    limit,
    reached,
    met ? "met" : "NOT MET",
  ]);
  return rows.length
    ? [`### Goals for ${titleOf(SUBJECT)}`, table(["", "goal", "reached", ""], rows)]
    : [];
}

/** Where the results stand in a document. */
const BEGIN = "<!-- results: written by npm run bench -- --save -->";
const END = "<!-- end of results -->";

/** `document` with its results replaced; throws an Error if it has no place for them. */
export function withResults(document: string, results: Results): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END, begin);
  if (begin < 0 || end < 0) throw new Error(`the document has no lines "${BEGIN}" and "${END}"`);
  const before = document.slice(0, begin + BEGIN.length);
  return `${before}\n\n${report(results)}\n\n${document.slice(end)}`;
}

/** All of `results`, parts separated by empty lines. */
export function report(results: Results): string {
  const facts = Object.entries(results.facts).map(([name, value]) => `- ${name}: ${value}`);
  return [
    facts.join("\n"),
    `${results.rounds} rounds, samples of at least ${results.sampleMilliseconds} ms, warm-up discarded`,
    ...speedReport(results.speed),
    ...fragmentationReport(results),
    ...seedingReport(results),
    ...startUpReport(results),
    ...goalReport(results),
  ].join("\n\n");
}
