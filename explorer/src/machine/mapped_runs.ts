/**
 * Questions to a list of mappings: what leads to a piece of physical memory, and where an address leads.
 */

import { type MappedRun } from "./protocol.ts";

/** What of `runs` maps any of the physical `[base, end)`, cut to it, in their order. */
export function runsOver<Run extends MappedRun>(
  runs: readonly Run[],
  base: number,
  end: number,
): Run[] {
  return runs.flatMap((run) => {
    const from = Math.max(run.physical, base);
    const to = Math.min(run.physical + run.bytes, end);
    if (from >= to) return [];
    const virtual = run.virtual + BigInt(from - run.physical);
    return [{ ...run, virtual, physical: from, bytes: to - from }];
  });
}

/** The physical address to which `virtual` leads; null if `runs` lead it nowhere. */
export function physicalOf(runs: readonly MappedRun[], virtual: bigint): number | null {
  for (const run of runs) {
    const offset = virtual - run.virtual;
    if (offset >= 0n && offset < BigInt(run.bytes)) return run.physical + Number(offset);
  }
  return null;
}
