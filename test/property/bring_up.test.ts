/**
 * Bring-up on memory maps that no firmware should report: thousands of them, dense windows at the
 * borders where arithmetic goes wrong. It starts or says why not; if it starts, every frame is
 * accounted for.
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ErrorCode } from "../../abi/error_code.ts";
import { BootRegion } from "../../abi/machine.ts";
import { MemoryType } from "../../abi/memory_type.ts";
import { MmStat } from "../../abi/mm_stat.ts";
import { type BootRegionRecord } from "../../sim/boot_layout.ts";
import { type MachineOptions } from "../../sim/machine_options.ts";
import { type MemoryMapEntry } from "../../sim/memory_map.ts";
import { hostileMemoryMap } from "../support/arbitraries.ts";
import {
  type BootedKernel,
  bootKernel,
  expectAccounts,
  expectCleanEnd,
  expectReasons,
} from "../support/booted_kernel.ts";
import { difference, type FrameRange, framesTouched } from "../support/frame_ranges.ts";
import { sanitise } from "../support/reference_sanitiser.ts";
import { draws, usesOwnSeeds } from "../support/seeds.ts";

const SEED = 3_2026;
const FRAME = 4096n;
const MIB = 1n << 20n;
const OPTIONS = "log=debug selftest=off";

/** Memory enough to boot, at odd addresses and where the windows of hostile maps do not reach. */
const ENOUGH: MemoryMapEntry = {
  base: 0x17_7fff_f123n,
  length: 8n * MIB,
  type: MemoryType.USABLE,
};

/** Boots and checks all there is to check. */
function boot(memoryMap: readonly MemoryMapEntry[], more: Partial<MachineOptions> = {}) {
  const booted = bootKernel({ memoryMap, options: OPTIONS, ...more });
  expectCleanEnd(booted);
  if (booted.status === 0) {
    expectAccounts(booted);
    expectReasons(booted);
    expectPlanKept(booted);
  }
  return booted;
}

/** Expects that no list needed more slots than were planned for it, before or after reclaiming. */
function expectPlanKept({ told, kernel, machine }: BootedKernel): void {
  const plan = (key: string) => told.number("mm", "runtime storage plan", key);
  const handoff = (key: string) => told.number("mm", "runtime allocator initialized", key);
  expect(plan("free_slots")).toBeGreaterThanOrEqual(kernel.mmStat(MmStat.MANAGED_RUNS));
  expect(plan("free_slots")).toBeGreaterThanOrEqual(handoff("free_runs"));
  expect(plan("reserved_slots")).toBeGreaterThanOrEqual(kernel.mmStat(MmStat.RESERVED_REGIONS));
  const usable = sanitise(machine.memoryMap).filter(({ type }) => type === MemoryType.USABLE);
  expect(plan("conventional")).toBe(usable.length);
  expect(plan("entries")).toBe(machine.memoryMap.length);
}

/** True if an entry on its own leaves a whole frame that can be used. */
function leavesFrame({ base, length, type }: MemoryMapEntry): boolean {
  const limit = 1n << 44n;
  const first = base === 0n ? 1n : (base + FRAME - 1n) / FRAME;
  const end = base + length > limit ? limit : base + length;
  return type === Number(MemoryType.USABLE) && end / FRAME > first;
}

/** The most contiguous frames that bring-up could have. */
function largestRun({ machine }: BootedKernel): number {
  const usable = sanitise(machine.memoryMap).filter(({ type }) => type === MemoryType.USABLE);
  const taken = [...machine.bootRegions.values()].map(({ physical, length }) =>
    framesTouched(physical, length),
  );
  const size = ({ start, end }: FrameRange) => end - start;
  return Math.max(0, ...difference(usable, taken).map(size));
}

