/**
 * Boot data that lies: counts of entries, overflowing entries, regions where there is no memory.
 * The kernel starts if it can, says what is wrong if it cannot, and never traps.
 */

import { describe, expect, test } from "vitest";
import { ErrorCode } from "../../abi/error_code.ts";
import { BootRegion } from "../../abi/machine.ts";
import { MemoryType } from "../../abi/memory_type.ts";
import { type BootRegionRecord } from "../../sim/boot_layout.ts";
import { type MachineOptions } from "../../sim/machine_options.ts";
import { bootKernel, expectAccounts, expectCleanEnd, plainMap } from "../support/booted_kernel.ts";

const MIB = 1n << 20n;
const U64_MAX = (1n << 64n) - 1n;

const MEMORY = plainMap(16n * MIB);

/** Boots, with the map as it stands unless `options` say otherwise; returns the status. */
function bootOn(options: Partial<MachineOptions>): number {
  const booted = bootKernel({ memoryMap: MEMORY, placement: "unlisted", ...options });
  expectCleanEnd(booted);
  if (booted.status === 0) expectAccounts(booted);
  return booted.status;
}

describe("the number of entries", () => {
  test("0 is EMPTY_MEMORY_MAP, whatever the map holds", () => {
    expect(bootOn({ reportedEntries: 0 })).toBe(ErrorCode.EMPTY_MEMORY_MAP);
    expect(bootOn({ memoryMap: [] })).toBe(ErrorCode.EMPTY_MEMORY_MAP);
  });

  test.each([2, 1000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff])(
    "%i, more than there are",
    (claim) => {
      expect(bootOn({ reportedEntries: claim })).toBe(0);
    },
  );

  test("any claim finds just the entries that there are", () => {
    for (let count = 1; count <= 20; ++count) {
      const memoryMap = Array.from({ length: count }, (_, index) => ({
        base: BigInt(1 + index) * 16n * MIB,
        length: 2n * MIB,
        type: MemoryType.USABLE,
      }));
      for (const reportedEntries of [count, count + 1, count + 2, 2 * count, 99, 0xffff_ffff]) {
        const booted = bootKernel({ memoryMap, reportedEntries, placement: "unlisted" });
        expect(booted.told.number("memmap", "totals", "entries")).toBe(count);
      }
    }
  });

  test("any number of a map without entries is EMPTY_MEMORY_MAP", () => {
    for (const reportedEntries of [1, 0xffff_ffff]) {
      expect(bootOn({ memoryMap: [], reportedEntries })).toBe(ErrorCode.EMPTY_MEMORY_MAP);
    }
  });

  test("fewer than there are: the others are not memory", () => {
    const more = { base: 1n << 32n, length: 16n * MIB, type: MemoryType.USABLE };
    const booted = bootKernel({
      memoryMap: [...MEMORY, more],
      reportedEntries: 1,
      placement: "unlisted",
    });
    expectCleanEnd(booted);
    expect(booted.status).toBe(0);
    expect(booted.told.number("memmap", "totals", "usable")).toBe(Number((16n * MIB) >> 12n));
  });
});

describe("entries", () => {
  test.each([
    ["a type that no protocol knows", { base: 4n * MIB, length: 4096n, type: 0xffffffff }],
    ["no length", { base: 4n * MIB, length: 0n, type: MemoryType.BAD }],
    ["an end at 2^64", { base: U64_MAX - 4095n, length: 4096n, type: MemoryType.USABLE }],
    ["an end past 2^64", { base: U64_MAX, length: U64_MAX, type: MemoryType.USABLE }],
    ["an end past 2^64, reserved", { base: 1n << 40n, length: U64_MAX, type: MemoryType.RESERVED }],
  ])("one with %s is no obstacle", (_, entry) => {
    expect(bootOn({ memoryMap: [...MEMORY, entry] })).toBe(0);
    expect(bootOn({ memoryMap: [entry, ...MEMORY] })).toBe(0);
  });

  test("one that overflows covers all that is above it", () => {
    const map = [{ base: MIB, length: 31n * MIB, type: MemoryType.USABLE }];
    const over = { base: 24n * MIB, length: U64_MAX, type: MemoryType.RESERVED };
    const booted = bootKernel({ memoryMap: [...map, over], placement: "unlisted" });
    expectAccounts(booted);
    expect(booted.told.number("memmap", "totals", "usable")).toBe(Number((23n * MIB) >> 12n));
  });

  test.each([
    ["nothing is usable", [{ base: MIB, length: MIB, type: MemoryType.RESERVED }]],
    ["usable memory is empty", [{ base: MIB, length: 0n, type: MemoryType.USABLE }]],
    ["only frame 0 is usable", [{ base: 0n, length: 4096n, type: MemoryType.USABLE }]],
    ["no frame is whole", [{ base: 0x1001n, length: 0x1ffen, type: MemoryType.USABLE }]],
    ["all is above 16 TiB", [{ base: 1n << 44n, length: MIB, type: MemoryType.USABLE }]],
    ["all is reclaimable", [{ base: MIB, length: MIB, type: MemoryType.BOOTLOADER_RECLAIMABLE }]],
  ])("%s: NO_USABLE_MEMORY", (_, memoryMap) => {
    expect(bootOn({ memoryMap })).toBe(ErrorCode.NO_USABLE_MEMORY);
  });

  test("usable memory that other entries cover is OUT_OF_FRAMES", () => {
    const cover = { base: 0n, length: 1n << 40n, type: MemoryType.BAD };
    expect(bootOn({ memoryMap: [...MEMORY, cover] })).toBe(ErrorCode.OUT_OF_FRAMES);
  });

  test("memory above 16 TiB is named in a warning", () => {
    const above = { base: (1n << 44n) - MIB, length: 3n * MIB, type: MemoryType.USABLE };
    const { told } = bootKernel({ memoryMap: [...MEMORY, above], placement: "unlisted" });
    expect(told.number("memmap", "memory above 16 TiB", "frames")).toBe(512);
    expect(told.number("memmap", "memory above 16 TiB", "bytes")).toBe(2 << 20);
  });
});

