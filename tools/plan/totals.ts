/** The kernel's own figures, `mm_stat` by name, and whether they agree with each other. */

import { MmStat } from "../../abi/mm_stat.ts";
import { type Kernel } from "../../sim/kernel.ts";

/** Frames unless the key says bytes, regions, runs or order. */
export interface Totals {
  readonly usable: number;
  readonly managed: number;
  readonly free: number;
  readonly allocated: number;
  readonly cached: number;
  readonly buddy_total: number;
  readonly buddy_free: number;
  readonly reserved_regions: number;
  readonly metadata_bytes: number;
  readonly managed_runs: number;
  readonly max_order: number;
  readonly largest_order: number;
  readonly reclaimed: number;
  readonly linear_bytes: number;
}

/** The figures of `kernel`, which has started. */
export function totalsOf(kernel: Kernel): Totals {
  return {
    usable: kernel.mmStat(MmStat.USABLE),
    managed: kernel.mmStat(MmStat.MANAGED),
    free: kernel.mmStat(MmStat.FREE),
    allocated: kernel.mmStat(MmStat.ALLOCATED),
    cached: kernel.mmStat(MmStat.CACHED),
    buddy_total: kernel.mmStat(MmStat.BUDDY_TOTAL),
    buddy_free: kernel.mmStat(MmStat.BUDDY_FREE),
    reserved_regions: kernel.mmStat(MmStat.RESERVED_REGIONS),
    metadata_bytes: kernel.mmStat(MmStat.METADATA_BYTES),
    managed_runs: kernel.mmStat(MmStat.MANAGED_RUNS),
    max_order: kernel.mmStat(MmStat.MAX_ORDER),
    largest_order: kernel.mmStat(MmStat.LARGEST_FREE_ORDER),
    reclaimed: kernel.mmStat(MmStat.RECLAIMED),
    linear_bytes: kernel.mmStat(MmStat.LINEAR_BYTES),
  };
}

/** Two figures that must be equal, each with its name. */
export type Equation = readonly [name: string, left: number, other: string, right: number];

/** The invariants of the kernel's figures (docs/memory.md): every frame is counted once. */
export function equationsOf(totals: Totals): Equation[] {
  const { managed, free, allocated, cached, buddy_total, buddy_free } = totals;
  return [
    ["managed", managed, "free + allocated", free + allocated],
    ["buddy total", buddy_total, "managed", managed],
    ["free", free, "buddy free + cached", buddy_free + cached],
  ];
}

/** The equations that do not hold, in words. */
export function unequal(equations: readonly Equation[]): string[] {
  return equations
    .filter(([, left, , right]) => left !== right)
    .map(([name, left, other, right]) => `${name} ${left} ≠ ${other} ${right}`);
}
