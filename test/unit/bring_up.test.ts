/**
 * Bring-up on real machines' maps: every frame accounted for, each reservation with its reason, and
 * a log whose numbers agree with each other and with the map. And on maps of thousands of entries.
 */

import { describe, expect, test } from "vitest";
import { BootRegion } from "../../abi/machine.ts";
import { MemoryType } from "../../abi/memory_type.ts";
import { Reason } from "../../abi/reservation_reason.ts";
import { type MemoryMapEntry } from "../../sim/memory_map.ts";
import {
  type BootedKernel,
  bootKernel,
  expectAccounts,
  expectCleanEnd,
  expectReasons,
  startKernel,
} from "../support/booted_kernel.ts";
import { frameCount, framesTouched } from "../support/frame_ranges.ts";
import { recordedMaps } from "../support/memmaps.ts";

const FRAME = 4096n;
const MIB = 1n << 20n;
const GIB = 1n << 30n;

/** Lines that every boot must log with the keys that tools rely on. */
const KEYS: [string, string, string[]][] = [
  ["memmap", "totals", ["usable", "reclaimable", "reserved", "entries"]],
  ["mm", "carved free run storage", ["phys", "bytes"]],
  ["mm", "runtime allocator initialized", ["free_runs", "reserved"]],
  ["page_alloc", "", ["frames", "bytes", "free"]],
  ["buddy_alloc", "", ["frames", "free", "max_order", "largest_free_order"]],
  ["mm", "totals match", ["managed", "free", "allocated"]],
  ["paging", "identity paging installed", ["root", "tables"]],
  ["mm", "reclaimed bootloader memory", ["frames"]],
  ["mm", "self-test passed", ["checks"]],
  ["mm", "ready", ["usable", "managed", "free", "metadata_bytes", "linear_bytes", "elapsed_us"]],
];

const PLAN = "runtime storage plan";
const PLAN_KEYS = [
  "entries",
  "conventional",
  "reservations",
  "free_slots",
  "reserved_slots",
  "table_bytes",
];

/** A map that no loader could boot from: the largest run is two frames. */
const TOO_SMALL = "limine-pr288-sanitiser-synthetic";

describe.each(recordedMaps().filter(({ name }) => name !== TOO_SMALL))("on $name", (map) => {
  test("every frame is accounted for, and each reservation has its reason", () => {
    const booted = bootKernel({ memoryMap: map.entries });
    expectCleanEnd(booted);
    expect(booted.status).toBe(0);
    expectAccounts(booted);
    expectReasons(booted);
  });

  test("the log has all keys, and its numbers agree", () => {
    const { told, machine, log } = startKernel(map.entries, { options: "log=debug" });
    for (const [tag, message, keys] of KEYS) {
      for (const key of keys) told.number(tag, message, key);
    }
    const pages = (key: string) => told.number("page_alloc", "", key);
    const buddy = (key: string) => told.number("buddy_alloc", "", key);
    const match = (key: string) => told.number("mm", "totals match", key);
    expect(pages("bytes")).toBe(pages("frames") * 4096);
    expect([buddy("frames"), buddy("max_order")]).toEqual([pages("frames"), 18]);
    expect([match("managed"), match("free"), match("allocated")]).toEqual([
      pages("frames"),
      pages("free"),
      0,
    ]);
    expect([pages("free"), buddy("free")]).toEqual([pages("frames"), pages("frames")]);
    const ready = (key: string) => told.number("mm", "ready", key);
    const reclaimed = told.number("mm", "reclaimed bootloader memory", "frames");
    expect(ready("managed")).toBe(pages("frames") + reclaimed);
    expect(ready("usable")).toBe(told.number("memmap", "totals", "usable"));

    for (const key of PLAN_KEYS) told.number("mm", PLAN, key);
    expect(told.number("mm", PLAN, "entries")).toBe(machine.memoryMap.length);
    expect(log.filter((line) => line.includes(PLAN))).toHaveLength(1);
    const quiet = startKernel(map.entries);
    expect(quiet.log.filter((line) => line.includes(PLAN))).toEqual([]);
  });
});

