import { describe, expect, it } from "vitest";
import { MemoryType } from "../../abi/memory_type.ts";
import { type MemoryMapEntry } from "../../sim/memory_map.ts";
import { type MapInput } from "../../tools/formats/map_input.ts";
import { readMemoryMap } from "../../tools/formats/read_map.ts";
import { syntheticMap } from "../../tools/formats/size.ts";
import { type FreeBlocks, framesInBlocks } from "../../tools/plan/free_blocks.ts";
import { type Plan, planMachine, type PlanRange } from "../../tools/plan/plan.ts";
import { ownBlocks, startKernel } from "../support/booted_kernel.ts";
import { difference, frameCount, type FrameRange, intersection } from "../support/frame_ranges.ts";
import { kernelModule } from "../support/kernel_module.ts";
import { recordedMaps } from "../support/memmaps.ts";
import { framesOfType, sanitise } from "../support/reference_sanitiser.ts";
import { writable } from "./map_writer.ts";
import { MAP_WRITERS } from "./map_writers.ts";

const FRAME = 4096n;
const MAX_ORDER = 18;

/** The recorded machines that are large enough to boot on. */
const MACHINES = recordedMaps().filter(({ name }) => !name.startsWith("limine-pr288"));

/** One writer of each form. */
const WRITERS = MAP_WRITERS.filter(
  ({ form }, index) => MAP_WRITERS.findIndex((writer) => writer.form === form) === index,
);

function input(entries: readonly MemoryMapEntry[]): MapInput {
  return { format: "a test", source: "nowhere", entries, notes: ["noted"] };
}

function frames({ base, length }: PlanRange): FrameRange {
  expect(BigInt(base) % FRAME).toBe(0n);
  expect(BigInt(length) % FRAME).toBe(0n);
  return {
    start: Number(BigInt(base) / FRAME),
    end: Number((BigInt(base) + BigInt(length)) / FRAME),
  };
}

/** The maximal naturally aligned blocks of free `runs`, which do not touch, largest first. */
function alignedBlocks(runs: readonly FrameRange[]): FreeBlocks[] {
  const counts: number[] = [];
  for (const { start, end } of runs) {
    for (let frame = start; frame < end;) {
      let order = 0;
      while (
        order < MAX_ORDER &&
        frame % 2 ** (order + 1) === 0 &&
        frame + 2 ** (order + 1) <= end
      ) {
        ++order;
      }
      counts[order] = (counts[order] ?? 0) + 1;
      frame += 2 ** order;
    }
  }
  return counts
    .map((blocks, order) => ({ order, blocks }))
    .filter(Boolean)
    .reverse();
}

/** `plan` without what tells the form that its map was read from. */
function withoutInput(plan: Plan): Omit<Plan, "input"> {
  return { ...plan, input: undefined } as Omit<Plan, "input">;
}

describe.each(MACHINES)("$name", ({ entries }) => {
  const plan = planMachine(kernelModule(), input(entries));
  const booted = startKernel(entries, { options: "log=debug" });
  const told = sanitise(booted.machine.memoryMap);

  it("starts, and says what it was told", () => {
    expect(plan.failure).toBeNull();
    expect(plan.boot.started).toBe(true);
    expect(plan.log).toEqual(booted.log);
    expect(plan.placement).toBe("loader");
    expect(plan.input.notes).toEqual(["noted"]);
    const back = plan.input.entries.map(({ base, length, type }) => ({
      base: BigInt(base),
      length: BigInt(length),
      type: MemoryType[type.toUpperCase() as keyof typeof MemoryType],
    }));
    expect(back).toEqual(entries);
  });

  it("counts the frames that the reference sanitiser counts", () => {
    const usable = framesOfType(told, MemoryType.USABLE);
    const reclaimable = framesOfType(told, MemoryType.BOOTLOADER_RECLAIMABLE);
    const all = told.reduce((sum, { start, end }) => sum + end - start, 0);
    expect(plan.totals?.usable).toBe(usable);
    expect(plan.boot.totals).toEqual({
      usable,
      reclaimable,
      reserved: all - usable - reclaimable,
      entries: booted.machine.memoryMap.length,
    });
    expect(plan.boot.sanitised?.regions).toBe(told.length);
  });

  it("lists runs and reservations that do not meet, as many as it counts", () => {
    const runs = plan.runs.map(frames);
    const reserved = plan.reservations.map(frames);
    expect(frameCount(runs)).toBe(plan.totals?.managed);
    expect(runs).toHaveLength(plan.totals!.managed_runs);
    expect(reserved).toHaveLength(plan.totals!.reserved_regions);
    expect(intersection(runs, reserved)).toEqual([]);
    const managed = told.filter(
      ({ type }) => type === MemoryType.USABLE || type === MemoryType.BOOTLOADER_RECLAIMABLE,
    );
    expect(frameCount(difference(managed, reserved))).toBe(plan.totals?.managed);
  });

  it("counts free blocks as somebody who knows the kernel's own frames", () => {
    const own = ownBlocks(booted).map(({ start, order }) => ({ start, end: start + 2 ** order }));
    const free = difference(plan.runs.map(frames), own);
    expect(plan.free_blocks).toEqual(alignedBlocks(free));
    expect(framesInBlocks(plan.free_blocks, 0)).toBe(plan.totals?.free);
    expect(plan.largest_block).toEqual({
      order: plan.free_blocks[0]!.order,
      bytes: 4096 * 2 ** plan.free_blocks[0]!.order,
    });
  });

  it("carries every figure of the kernel under its name", () => {
    // The numbers of ABI 2.
    const names = [
      ...["usable", "managed", "free", "allocated", "cached", "buddy_total", "buddy_free"],
      ...["reserved_regions", "metadata_bytes", "managed_runs", "max_order", "largest_order"],
      ...["reclaimed", "linear_bytes"],
    ];
    const figures = names.map((name, kind) => [name, booted.kernel.mmStat(kind)] as const);
    expect(plan.totals).toEqual(Object.fromEntries(figures));
    expect(plan.totals?.reclaimed).toBe(plan.boot.reclaimed?.frames);
  });

  it("names the reason of every reservation", () => {
    const names = plan.reservations.map(({ kind }) => kind);
    expect(names.filter((name) => !/^[a-z_]+$/.test(name))).toEqual([]);
    const module = booted.machine.bootRegions.get(6)!;
    expect(plan.reservations.find(({ kind }) => kind === "wasm_module")).toEqual({
      base: `0x${module.physical.toString(16)}`,
      length: `0x${module.length.toString(16)}`,
      kind: "wasm_module",
    });
  });

  it("tells what the metadata comes to", () => {
    const metadata = plan.reservations.filter(({ kind }) => kind.endsWith("_tables"));
    expect(metadata.length).toBeGreaterThan(0);
    expect(plan.metadata_bytes_per_frame).toBeCloseTo(
      plan.totals!.metadata_bytes / frameCount(plan.runs.map(frames)),
      12,
    );
    expect(plan.elapsed_us).toBeGreaterThan(0);
  });

  it("comes back from its own log", () => {
    const unlisted = planMachine(kernelModule(), input(entries), { placement: "unlisted" });
    const map = readMemoryMap(unlisted.log.join("\n"));
    expect(map.format).toBe("SlopOS boot log");
    expect(map.entries).toEqual(entries);
    expect(map.notes).toEqual([]);
    expect(readMemoryMap(plan.log.join("\n")).entries).toEqual(booted.machine.memoryMap);
  });

  for (const writer of WRITERS) {
    if (writable(entries, writer).length < entries.length) continue;
    it(`is the same by ${writer.form}`, () => {
      const other = planMachine(kernelModule(), readMemoryMap(writer.write(entries)));
      expect(withoutInput(other)).toEqual(withoutInput(plan));
    });
  }
});

