/**
 * Compares a run with the committed one and says what is worse by more than the noise.
 *
 * Compared are figures that mean the same on another machine: ratios to the reference allocator,
 * instructions in the guest, shares of blocks regained, bytes of metadata. They are all that
 * `bench/results.json` keeps of a run; docs/performance.md has its tables.
 */

import { SUBJECT } from "./allocators.ts";
import { subjectIn } from "./calls.ts";
import { COUNTED, COUNTED_AOT, GUEST, GUEST_AOT } from "./guest.ts";
import { type Results } from "./results.ts";
import { type Summary } from "../tools/judge/workloads/statistics.ts";

/** A figure of two runs; less is better. */
export interface Comparison {
  readonly name: string;
  readonly before: number;
  readonly now: number;
  /** By how much they may differ without meaning anything. */
  readonly noise: number;
}

/** Figures that never repeat more exactly than this share of themselves. */
const LEAST_NOISE = 0.03;

/** What is compared of a run: figures by name, each with its spread; less is better. */
export type Figures = Readonly<Record<string, Pick<Summary, "median" | "spread">>>;

/** The figures of a run that are compared. */
export function figuresOf({ speed, fragmentation, seeding, startUp }: Results): Figures {
  const figures = new Map<string, Figures[string]>();
  for (const { engine, measure, allocator, ratio, time } of speed) {
    const figure = engine === GUEST || engine === GUEST_AOT ? time : ratio;
    if (allocator === subjectIn(engine) && figure) figures.set(`${measure}, ${engine}`, figure);
  }
  for (const { allocator, mix, share } of fragmentation) {
    if (allocator !== SUBJECT) continue;
    figures.set(`2 MiB blocks lost, ${mix}`, { median: 1 - share, spread: 0 });
  }
  for (const { allocator, map, frames, tableBytes } of seeding) {
    if (allocator !== SUBJECT) continue;
    figures.set(`metadata, ${map}`, { median: tableBytes / frames, spread: 0 });
  }
  for (const { machine, memory, handoff } of startUp) {
    const figure = { median: handoff, spread: 0 };
    if (machine === COUNTED) figures.set(`handoff, ${memory}`, figure);
    if (machine === COUNTED_AOT) figures.set(`handoff, aot, ${memory}`, figure);
  }
  return Object.fromEntries(figures);
}

/** `figures` as JSON, one a line, in four significant digits. */
export function figuresJson(figures: Figures): string {
  const short = (value: number) => Number(value.toPrecision(4));
  const lines = Object.entries(figures).map(
    ([name, { median, spread }]) =>
      `  ${JSON.stringify(name)}: { "median": ${short(median)}, "spread": ${short(spread)} }`,
  );
  return `{\n${lines.join(",\n")}\n}\n`;
}

/** Pairs up the figures that both runs have. */
export function compare(now: Figures, before: Figures): Comparison[] {
  return Object.entries(now).flatMap(([name, figure]) => {
    const other = before[name];
    if (!other) return [];
    const noise = Math.max(figure.spread, other.spread, other.median * LEAST_NOISE);
    return [{ name, before: other.median, now: figure.median, noise }];
  });
}

/** True if the figure is worse by more than its noise. */
export function isWorse({ before, now, noise }: Comparison): boolean {
  return now > before + noise;
}

/** The comparison in words: what is worse, or that nothing is. */
export function describeComparison(comparisons: readonly Comparison[]): string {
  const worse = comparisons.filter(isWorse);
  if (!worse.length)
    return `Compared with bench/results.json: none of ${comparisons.length} figures is worse.`;
  const lines = worse.map(
    ({ name, before, now, noise }) =>
      `  ${name}: ${now.toFixed(3)}, was ${before.toFixed(3)} (noise ${noise.toFixed(3)})`,
  );
  return ["WORSE than bench/results.json by more than the noise:", ...lines].join("\n");
}
