/**
 * Bring-up on memory maps that no firmware should report: thousands of them, dense windows at the
 * borders where arithmetic goes wrong. It starts or says why not; if it starts, every frame is
 * accounted for.
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ErrorCode } from "../../sim/kernel.ts";
import { type MemoryMapEntry, MemoryType } from "../../sim/memory_map.ts";
import { hostileMemoryMap } from "../support/arbitraries.ts";
import { bootKernel, expectAccounts, expectCleanEnd } from "../support/booted_kernel.ts";

const SEED = 3_2026;
const MIB = 1n << 20n;

/** Memory enough to boot, at odd addresses that the windows of hostile maps do not reach. */
const ENOUGH: readonly MemoryMapEntry[] = [
  { base: 0x17_7fff_f123n, length: 8n * MIB, type: MemoryType.USABLE },
];

/** Boots on `memoryMap` and checks all there is to check. Returns the status. */
function check(memoryMap: readonly MemoryMapEntry[]): number {
  const booted = bootKernel({ memoryMap, options: "log=debug" });
  expectCleanEnd(booted);
  if (booted.status === 0) expectAccounts(booted);
  return booted.status;
}

describe("hostile memory maps", () => {
  test("with memory enough besides, the kernel starts", () => {
    fc.assert(
      fc.property(hostileMemoryMap({ always: ENOUGH }), (memoryMap) => {
        expect(check(memoryMap)).toBe(0);
      }),
      { seed: SEED, numRuns: 400 },
    );
  });

  test("with whatever memory there is, it starts or says why not", () => {
    const statuses = new Map<number, number>();
    fc.assert(
      fc.property(hostileMemoryMap(), (memoryMap) => {
        const status = check(memoryMap);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }),
      { seed: SEED, numRuns: 400 },
    );
    console.log(statuses);
    expect([...statuses.keys()].sort()).toEqual([
      ErrorCode.NONE,
      ErrorCode.EMPTY_MEMORY_MAP,
      ErrorCode.NO_USABLE_MEMORY,
      ErrorCode.OUT_OF_FRAMES,
    ]);
  });
});