describe("a plan", () => {
  it("says where the kernel is put on a machine that has no room for it below 4 GiB", () => {
    const usable = [{ base: 2n ** 32n, length: 6n * 2n ** 30n, type: MemoryType.USABLE }];
    const plan = planMachine(kernelModule(), input(usable));
    expect(plan.placement).toBe("unlisted");
    expect(plan.input.notes).toHaveLength(2);
    expect(plan.input.notes[1]).toMatch(/^no usable memory below 4 GiB has room for the kernel/);
  });

  it("is a JSON document", () => {
    const plan = planMachine(kernelModule(), syntheticMap("64M"));
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });

  it("hands the kernel's options on, but for what hides the log", () => {
    const plan = planMachine(kernelModule(), syntheticMap("64M"), {
      options: "log=error selftest=off",
    });
    expect(plan.options).toBe("log=debug selftest=off");
    expect(plan.boot.self_test).toBeNull();
    expect(plan.boot.storage_plan).not.toBeNull();
  });

  it.each([
    ["EMPTY_MEMORY_MAP", 3, []],
    ["NO_USABLE_MEMORY", 4, [{ base: 0x1000n, length: 0x1000n, type: MemoryType.RESERVED }]],
    ["OUT_OF_FRAMES", 6, [{ base: 0x1000n, length: 0x2000n, type: MemoryType.USABLE }]],
  ])("says how a boot fails: %s", (name, code, entries) => {
    const plan = planMachine(kernelModule(), input(entries));
    expect(plan.failure).toEqual({ code, name, line: plan.log.at(-1) });
    expect(plan.failure?.line).toMatch(/^PANIC: /);
    expect(plan).toMatchObject({ totals: null, runs: [], free_blocks: [], largest_block: null });
    expect(plan.boot.started).toBe(false);
  });

  it("says how a boot traps", () => {
    const plan = planMachine(kernelModule(), syntheticMap("64M"), { options: "crash=trap" });
    expect(plan.failure).toMatchObject({ code: null, name: "" });
    expect(plan.failure?.line).toMatch(/^PANIC: wasm: /);
  });

  it.each(["16M", "3G", "5GiB", "1TiB", "16TiB"])("of a PC with %s adds up", (size) => {
    const plan = planMachine(kernelModule(), syntheticMap(size));
    expect(plan.failure).toBeNull();
    expect(framesInBlocks(plan.free_blocks, 0)).toBe(plan.totals?.free);
    expect(plan.totals!.free + plan.totals!.allocated).toBe(plan.totals?.managed);
  });

  it("says how much memory has no frame number", () => {
    const plan = planMachine(kernelModule(), syntheticMap("16TiB"));
    // 1 GiB of it lies above 16 TiB, because devices lie below 4 GiB.
    expect(plan.boot.unreachable_frames).toBe(2 ** 18);
  });
});
