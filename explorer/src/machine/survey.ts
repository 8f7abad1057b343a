/**
 * A survey of all managed memory, block by block, as `frame_block` tells it: free blocks by order,
 * and the cells of the heat map. One walk, between two operations, serves both.
 */

import { BlockState, FRAME_BYTES } from "../../../abi/frame.ts";
import { type Kernel, type ManagedRun } from "../../../sim/kernel.ts";
import { managedBlocks } from "../../../tools/plan/free_blocks.ts";
import { type HeatCells } from "./protocol.ts";

/** Cells that a heat map has at most. */
export const MOST_CELLS = 2048;

/** Physical range `[base, end)`. */
export interface Range {
  readonly base: number;
  readonly end: number;
}

export interface Survey {
  /** Free blocks by order, up to the largest order there is. */
  readonly freeByOrder: readonly number[];
  readonly cells: HeatCells;
}

/** Parts of `runs` inside `range`. */
export function clipRuns(runs: readonly ManagedRun[], range: Range | null): Range[] {
  const { base, end } = range ?? { base: 0, end: Infinity };
  return runs
    .map((run) => ({
      base: Math.max(Number(run.base), base),
      end: Math.min(Number(run.base + run.length), end),
    }))
    .filter((run) => run.base < run.end);
}

/** Cells of `cellBytes` that touch any of the sorted `runs`. */
function touchedCells(runs: readonly Range[], cellBytes: number): number[] {
  const bases: number[] = [];
  for (const run of runs) {
    let cell = Math.floor(run.base / cellBytes) * cellBytes;
    if (bases.length > 0) cell = Math.max(cell, bases.at(-1)! + cellBytes);
    for (; cell < run.end; cell += cellBytes) {
      bases.push(cell);
      if (bases.length > MOST_CELLS) return bases;
    }
  }
  return bases;
}

/** Empty cells over `runs`, as small as their number allows. */
export function emptyCells(runs: readonly Range[]): HeatCells {
  const bytes = runs.reduce((sum, run) => sum + run.end - run.base, 0);
  let cellBytes = FRAME_BYTES;
  while (bytes / cellBytes > MOST_CELLS) cellBytes *= 2;
  let bases = touchedCells(runs, cellBytes);
  while (bases.length > MOST_CELLS) {
    cellBytes *= 2;
    bases = touchedCells(runs, cellBytes);
  }
  return {
    cellBytes,
    bases: Float64Array.from(bases),
    managed: new Float64Array(bases.length),
    free: new Float64Array(bases.length),
    orders: new Int8Array(bases.length).fill(-1),
  };
}

/** Adds blocks, which come in address order, to cells. */
class CellFiller {
  readonly #cells: HeatCells;
  #at = 0;

  constructor(cells: HeatCells) {
    this.#cells = cells;
  }

  /** @param order of the block if it is free; -1 if it is allocated */
  add(base: number, end: number, order: number): void {
    const { bases, cellBytes, managed, free, orders } = this.#cells;
    while (this.#at < bases.length && bases[this.#at]! + cellBytes <= base) ++this.#at;
    for (let cell = this.#at; cell < bases.length && bases[cell]! < end; ++cell) {
      const from = Math.max(base, bases[cell]!);
      const to = Math.min(end, bases[cell]! + cellBytes);
      if (from >= to) continue;
      const frames = (to - from) / FRAME_BYTES;
      managed[cell]! += frames;
      if (order < 0) continue;
      free[cell]! += frames;
      orders[cell] = Math.max(orders[cell]!, order);
    }
  }
}

/** Asks the kernel about all managed memory; the cells show `range`, or all of it. */
export function survey(kernel: Kernel, maxOrder: number, range: Range | null): Survey {
  const runs = kernel.managedRuns();
  const cells = emptyCells(clipRuns(runs, range));
  const filler = new CellFiller(cells);
  const freeByOrder = new Array<number>(maxOrder + 1).fill(0);
  for (const { base, length, state, order } of managedBlocks(kernel, runs)) {
    const isFree = state === BlockState.FREE;
    if (isFree) ++freeByOrder[order]!;
    filler.add(Number(base), Number(base + length), isFree ? order : -1);
  }
  return { freeByOrder, cells };
}
