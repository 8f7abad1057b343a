/**
 * Counts as an axis says them: round numbers, as many as fit.
 */

import { formatCount } from "../format.ts";

/** A count as an axis says it: 2,500,000 is 2.5 M. */
export function shortCount(count: number): string {
  if (count >= 1e6) return `${Number((count / 1e6).toPrecision(3))} M`;
  return count >= 1e4 ? `${Number((count / 1e3).toPrecision(3))} k` : formatCount(count);
}

/** Multiples of 1, 2 or 5 times a power of ten in `[from, to]`, at most `most` + 1 of them. */
export function countTicks(from: number, to: number, most: number): number[] {
  const least = (to - from) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((one) => one >= least)!;
  const ticks: number[] = [];
  for (let tick = Math.ceil(from / step) * step; tick <= to; tick += step) ticks.push(tick);
  return ticks;
}
