/**
 * How much usable memory one map tells of and another does not: which of several maps in a text is
 * the complete one.
 */

import { MemoryType } from "../../abi/memory_type.ts";
import { type MemoryMapEntry } from "../../sim/memory_map.ts";

/** A run of addresses; the end is exclusive. */
interface Run {
  readonly start: bigint;
  readonly end: bigint;
}

/** The runs that `entries` cover: sorted, disjoint, none empty. */
function runsOf(entries: readonly MemoryMapEntry[]): Run[] {
  const sorted = entries
    .filter(({ length }) => length > 0n)
    .map(({ base, length }) => ({ start: base, end: base + length }))
    .sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  const runs: { start: bigint; end: bigint }[] = [];
  for (const { start, end } of sorted) {
    const last = runs.at(-1);
    if (!last || start > last.end) runs.push({ start, end });
    else if (end > last.end) last.end = end;
  }
  return runs;
}

function usableRuns(entries: readonly MemoryMapEntry[]): Run[] {
  return runsOf(entries.filter(({ type }) => type === MemoryType.USABLE));
}

/** Bytes of usable memory in `entries`; memory that is listed twice counts once. */
export function usableBytes(entries: readonly MemoryMapEntry[]): bigint {
  return usableRuns(entries).reduce((sum, { start, end }) => sum + end - start, 0n);
}

/** Bytes that are usable in `other` and of which `map` says nothing at all. */
export function missingUsable(
  map: readonly MemoryMapEntry[],
  other: readonly MemoryMapEntry[],
): bigint {
  const covered = runsOf(map);
  let missing = 0n;
  let at = 0;
  for (const { start, end } of usableRuns(other)) {
    missing += end - start;
    while (at < covered.length && covered[at]!.end <= start) ++at;
    for (let next = at; next < covered.length && covered[next]!.start < end; ++next) {
      const { start: from, end: to } = covered[next]!;
      missing -= (to < end ? to : end) - (from > start ? from : start);
    }
  }
  return missing;
}
