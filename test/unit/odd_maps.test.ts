/**
 * Maps that no ordinary machine has: memory in thousands of crumbs, loaders that keep more memory than
 * there is, regions that cover each other by the thousand. Optional memory never fails a boot, and what
 * bring-up costs follows the size of the map.
 */

import { describe, expect, test } from "vitest";
import { MemoryType } from "../../abi/memory_type.ts";
import { MmStat } from "../../abi/mm_stat.ts";
import { Reason } from "../../abi/reservation_reason.ts";
import { type MemoryMapEntry } from "../../sim/memory_map.ts";
import {
  expectAccounts,
  expectCleanEnd,
  expectReasons,
  startKernel,
} from "../support/booted_kernel.ts";

const FRAME = 4096n;
const KIB = 1n << 10n;
const MIB = 1n << 20n;
const GIB = 1n << 30n;
const TIB = 1n << 40n;

const entry = (base: bigint, length: bigint, type: MemoryType): MemoryMapEntry => ({
  base,
  length,
  type,
});

/** Starts on `memoryMap` and checks where every frame went. */
function start(memoryMap: readonly MemoryMapEntry[]) {
  const booted = startKernel(memoryMap, { placement: "unlisted" });
  expectCleanEnd(booted);
  expectAccounts(booted);
  expectReasons(booted);
  return booted;
}

describe("memory in crumbs", () => {
  test.each([
    ["5,000 of 16 KiB", 5000, 16n * KIB, 32n * KIB],
    ["3,000 of 4 KiB", 3000, FRAME, 3n * FRAME],
    ["200 of 64 KiB, in a GiB each", 200, 64n * KIB, GIB],
    ["2,000 of 60 KiB", 2000, 60n * KIB, 64n * KIB],
  ])("%s: its tables stand on as many pieces as it takes", (_, count, length, distance) => {
    const crumbs = Array.from({ length: count }, (_, index) =>
      entry(MIB + BigInt(index) * distance, length, MemoryType.USABLE),
    );
    const { kernel, told } = start(crumbs);
    expect(kernel.mmStat(MmStat.USABLE)).toBe((count * Number(length)) / 4096);
    // Most of it is left for use.
    expect(told.number("mm", "ready", "free")).toBeGreaterThan(kernel.mmStat(MmStat.USABLE) / 2);
  });
});

describe("what a boot takes for itself", () => {
  const LARGE = entry(16n * MIB, 64n * MIB, MemoryType.USABLE);
  const SMALL = entry(GIB, 8n * MIB, MemoryType.USABLE);
  const TINY = entry(MIB, 2n * MIB, MemoryType.USABLE);

  test.each([
    ["before", [LARGE, SMALL, TINY]],
    ["between", [TINY, LARGE, SMALL]],
    ["after", [SMALL, TINY, LARGE]],
  ])("lies at the top of the largest region, listed %s smaller ones", (_, memoryMap) => {
    const { kernel } = start(memoryMap);
    const taken = kernel.reservedRegions().filter(({ reason }) => reason >= Reason.PAGE_TABLES);
    const end = LARGE.base + LARGE.length;
    expect(taken.length).toBeGreaterThan(5);
    for (const { base, length, reason } of taken) {
      expect(base, `reason ${reason}`).toBeGreaterThanOrEqual(end - MIB);
      expect(base + length, `reason ${reason}`).toBeLessThanOrEqual(end);
    }
  });
});

describe("more of the loader's memory than tables fit", () => {
  test.each([
    ["17 TiB beside 141 MiB", 141n * MIB, 17n * TIB],
    ["3 TiB beside 64 MiB", 64n * MIB, 3n * TIB],
    ["8 GiB beside 1 MiB", MIB, 8n * GIB],
  ])("%s: the boot takes what fits and says what it leaves", (_, have, keep) => {
    const { kernel, log } = start([
      entry(MIB, have, MemoryType.USABLE),
      entry(GIB, keep, MemoryType.BOOTLOADER_RECLAIMABLE),
    ]);
    const reclaimed = kernel.mmStat(MmStat.RECLAIMED);
    expect(log.filter((line) => line.includes("left out"))).toHaveLength(1);
    // Tables cost 0.3 bytes a frame, and may have half of what is free.
    const half = Number(have) / 2;
    expect(reclaimed * 0.29).toBeGreaterThan(half * 0.8);
    expect(reclaimed * 0.29).toBeLessThan(half);
  });

  test("all of it is taken where it fits", () => {
    const { kernel, log } = start([
      entry(MIB, 64n * MIB, MemoryType.USABLE),
      entry(GIB, 64n * GIB, MemoryType.BOOTLOADER_RECLAIMABLE),
    ]);
    expect(kernel.mmStat(MmStat.RECLAIMED)).toBe(Number((64n * GIB) / FRAME));
    expect(log.filter((line) => line.includes("left out"))).toEqual([]);
  });
});

describe("regions that are covered, all of one size", () => {
  /** Machine calls an entry of a map of `count` pairs, and one region that is not covered. */
  const cost = (count: number) => {
    const pairs = Array.from({ length: count }, (_, index) => {
      const base = MIB + BigInt(index) * 64n * KIB;
      return [
        entry(base, 48n * KIB, MemoryType.USABLE),
        entry(base, 48n * KIB, MemoryType.RESERVED),
      ];
    }).flat();
    const covered = [...pairs.filter((_, index) => index % 2 === 0)];
    const covers = pairs.filter((_, index) => index % 2 === 1);
    const memoryMap = [...covered, entry(8n * GIB, 16n * MIB, MemoryType.USABLE), ...covers];
    return start(memoryMap).machine.calls / memoryMap.length;
  };

  test("cost what other entries cost", () => {
    const few = cost(250);
    expect(few).toBeLessThan(40);
    expect(cost(2500)).toBeLessThan(1.25 * few);
  });
});
