/**
 * What the memory manager costs: bytes for each frame that it manages, whatever the address space
 * looks like, and a start that takes no longer on a larger machine.
 */

import { describe, expect, test } from "vitest";
import { MemoryType } from "../../abi/memory_type.ts";
import { MmStat } from "../../abi/mm_stat.ts";
import { type MemoryMapEntry } from "../../sim/memory_map.ts";
import { type BootedKernel, expectAccounts, startKernel } from "../support/booted_kernel.ts";
import { countBoot } from "../support/counted_kernel.ts";
import { recordedMap } from "../support/memmaps.ts";

const KIB = 1n << 10n;
const MIB = 1n << 20n;
const GIB = 1n << 30n;
const TIB = 1n << 40n;

const usable = (base: bigint, end: bigint): MemoryMapEntry => ({
  base,
  length: end - base,
  type: MemoryType.USABLE,
});

/** A PC with `bytes` of RAM: a hole below 1 MiB, one below 4 GiB; always seven entries. */
function pc(bytes: bigint, hole = 0n): MemoryMapEntry[] {
  const low = bytes < 3n * GIB ? bytes : 3n * GIB;
  const middle = 4n * GIB + (bytes - low) / 2n;
  return [
    usable(0n, 639n * KIB),
    { base: 639n * KIB, length: KIB, type: MemoryType.RESERVED },
    { base: 0xf0000n, length: 64n * KIB, type: MemoryType.RESERVED },
    usable(MIB, low),
    { base: 0xfee00000n, length: 4n * KIB, type: MemoryType.RESERVED },
    usable(4n * GIB, middle),
    usable(middle + hole, middle + hole + (bytes - low) / 2n),
  ];
}

/** Bytes of metadata, checked against what linear memory and its page tables come to. */
function metadata(booted: BootedKernel): number {
  const { kernel } = booted;
  const PAGE_TABLES = 6;
  const tables = kernel
    .reservedRegions()
    .filter(({ reason }) => reason === PAGE_TABLES)
    .reduce((sum, { length }) => sum + Number(length), 0);
  expect(tables).toBeGreaterThan(0);
  const bytes = kernel.mmStat(MmStat.METADATA_BYTES);
  expect(bytes).toBe(kernel.exports.memory.buffer.byteLength - 65536 + tables);
  return bytes;
}

describe("bytes of metadata", () => {
  test.each([16n, 32n, 64n, 128n, 512n, 1024n, 2048n, 4096n])(
    "at most 0.75 a frame and 128 KiB on a machine of %i MiB",
    (mib) => {
      const booted = startKernel(pc(mib * MIB));
      const managed = booted.kernel.mmStat(MmStat.MANAGED);
      expect(managed).toBeGreaterThan(Number((mib - 4n) * 256n));
      expect(metadata(booted)).toBeLessThanOrEqual(0.75 * managed + 128 * 1024);
    },
  );

  test.each([
    ["4 GiB", pc(4n * GIB), 4n * GIB],
    ["8 GiB", pc(8n * GIB), 8n * GIB],
    ["64 GiB", pc(64n * GIB), 64n * GIB],
    ["1 TiB", pc(TIB), TIB],
    ["1 TiB around a hole of 6 TiB", pc(TIB, 6n * TIB), TIB],
    ["768 GiB in eight nodes", recordedMap("dell-r7625-768g-8node").entries, 767n * GIB],
    ["16 TiB, all that there can be", [usable(0n, 16n * TIB)], 16n * TIB],
  ])("at most 0.45 a frame on a machine of %s", (_, memoryMap, bytes) => {
    const booted = startKernel(memoryMap);
    const managed = booted.kernel.mmStat(MmStat.MANAGED);
    // The tables themselves are not managed.
    expect(managed).toBeGreaterThan(Number(bytes / 4096n) * 0.999);
    expect(metadata(booted)).toBeLessThanOrEqual(0.45 * managed);
  });

  test.each([64n, 1024n])("a hole costs next to nothing on a machine of %i GiB", (gib) => {
    const compact = metadata(startKernel(pc(gib * GIB)));
    for (const hole of [GIB, TIB, 8n * TIB]) {
      const booted = startKernel(pc(gib * GIB, hole));
      // One u32 for each GiB of the span.
      const span = Number(hole / GIB) * 4;
      expect(metadata(booted)).toBeLessThanOrEqual(compact + span + 2 * 65536);
    }
  });

  test("what is reserved costs nothing, however far away", () => {
    const bytes = metadata(startKernel(pc(128n * MIB)));
    const flash = { base: 12n * TIB, length: TIB, type: MemoryType.RESERVED };
    expect(metadata(startKernel([...pc(128n * MIB), flash]))).toBe(bytes);
  });
});

describe("the handoff", () => {
  /** From the first look to the handoff: microseconds by the log, and what was executed. */
  function handoff(memoryMap: readonly MemoryMapEntry[]) {
    const { told, log, executed } = countBoot({ memoryMap, options: "selftest=off" });
    const line = log.findIndex((text) => text.includes("runtime allocator initialized"));
    const first = log.findIndex((text) => text.includes("memmap:"));
    return {
      microseconds: told.number("mm", "runtime allocator initialized", "elapsed_us"),
      executed: executed[line]! - executed[first]!,
    };
  }

  test.each([1n, 4n, 64n])("costs at %i GiB at most twice that at 512 MiB", (gib) => {
    const small = handoff(pc(512n * MIB));
    const large = handoff(pc(gib * GIB));
    expect(small.executed).toBeGreaterThan(1000);
    expect(large.executed).toBeLessThanOrEqual(2 * small.executed);
    expect(large.microseconds).toBeLessThanOrEqual(2 * small.microseconds);
  });

  test("takes a few steps for each GiB of a machine that has a thousand of them", () => {
    const small = handoff(pc(64n * GIB));
    const large = handoff(pc(1024n * GIB));
    expect(large.executed - small.executed).toBeLessThan(16 * (1024 - 64));
    expect(large.microseconds).toBeLessThanOrEqual(2 * small.microseconds);
  });
});

test("all of 16 TiB is managed or reserved, frame 0 apart", () => {
  const { kernel } = startKernel([usable(0n, 16n * TIB)], { options: "selftest=off" });
  const runs = [...kernel.managedRuns(), ...kernel.reservedRegions()];
  const bytes = runs
    .filter(({ base }) => base < 16n * TIB)
    .reduce((sum, { length }) => sum + length, 0n);
  expect(bytes).toBe(16n * TIB - 4096n);
  const last = kernel.managedRuns().at(-1)!;
  const reserved = kernel.reservedRegions().findLast(({ base }) => base < 16n * TIB)!;
  const ends = [last.base + last.length, reserved.base + reserved.length];
  expect(ends).toContain(16n * TIB);
});

test("the accounts hold on a machine with a hole of terabytes", () => {
  const booted = startKernel(pc(256n * GIB, 6n * TIB), { options: "selftest=off" });
  expectAccounts(booted);
});
