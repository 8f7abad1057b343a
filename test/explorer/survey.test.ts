/**
 * The survey behind the heat map, the random workload and the report, on the running kernel: cells and
 * free blocks against a map of frames that the test keeps itself.
 */

import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, test } from "vitest";
import { blockChange, describeChange } from "../../explorer/src/allocator/block_change.ts";
import { OwnedBlocks } from "../../explorer/src/machine/owned_blocks.ts";
import { Session } from "../../explorer/src/machine/session.ts";
import { MOST_CELLS } from "../../explorer/src/machine/survey.ts";
import { Workload } from "../../explorer/src/machine/workload.ts";
import { readMemoryMap } from "../../tools/formats/read_map.ts";
import { syntheticMap } from "../../tools/formats/size.ts";
import { type Plan } from "../../tools/plan/plan.ts";
import { Random } from "../../tools/trace/random.ts";
import { type OrderMix } from "../../tools/trace/random_load.ts";
import { kernelModule } from "../support/kernel_module.ts";

const FRAME = 4096;

function bundled(name: string) {
  return readMemoryMap(readFileSync(new URL(`../memmaps/${name}.json`, import.meta.url), "utf8"));
}

/** Frames under management, by the plan's runs. */
function managedFrames(plan: Plan): Set<number> {
  const frames = new Set<number>();
  for (const { base, length } of plan.runs) {
    const first = Number(base) / FRAME;
    for (let frame = 0; frame < Number(length) / FRAME; ++frame) frames.add(first + frame);
  }
  return frames;
}

/** Free blocks by order: each free frame counted in the largest aligned free run around it. */
function freeBlocks(free: ReadonlySet<number>, maxOrder: number): number[] {
  const counts = new Array<number>(maxOrder + 1).fill(0);
  for (const frame of free) {
    let order = 0;
    const isFree = (first: number, frames: number) => {
      for (let at = first; at < first + frames; ++at) if (!free.has(at)) return false;
      return true;
    };
    while (order < maxOrder) {
      const size = 2 ** (order + 1);
      if (!isFree(Math.floor(frame / size) * size, size)) break;
      ++order;
    }
    if (frame % 2 ** order === 0) ++counts[order]!;
  }
  return counts;
}