test("a framebuffer in the map is reserved as one", () => {
  const framebuffer = { base: 3n * GIB, length: 4n * MIB };
  const memoryMap = [{ base: MIB, length: 64n * MIB, type: MemoryType.USABLE }];
  const booted = startKernel(memoryMap, { framebuffer });
  expect(booted.machine.bootRegions.has(BootRegion.FRAMEBUFFER)).toBe(true);
  expectAccounts(booted);
  expectReasons(booted);
  const reserved = booted.kernel
    .reservedRegions()
    .filter(({ reason }) => reason === Reason.FRAMEBUFFER)
    .map(({ base, length }) => framesTouched(base, length));
  expect(frameCount(reserved)).toBe(1024);
});

describe("thousands of entries", () => {
  /** A fixed, plain sequence of numbers below `limit`: good enough to shuffle with. */
  function numbers(): (limit: number) => number {
    let state = 20_263;
    return (limit) => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return Math.floor((state / 2 ** 31) * limit);
    };
  }

  function shuffled<T>(items: T[]): T[] {
    const below = numbers();
    for (let last = items.length - 1; last > 0; --last) {
      const other = below(last + 1);
      [items[last], items[other]] = [items[other]!, items[last]!];
    }
    return items;
  }

  const entry = (frame: number, frames: number, type: number): MemoryMapEntry => ({
    base: MIB + BigInt(frame) * FRAME,
    length: BigInt(frames) * FRAME,
    type,
  });

  const ENOUGH = { base: 4n * GIB, length: 16n * MIB, type: MemoryType.USABLE };

  const SHAPES: [string, (count: number) => MemoryMapEntry[]][] = [
    [
      "disjoint",
      (count) =>
        shuffled(Array.from({ length: count }, (_, index) => entry(16 * index, 15, index % 3))),
    ],
    [
      "disjoint single frames, all usable",
      (count) => Array.from({ length: count }, (_, index) => entry(2 * index, 1, 0)),
    ],
    [
      "overlapping",
      (count) => {
        const below = numbers();
        return Array.from({ length: count }, () =>
          entry(below(16 * count), 1 + below(200), below(8)),
        );
      },
    ],
    [
      "all the same",
      (count) => Array.from({ length: count }, (_, index) => entry(0, 100, index % 2)),
    ],
  ];

  test.each(SHAPES)("%s: it boots, and its cost follows their number", (_, make) => {
    const calls = (count: number) => {
      const booted = startKernel([...make(count), ENOUGH], {
        placement: "unlisted",
        options: "selftest=off",
      });
      if (count === 5000) expectAccounts(booted);
      return booted.machine.calls / count;
    };
    const few = calls(1000);
    const many = calls(5000);
    expect(few).toBeLessThan(100);
    // n log n from 1,000 to 5,000: a quarter more for each.
    expect(many).toBeLessThan(1.25 * few);
  });
});

/**
 * Thousands of regions, so that tables come to a few megabytes and ask for a place on a 2 MiB border,
 * none of which a region has: each begins `BESIDE` frames behind one and is a little larger than the
 * tables. Growths are whole 64 KiB, so a place could only be at a multiple of 16 frames.
 */
test("tables stay inside a region where none has room for them on a 2 MiB border", () => {
  const BESIDE = 305;
  const crowd = (frames: number): MemoryMapEntry[] =>
    Array.from({ length: 4000 }, (_, index) => ({
      base: 16n * MIB + BigInt(2048 * index + BESIDE) * FRAME,
      length: BigInt(frames) * FRAME,
      type: MemoryType.USABLE,
    }));
  const start = (frames: number) =>
    startKernel(crowd(frames), { placement: "unlisted", options: "selftest=off" });
  const growth = (booted: BootedKernel) => {
    const frames = booted.machine.linearSizes.map((bytes) => bytes / Number(FRAME));
    return Math.max(...frames.slice(1).map((size, index) => size - frames[index]!));
  };
  const tables = growth(start(1700));
  expect(tables).toBeGreaterThan(512);
  const tight = start(tables + 8);
  expect(growth(tight)).toBe(tables);
  expectAccounts(tight);
});
