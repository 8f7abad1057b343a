/**
 * One machine with the kernel running on it, and everything that the page may ask of it.
 */

import { BlockState } from "../../../abi/frame.ts";
import { type Kernel } from "../../../sim/kernel.ts";
import { type Machine } from "../../../sim/machine.ts";
import { type MapInput } from "../../../tools/formats/map_input.ts";
import { bootMap } from "../../../tools/plan/boot_map.ts";
import { type Plan, planOf } from "../../../tools/plan/plan.ts";
import { equationsOf, type Totals, totalsOf, unequal } from "../../../tools/plan/totals.ts";
import { LARGE_PAGE_ORDER } from "../../../tools/trace/random_load.ts";
import { Allocations } from "./allocations.ts";
import { runsOver } from "./mapped_runs.ts";
import { TABLE_ENTRIES } from "./page_entry.ts";
import { walkAddress, walkAll } from "./page_walk.ts";
import {
  type AddressWalk,
  type AllocatorReport,
  type BlockInfo,
  type HistoryPoint,
  type MappedRun,
} from "./protocol.ts";
import { clipRuns, type Range, survey, type Survey } from "./survey.ts";

const BLOCK_STATES = {
  [BlockState.UNMANAGED]: "unmanaged",
  [BlockState.FREE]: "free",
  [BlockState.ALLOCATED]: "allocated",
} as const;

export class Session {
  readonly plan: Plan;
  readonly allocations: Allocations;
  /** What the heat map shows; null for all managed memory. */
  range: Range | null = null;
  readonly #machine: Machine;
  readonly #kernel: Kernel;
  #points: HistoryPoint[] = [];
  /** Milliseconds that the last survey took. */
  #surveyTime = 0;

  /** Boots the kernel of `module` on a machine with `map`; a boot that fails is in the plan. */
  constructor(module: WebAssembly.Module, map: MapInput) {
    const booted = bootMap(module, map);
    this.plan = planOf(booted, map);
    this.#machine = booted.machine;
    this.#kernel = booted.result.kernel;
    this.allocations = new Allocations(this.#kernel);
  }

  /** False if the boot failed: there are no allocators and no tables of the kernel's then. */
  get started(): boolean {
    return this.plan.totals !== null;
  }

  get surveyTime(): number {
    return this.#surveyTime;
  }

  /** Physical addresses of all page tables, the root first. */
  tables(): number[] {
    return this.started ? walkAll(this.#read, this.#machine.pageRoot).tables : [];
  }

  /** The entries of the page table at the physical `address`. */
  table(address: number): bigint[] {
    return Array.from({ length: TABLE_ENTRIES }, (_, index) => this.#read(address + 8 * index));
  }

  mappings(): MappedRun[] {
    return walkAll(this.#read, this.#machine.pageRoot).runs;
  }

  /** What maps any of the physical `[base, end)`, cut to it, in the order of virtual addresses. */
  mappingsOf(base: number, end: number): MappedRun[] {
    return runsOver(this.mappings(), base, end);
  }

  walk(virtual: bigint): AddressWalk {
    return walkAddress(this.#read, this.#machine.pageRoot, virtual);
  }

  readonly #read = (address: number): bigint => this.#machine.physicalMemory.load(address);

  /** The blocks of managed memory in `[base, base + bytes)`, at most `limit`. */
  blocks(base: number, bytes: number, limit: number): BlockInfo[] {
    const found: BlockInfo[] = [];
    for (const run of clipRuns(this.#kernel.managedRuns(), { base, end: base + bytes })) {
      for (let at = run.base; at < run.end && found.length < limit;) {
        const block = this.#kernel.frameBlock(BigInt(at));
        found.push({
          base: Number(block.base),
          bytes: Number(block.length),
          state: BLOCK_STATES[block.state],
          own: this.allocations.own.find(Number(block.base)) !== undefined,
        });
        at = Number(block.base + block.length);
      }
    }
    return found;
  }

  /** Surveys memory and adds a point to the plot; the report since the last one. */
  report(running: boolean, rate: number | null = null, repeatable = false): AllocatorReport {
    const started = performance.now();
    const totals = totalsOf(this.#kernel);
    const found = survey(this.#kernel, totals.max_order, this.range);
    this.#surveyTime = performance.now() - started;
    const { own, kernelFrames, operations, allocations, frees, refused, last } = this.allocations;
    this.#points.push(historyPoint(operations, totals, found));
    const points = this.#points;
    this.#points = [];
    return {
      totals,
      ownFrames: own.frames,
      ownBlocks: own.count,
      kernelFrames,
      operations,
      allocations,
      frees,
      refused,
      discrepancies: discrepancies(totals, kernelFrames + own.frames, found),
      freeByOrder: found.freeByOrder,
      cells: found.cells,
      points,
      running,
      rate,
      repeatable,
      last,
    };
  }
}

/** Frames of the free blocks of at least 2^fromOrder frames. */
function freeFrames(freeByOrder: readonly number[], fromOrder: number): number {
  return freeByOrder.reduce(
    (sum, blocks, order) => sum + (order < fromOrder ? 0 : blocks * 2 ** order),
    0,
  );
}

function historyPoint(operations: number, totals: Totals, found: Survey): HistoryPoint {
  return {
    operations,
    allocated: totals.allocated / totals.managed,
    coarse: totals.free ? freeFrames(found.freeByOrder, LARGE_PAGE_ORDER) / totals.free : 0,
    largestOrder: totals.free ? totals.largest_order : -1,
  };
}

/** Equations of the contract that do not hold, in words; the counts are all the kernel's. */
function discrepancies(totals: Totals, held: number, found: Survey): string[] {
  const frames = freeFrames(found.freeByOrder, 0);
  return unequal([
    ...equationsOf(totals),
    ["allocated", totals.allocated, "kernel's + page's", held],
    ["free", totals.free, "sum of free blocks", frames],
  ]);
}
