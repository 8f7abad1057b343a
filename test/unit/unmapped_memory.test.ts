/**
 * Loaders that do not map what they list: boots on a direct map with holes. All frames end up managed,
 * and no frame is touched before tables map it: the simulated machine answers that with a page fault.
 */

import { describe, expect, test } from "vitest";
import { ErrorCode } from "../../abi/error_code.ts";
import { MemoryType } from "../../abi/memory_type.ts";
import { Reason } from "../../abi/reservation_reason.ts";
import { type MemoryMapEntry, type MemoryRange } from "../../sim/memory_map.ts";
import { type MachineOptions } from "../../sim/machine_options.ts";
import {
  type BootedKernel,
  bootKernel,
  expectAccounts,
  expectCleanEnd,
  expectReasons,
  plainMap,
} from "../support/booted_kernel.ts";

const MIB = 1n << 20n;
const GIB = 1n << 30n;

const usable = (base: bigint, length: bigint): MemoryMapEntry => ({
  base,
  length,
  type: MemoryType.USABLE,
});

/** Boots with holes in the direct map; all that is checked of every boot is checked. */
function boot(
  memoryMap: readonly MemoryMapEntry[],
  unmapped: readonly MemoryRange[],
  more: Partial<MachineOptions> = {},
): BootedKernel {
  const booted = bootKernel({ memoryMap, unmapped, ...more });
  expectCleanEnd(booted);
  if (booted.status === 0) {
    expectAccounts(booted);
    expectReasons(booted);
  }
  return booted;
}

/** Frames of the lines that tell of memory which the loader does not map: before and after. */
function said({ log }: BootedKernel): number[] {
  return log
    .filter((line) => /loader (does|did) not map/.test(line))
    .map((line) => Number(/frames=(\d+)/.exec(line)![1]));
}

const ABOVE_4G = { base: 4n * GIB, length: 1n << 43n };

describe.each([
  ["with 1 GiB pages", { pages1G: true }],
  ["without 1 GiB pages", { pages1G: false }],
])("usable memory that is not mapped, on a processor %s", (_, cpu) => {
  test("above 4 GiB is managed by the end, and said before and after", () => {
    const map = [usable(MIB, 2n * GIB), usable(4n * GIB, 6n * GIB)];
    const booted = boot(map, [ABOVE_4G], { cpu });
    expect(booted.status).toBe(0);
    const [before, after] = said(booted);
    const frames = Number((6n * GIB) / 4096n);
    // Linear memory stands on some of it: for the map's copy before the first, for tables after it.
    expect(before).toBeLessThanOrEqual(frames);
    expect(before).toBeGreaterThan(frames - 64);
    expect(after).toBeLessThanOrEqual(before!);
    expect(after).toBeGreaterThan(before! - 2048);
  });

  test("may be all but one region", () => {
    const map = [
      usable(MIB, 16n * MIB),
      usable(64n * MIB, 2n * MIB),
      usable(GIB, 512n * MIB),
      usable(8n * GIB, GIB),
    ];
    for (const kept of map.slice(1)) {
      const holes = map.filter((entry) => entry !== kept);
      expect(boot(map, holes, { cpu, placement: "unlisted" }).status).toBe(0);
    }
  });

  test("leaves the first tables to the largest region that is mapped", () => {
    const middle = usable(64n * MIB, 32n * MIB);
    const rest = [usable(MIB, 4n * MIB), usable(256n * MIB, 8n * MIB)];
    const hidden = usable(GIB, 512n * MIB);
    for (const map of [
      [middle, ...rest, hidden],
      [...rest, middle, hidden],
    ]) {
      const { kernel } = boot(map, [hidden], { cpu, placement: "unlisted" });
      const tables = kernel
        .reservedRegions()
        .filter(({ reason }) => reason === Reason.PAGE_TABLES)
        .map(({ base }) => base);
      expect(tables.length).toBeGreaterThan(0);
      const outside = (base: bigint) => base < middle.base || base >= middle.base + middle.length;
      expect(tables.filter(outside)).toEqual([]);
    }
  });

  test("may be all: then the boot says so and ends", () => {
    const map = [usable(MIB, 16n * MIB), usable(4n * GIB, GIB)];
    const booted = boot(map, [{ base: 0n, length: 8n * GIB }], { cpu, placement: "unlisted" });
    expect(booted.status).toBe(ErrorCode.NO_USABLE_MEMORY);
    expect(booted.log.at(-1)).toContain("the loader maps no usable frame");
  });

  test("may begin and end anywhere", () => {
    const map = plainMap(256n * MIB);
    const hole = (first: number, frames: number) => ({
      base: MIB + BigInt(first) * 4096n,
      length: BigInt(frames) * 4096n,
    });
    const holes = [hole(0, 1), hole(300, 511), hole(1024, 512), hole(30_000, 30_001)];
    const booted = boot(map, holes, { cpu, placement: "unlisted" });
    expect(booted.status).toBe(0);
    expect(said(booted)[0]).toBe(1 + 511 + 512 + 30_001);
    // The top frame, where the early allocator looks first.
    expect(boot(map, [hole(65_535, 1)], { cpu, placement: "unlisted" }).status).toBe(0);
  });
});

test("a direct map without holes is not mentioned", () => {
  expect(said(boot(plainMap(256n * MIB), []))).toEqual([]);
});