describe("on a 32 MiB machine", () => {
  let session: Session;
  beforeEach(() => {
    session = new Session(kernelModule(), bundled("ppro-firebird-32m"));
  });

  /** Free frames as the test has it: managed, less page tables, less what the page holds. */
  function freeFrames(): Set<number> {
    const free = managedFrames(session.plan);
    for (const { base, bytes } of session.blocks(0, 2 ** 40, 1e6).filter(isKernels)) {
      for (let at = base; at < base + bytes; at += FRAME) free.delete(at / FRAME);
    }
    const { own } = session.allocations;
    for (let place = 0; place < own.count; ++place) {
      const { address, order } = own.at(place);
      for (let frame = 0; frame < 2 ** order; ++frame) free.delete(address / FRAME + frame);
    }
    return free;
  }
  const isKernels = (block: { state: string; own: boolean }) =>
    block.state === "allocated" && !block.own;

  test.each<OrderMix>(["single", "geometric", "uniform", "large"])(
    "cells and free blocks tell the truth while a workload runs (%s)",
    (mix) => {
      const workload = new Workload();
      for (let round = 0; round < 8; ++round) {
        workload.run(session.allocations, 200, { mix, flags: 0, fill: 0.6, speed: 1, seed: 1 });
        const { freeByOrder, cells, totals, discrepancies } = session.report(false);
        expect(discrepancies).toEqual([]);
        const free = freeFrames();
        expect(free.size).toBe(totals.free);
        expect(freeByOrder).toEqual(freeBlocks(free, totals.max_order));
        const managed = managedFrames(session.plan);
        const inCell = (frames: ReadonlySet<number>, base: number) => {
          let count = 0;
          for (let at = base; at < base + cells.cellBytes; at += FRAME) {
            count += Number(frames.has(at / FRAME));
          }
          return count;
        };
        for (const [cell, base] of cells.bases.entries()) {
          expect(cells.managed[cell]).toBe(inCell(managed, base));
          expect(cells.free[cell]).toBe(inCell(free, base));
          expect(cells.orders[cell]! >= 0).toBe(cells.free[cell]! > 0);
        }
        expect(cells.managed.reduce((sum, frames) => sum + frames)).toBe(managed.size);
      }
      expect(session.allocations.operations).toBe(1600);
    },
  );

  test("one operation at a time, the changes of the orders are those of one block", () => {
    const workload = new Workload();
    const settings = { mix: "geometric", flags: 0, fill: 0.02, speed: 1, seed: 3 } as const;
    let before = session.report(false);
    const said = new Set<string>();
    for (let round = 0; round < 300; ++round) {
      workload.run(session.allocations, 1, settings);
      const after = session.report(false);
      const { kind, order, address } = after.last!;
      const change = blockChange(before.freeByOrder, after.freeByOrder);
      const frames = change.reduce((sum, by, place) => sum + by * 2 ** place, 0);
      expect(frames).toBe((kind === "free" ? 1 : -1) * 2 ** order);
      const text = describeChange(after.last!, change);
      expect(text).toContain(`order ${order}`);
      expect(text).toContain(`0x${address.toString(16).padStart(9, "0")}`);
      said.add(/just that size|was split|nothing merges|It merged/.exec(text)![0]);
      before = after;
    }
    expect(said.size).toBe(4);
  });

  test("what a change did is told by the orders that it touched", () => {
    const at = { order: 1, address: 0x5000 } as const;
    const told = (kind: "allocate" | "free", change: number[]) =>
      describeChange({ kind, ...at }, change);
    expect(told("allocate", [0, 1, 1, -1])).toContain(
      "block of 32 KiB was split; free halves are left: 16 KiB, 8 KiB.",
    );
    expect(told("allocate", [0, -1])).toContain("just that size");
    expect(told("free", [0, -1, -1, 1])).toContain(
      "buddies of 8 KiB, 16 KiB to one block of 32 KiB.",
    );
    expect(told("free", [0, 1])).toContain("nothing merges");
    expect(describeChange({ kind: "allocate", order: 18, address: 0 }, [])).toContain("Refused");
  });

  test("a narrower range shows its own cells only", () => {
    const base = 8 * 2 ** 20;
    session.range = { base, end: base + 2 ** 20 };
    const { cells, freeByOrder, totals } = session.report(false);
    expect(cells.cellBytes).toBe(FRAME);
    expect(cells.bases.length).toBe(256);
    expect([cells.bases[0], cells.bases.at(-1)]).toEqual([base, base + 2 ** 20 - FRAME]);
    const free = freeByOrder.reduce((sum, blocks, order) => sum + blocks * 2 ** order, 0);
    expect(free).toBe(totals.free);
  });

  test("the same workload is the same on the same machine", () => {
    const other = new Session(kernelModule(), bundled("ppro-firebird-32m"));
    const settings = { mix: "geometric", flags: 0, fill: 0.5, speed: 1, seed: 1 } as const;
    for (const { allocations } of [session, other]) new Workload().run(allocations, 2000, settings);
    const summary = ({ allocations }: Session) => {
      const { own } = allocations;
      return Array.from({ length: own.count }, (_, place) => own.at(place));
    };
    expect(summary(session)).toEqual(summary(other));
  });

  test("a workload settles around its share, and everything can be freed", () => {
    const settings = { mix: "geometric", flags: 0, fill: 0.3, speed: 1, seed: 1 } as const;
    const before = session.report(false).totals;
    new Workload().run(session.allocations, 30_000, settings);
    const { totals } = session.report(false);
    expect(totals.allocated / totals.managed).toBeGreaterThan(0.2);
    expect(totals.allocated / totals.managed).toBeLessThan(0.4);
    session.allocations.freeAll();
    const { managed, free, allocated } = session.report(false).totals;
    expect({ managed, free, allocated }).toEqual({
      managed: before.managed,
      free: before.free,
      allocated: before.allocated,
    });
  });

  test("a frame of the page tables is not freed, a foreign address is the kernel's to refuse", () => {
    const [root] = session.tables();
    expect(() => session.allocations.freeAny(root!, 0)).toThrow(/page tables/);
    expect(session.allocations.freeAny(0xdead000, 0).error).not.toBe("");
    expect(session.report(false).discrepancies).toEqual([]);
  });
});

test("a survey of 1 TiB has few enough cells, and they cover it", () => {
  const session = new Session(kernelModule(), syntheticMap("1TiB"));
  const { cells, totals } = session.report(false);
  expect(cells.bases.length).toBeLessThanOrEqual(MOST_CELLS);
  expect(cells.bases.length).toBeGreaterThan(MOST_CELLS / 4);
  expect(cells.managed.reduce((sum, frames) => sum + frames)).toBe(totals.managed);
});

test("what the kernel counts otherwise is reported", () => {
  const session = new Session(kernelModule(), bundled("ppro-firebird-32m"));
  session.allocations.own.add({ address: 0x100000, order: 3 });
  expect(session.report(false).discrepancies.join()).toContain("allocated");
});

test("a boot that fails leaves a plan, no tables and no report", () => {
  const session = new Session(kernelModule(), bundled("limine-pr288-sanitiser-synthetic"));
  expect(session.started).toBe(false);
  expect(session.plan.failure?.name).toBe("OUT_OF_FRAMES");
  expect(session.tables()).toEqual([]);
});

test("owned blocks are found, counted and removed, whatever the order", () => {
  const random = new Random(7);
  const own = new OwnedBlocks();
  const model = new Map<number, number>();
  for (let round = 0; round < 5000; ++round) {
    const address = random.below(400) * FRAME;
    const known = own.find(address);
    expect(known?.order).toBe(model.get(address));
    if (known) {
      own.remove(known);
      model.delete(address);
    } else {
      const order = random.below(10);
      own.add({ address, order });
      model.set(address, order);
    }
    expect(own.count).toBe(model.size);
    expect(own.frames).toBe([...model.values()].reduce((sum, order) => sum + 2 ** order, 0));
  }
  const listed = Array.from({ length: own.count }, (_, place) => own.at(place).address);
  expect(listed.sort((a, b) => a - b)).toEqual([...model.keys()].sort((a, b) => a - b));
});
