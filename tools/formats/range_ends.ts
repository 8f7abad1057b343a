/**
 * Whether the ranges of a printed map include their second address.
 */

import { type RangeEnd, type Span, spanOf } from "./address.ts";
import { MapError } from "./map_input.ts";

/** A range by what its line tells: the length, the second address, or both. */
export interface PrintedRange {
  readonly base: bigint;
  readonly length?: bigint;
  readonly end?: bigint;
}

function endByLength({ base, length, end }: PrintedRange): RangeEnd | null {
  if (length === undefined || end === undefined) return null;
  if (end - base === length) return "exclusive";
  return end - base + 1n === length ? "inclusive" : null;
}

/**
 * How the ends of a map's `ranges` are meant. Where a line tells the length as well, that decides;
 * else that no region of memory ends at an odd address. `MapError` if the ranges contradict each other.
 */
export function kindOfEnds(ranges: readonly PrintedRange[]): RangeEnd {
  const told = ranges.map(endByLength).find((kind) => kind !== null);
  if (told) return told;
  const ends = ranges.map(({ end }) => end).filter((end) => end !== undefined);
  const odd = ends.filter((end) => end % 2n === 1n).length;
  if (odd > 0 && odd < ends.length) {
    throw new MapError(
      "some ranges of this map end at odd addresses and others at even ones, so whether the end " +
        "belongs to the range is not known; write base and length instead",
    );
  }
  return odd > 0 ? "inclusive" : "exclusive";
}

/** The span of `range`; null if it ends before it begins, a string if its numbers disagree. */
export function printedSpan(range: PrintedRange, kind: RangeEnd): Span | null | string {
  const { base, length, end } = range;
  if (end === undefined) return { base, length: length! };
  const span = spanOf(base, end, kind);
  if (span && length !== undefined && span.length !== length) {
    return "its end and its length disagree";
  }
  return span;
}