describe("hostile memory maps", () => {
  test("with memory enough besides, the kernel starts", () => {
    fc.assert(
      fc.property(hostileMemoryMap({ always: [ENOUGH] }), (memoryMap) => {
        expect(boot(memoryMap).status).toBe(0);
      }),
      draws(SEED, 700),
    );
  });

  test("whatever of it the loader leaves unmapped, it starts if one region is left", () => {
    const holes = fc.array(
      fc.record({
        base: fc.bigInt(0n, (1n << 20n) - 1n).map((frame) => frame * FRAME),
        length: fc.oneof(fc.bigInt(1n, 1024n), fc.bigInt(1n, 1n << 20n)).map((n) => n * FRAME),
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(hostileMemoryMap({ always: [ENOUGH] }), holes, (memoryMap, unmapped) => {
        expect(boot(memoryMap, { unmapped, placement: "unlisted" }).status).toBe(0);
      }),
      draws(SEED, 300),
    );
  });

  test("with whatever memory there is, it starts or says why not", () => {
    const seen = new Set<number>();
    fc.assert(
      fc.property(hostileMemoryMap(), (memoryMap) => {
        const booted = boot(memoryMap);
        seen.add(booted.status);
        const { memoryMap: told } = booted.machine;
        if (told.length === 0) expect(booted.status).toBe(ErrorCode.EMPTY_MEMORY_MAP);
        else if (!told.some(leavesFrame)) expect(booted.status).toBe(ErrorCode.NO_USABLE_MEMORY);
        else if (booted.status !== 0) {
          expect(booted.status).toBe(ErrorCode.OUT_OF_FRAMES);
          // All tables of bring-up and paging fit in 2 MiB, unless the machine is enormous.
          expect(largestRun(booted)).toBeLessThan(512);
        }
      }),
      draws(SEED, 900),
    );
    if (!usesOwnSeeds) return;
    const { NONE, EMPTY_MEMORY_MAP, NO_USABLE_MEMORY, OUT_OF_FRAMES } = ErrorCode;
    expect(seen).toEqual(new Set([NONE, EMPTY_MEMORY_MAP, NO_USABLE_MEMORY, OUT_OF_FRAMES]));
  });
});

describe("the storage plan", () => {
  const TYPES = [MemoryType.USABLE, MemoryType.BOOTLOADER_RECLAIMABLE, MemoryType.RESERVED];

  /** Runs of a few frames of alternating types from 16 MiB on: as many regions as there can be. */
  const crumbs = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.constantFrom(...TYPES), fc.nat(2)), {
      minLength: 40,
      maxLength: 160,
      size: "max",
    })
    .map((pieces) => {
      let frame = 4096;
      return pieces.map(([frames, type, gap]): MemoryMapEntry => {
        const start = frame + gap;
        frame = start + frames;
        return { base: BigInt(start) * FRAME, length: BigInt(frames) * FRAME, type };
      });
    });

  /** A boot region somewhere in the crumbs. */
  const region = fc
    .tuple(fc.nat(3000), fc.integer({ min: 1, max: 200 }))
    .map(([frame, frames]): BootRegionRecord => ({
      physical: BigInt(4096 + frame) * FRAME + 5n,
      length: BigInt(frames) * FRAME,
      virtual: 0n,
    }));

  test("has slots enough for any number of regions and reservations", () => {
    fc.assert(
      fc.property(crumbs, region, region, fc.bigInt(0n, 3n), (pieces, screen, module, large) => {
        // The more memory there is, the more page tables carving needs.
        const rest = { ...ENOUGH, length: (8n * MIB) << (4n * large) };
        const bootRegions = new Map([
          [BootRegion.FRAMEBUFFER, screen],
          [BootRegion.WASM_MODULE, module],
        ]);
        const { status } = boot([...pieces, rest], { bootRegions, placement: "unlisted" });
        expect(status).toBe(0);
      }),
      draws(SEED, 120),
    );
  });

  test("or there is too little memory: then that is said, and nothing of slots", () => {
    fc.assert(
      fc.property(crumbs, (pieces) => {
        const { status } = boot(pieces, { placement: "unlisted" });
        expect([ErrorCode.NONE, ErrorCode.OUT_OF_FRAMES]).toContain(status);
      }),
      draws(SEED, 120),
    );
  });
});