describe("boot regions", () => {
  test("without a first linear memory there is no kernel: LINEAR_MEMORY", () => {
    const regions = new Map([[BootRegion.LINEAR_MEMORY, null]]);
    expect(bootOn({ bootRegions: regions })).toBe(ErrorCode.LINEAR_MEMORY);
    expect(bootOn({ placement: "none" })).toBe(ErrorCode.LINEAR_MEMORY);
  });

  test("a first linear memory of another size is LINEAR_MEMORY", () => {
    const { machine } = bootKernel({ memoryMap: MEMORY, placement: "unlisted" });
    const linear = machine.bootRegions.get(BootRegion.LINEAR_MEMORY)!;
    for (const length of [0n, 4096n, 65535n, 2n * 65536n, U64_MAX]) {
      const regions = new Map([[BootRegion.LINEAR_MEMORY, { ...linear, length }]]);
      expect(bootOn({ bootRegions: regions, violations: "record" })).toBe(ErrorCode.LINEAR_MEMORY);
    }
  });

  const absurd: [string, BootRegionRecord][] = [
    ["above all memory", { physical: 1n << 45n, length: MIB, virtual: 1n << 45n }],
    ["without length", { physical: 2n * MIB, length: 0n, virtual: 0n }],
    ["of odd bytes", { physical: 2n * MIB + 7n, length: 4097n, virtual: 7n }],
    ["past 2^64", { physical: U64_MAX - 4096n, length: U64_MAX, virtual: U64_MAX }],
    ["at the last byte", { physical: U64_MAX, length: 1n, virtual: 0n }],
  ];

  test.each(absurd)("a framebuffer %s", (_, region) => {
    expect(bootOn({ bootRegions: new Map([[BootRegion.FRAMEBUFFER, region]]) })).toBe(0);
  });

  test.each(absurd)("a wasm module %s", (_, region) => {
    expect(bootOn({ bootRegions: new Map([[BootRegion.WASM_MODULE, region]]) })).toBe(0);
  });

  test("one that no mapping reaches may end the boot, but in good order", () => {
    const region = { physical: 1n << 50n, length: MIB, virtual: 0n };
    const status = bootOn({ bootRegions: new Map([[BootRegion.FRAMEBUFFER, region]]) });
    expect([ErrorCode.NONE, ErrorCode.INVALID_ADDRESS]).toContain(status);
  });

  test("a framebuffer over all of memory leaves nothing: OUT_OF_FRAMES", () => {
    const region = { physical: 0n, length: U64_MAX, virtual: 0n };
    const regions = new Map([[BootRegion.FRAMEBUFFER, region]]);
    expect(bootOn({ bootRegions: regions })).toBe(ErrorCode.OUT_OF_FRAMES);
  });

  test("regions inside usable memory, and over each other, are kept out of it", () => {
    const at = (physical: bigint, length: bigint): BootRegionRecord => ({
      physical,
      length,
      virtual: 0n,
    });
    const regions = new Map([
      [BootRegion.FRAMEBUFFER, at(3n * MIB + 5n, MIB)],
      [BootRegion.WASM_MODULE, at(3n * MIB + 0x80000n, MIB)],
    ]);
    const booted = bootKernel({
      memoryMap: MEMORY,
      placement: "unlisted",
      bootRegions: regions,
    });
    expectCleanEnd(booted);
    expect(booted.status).toBe(0);
    expectAccounts(booted);
  });
});
