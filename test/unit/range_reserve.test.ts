/**
 * `range_reserve`: what it refuses and why, that a refusal changes nothing, and that any number of
 * ranges can be reserved.
 */

import { beforeEach, describe, expect, test } from "vitest";
import { ErrorCode } from "../../abi/error_code.ts";
import { MemoryType } from "../../abi/memory_type.ts";
import { MmStat } from "../../abi/mm_stat.ts";
import {
  type BootedKernel,
  expectTotals,
  managedFrames,
  plainMap,
  referenceFor,
  startKernel,
} from "../support/booted_kernel.ts";
import { type FrameRange } from "../support/frame_ranges.ts";
import { KernelDuel, signed } from "../support/kernel_duel.ts";

const FRAME = 4096n;
const MIB = 1n << 20n;
const GIB = 1n << 30n;
const OPTIONS = { placement: "unlisted", options: "selftest=off" } as const;

/** The reason that `reserved_region` reports for what a caller reserved. */
const CALLER = 13;

const frame = (address: bigint) => Number(address / FRAME);

describe("on a machine with a few runs", () => {
  const MAP = [
    { base: 2n * MIB, length: 8n * MIB, type: MemoryType.USABLE },
    { base: 16n * MIB, length: 2n * MIB, type: MemoryType.USABLE },
    { base: 32n * MIB, length: 2n * MIB, type: MemoryType.USABLE },
    { base: 48n * MIB, length: 2n * MIB, type: MemoryType.USABLE },
    { base: GIB, length: MIB, type: MemoryType.RESERVED },
  ];
  let booted: BootedKernel;
  let duel: KernelDuel;
  beforeEach(() => {
    booted = startKernel(MAP, OPTIONS);
    duel = new KernelDuel(booted);
  });

  /** `range_reserve` of bytes that need not be whole frames; nothing may change if it refuses. */
  function refusal(address: bigint, bytes: bigint): number {
    const regions = booted.kernel.reservedRegions();
    const code = booted.kernel.rangeReserve(signed(address), signed(bytes));
    expect(code).not.toBe(ErrorCode.NONE);
    expect(booted.kernel.lastError()).toBe(code);
    expectTotals(booted.kernel, duel.model);
    expect(managedFrames(booted.kernel)).toEqual(duel.model.managed);
    expect(booted.kernel.reservedRegions()).toEqual(regions);
    return code;
  }

  /** A run of which the kernel uses nothing. */
  function wholeRun(): FrameRange {
    const free = duel.model.freeRuns();
    const isFree = (run: FrameRange) =>
      free.some(({ start, end }) => start === run.start && end === run.end);
    return duel.model.managed.find((run) => run.end - run.start === 512 && isFree(run))!;
  }

  test.each([
    ["empty", 4n * MIB, 0n],
    ["empty at 0", 0n, 0n],
    ["a byte off", 4n * MIB + 1n, FRAME],
    ["half a frame", 4n * MIB, FRAME / 2n],
    ["a byte too long", 4n * MIB, FRAME + 1n],
    ["half a frame off and as much short", 4n * MIB + 2048n, 2048n],
    ["beyond 16 TiB", 1n << 44n, FRAME],
    ["past 16 TiB", (1n << 44n) - FRAME, 2n * FRAME],
    ["past 2^64", (1n << 64n) - FRAME, 2n * FRAME],
    ["of 2^64 - 4096 bytes", 4n * MIB, (1n << 64n) - FRAME],
  ])("%s is INVALID_DESCRIPTOR", (_, address, bytes) => {
    expect(refusal(address, bytes)).toBe(ErrorCode.INVALID_DESCRIPTOR);
  });

  test.each([
    ["frame 0", 0n, FRAME],
    ["a hole", 12n * MIB, MIB],
    ["what the map reserves", GIB, FRAME],
    ["half a hole", 16n * MIB - FRAME, 2n * FRAME],
    ["a run and the hole behind it", 17n * MIB, 2n * MIB],
    ["the last frame of 16 TiB", (1n << 44n) - FRAME, FRAME],
  ])("%s is INVALID_ADDRESS", (_, address, bytes) => {
    expect(refusal(address, bytes)).toBe(ErrorCode.INVALID_ADDRESS);
  });

  test("reserved comes before not managed, not managed before allocated", () => {
    const reserved = booted.kernel.reservedRegions().find(({ base }) => base < 16n * MIB)!;
    expect(refusal(reserved.base, FRAME)).toBe(ErrorCode.RESERVED);
    // All of memory, with holes and whatever the kernel allocated, is RESERVED too.
    expect(refusal(0n, 1n << 44n)).toBe(ErrorCode.RESERVED);
    while (duel.alloc(8) !== 0n);
    expect(refusal(17n * MIB, 2n * MIB)).toBe(ErrorCode.INVALID_ADDRESS);
    expect(refusal(17n * MIB, FRAME)).toBe(ErrorCode.BUSY);
  });

  test("a range that is allocated in one frame only is BUSY", () => {
    const pages = [0, 1, 2, 3].map(() => frame(duel.alloc(0)));
    const [first, last] = [Math.min(...pages), Math.max(...pages)];
    expect(last - first).toBe(3);
    for (const page of pages.filter((one) => one !== last)) duel.free(BigInt(page) * FRAME, 0);
    expect(duel.reserve(last, last + 1)).toBe(ErrorCode.BUSY);
    expect(duel.reserve(first, last + 1)).toBe(ErrorCode.BUSY);
    expect(duel.free(BigInt(last) * FRAME, 0)).toBe(ErrorCode.NONE);
    expect(duel.reserve(first, last + 1)).toBe(ErrorCode.NONE);
  });

  test("what is reserved is never allocated, freed, retained or reserved again", () => {
    const first = wholeRun().start;
    expect(duel.reserve(first, first + 100)).toBe(ErrorCode.NONE);
    for (const one of [first, first + 50, first + 99]) {
      const address = BigInt(one) * FRAME;
      expect(duel.free(address, 0)).toBe(ErrorCode.RESERVED);
      expect(duel.retain(address)).toBe(ErrorCode.RESERVED);
      expect(duel.reserve(one, one + 1)).toBe(ErrorCode.RESERVED);
    }
    expect(duel.reserve(first + 99, first + 101)).toBe(ErrorCode.RESERVED);
    duel.drain();
  });

  test("a shared frame stays when all around it is reserved", () => {
    const { start, end } = wholeRun();
    expect([start % 512, end - start]).toEqual([0, 512]);
    duel.drain();
    const kept = start + 77;
    expect(duel.retain(BigInt(kept) * FRAME)).toBe(ErrorCode.NONE);
    for (let one = start; one < end; ++one) if (one !== kept) duel.free(BigInt(one) * FRAME, 0);
    expect(duel.reserve(start, kept)).toBe(ErrorCode.NONE);
    expect(duel.reserve(kept + 1, end)).toBe(ErrorCode.NONE);
    expect(duel.free(BigInt(kept) * FRAME, 0)).toBe(ErrorCode.NONE);
    expect(duel.free(BigInt(kept) * FRAME, 0)).toBe(ErrorCode.NONE);
    expect(duel.alloc(0)).toBe(BigInt(kept) * FRAME);
  });

  test("ranges that touch become one region; single frames, ends and whole runs can go", () => {
    const { start, end } = wholeRun();
    const regions = booted.kernel.mmStat(MmStat.RESERVED_REGIONS);
    for (const [from, to] of [
      [start, start + 1],
      [end - 1, end],
      [start + 10, start + 20],
      [start + 20, start + 30],
      [start + 9, start + 10],
      [start + 1, start + 9],
      [start + 30, end - 1],
    ] as const) {
      expect(duel.reserve(from, to)).toBe(ErrorCode.NONE);
    }
    expect(booted.kernel.mmStat(MmStat.RESERVED_REGIONS)).toBe(regions + 1);
    expect(booted.kernel.reservedRegions().find(({ reason }) => reason === CALLER)).toEqual({
      base: BigInt(start) * FRAME,
      length: 2n * MIB,
      reason: CALLER,
    });
    expect(duel.model.isManaged(start)).toBe(false);
  });
});

describe("thousands of ranges", () => {
  /** Reserves every other frame of `[from, to)` by raw calls, which is quick; the code of the last. */
  function reserveAlternate(booted: BootedKernel, from: number, to: number): number {
    for (let at = from; at < to; at += 2) {
      const code = booted.kernel.rangeReserve(BigInt(at) * FRAME, FRAME);
      if (code !== ErrorCode.NONE) return code;
    }
    return ErrorCode.NONE;
  }

  test("both lists grow past what was planned, and keep their order", () => {
    const booted = startKernel(plainMap(64n * MIB), { ...OPTIONS, options: "log=debug" });
    const { kernel, told } = booted;
    const planned = told.number("mm", "runtime storage plan", "reserved_slots");
    const linear = kernel.mmStat(MmStat.LINEAR_BYTES);
    const before = { runs: managedFrames(kernel), regions: kernel.reservedRegions() };
    const from = frame(2n * MIB);
    const to = from + 12_000;
    expect(reserveAlternate(booted, from, to)).toBe(ErrorCode.NONE);
    expect(kernel.mmStat(MmStat.RESERVED_REGIONS)).toBe(before.regions.length + 6000);
    expect(kernel.mmStat(MmStat.RESERVED_REGIONS)).toBeGreaterThan(10 * planned);
    expect(kernel.mmStat(MmStat.MANAGED_RUNS)).toBe(before.runs.length + 6000);
    expect(kernel.mmStat(MmStat.LINEAR_BYTES)).toBeGreaterThan(linear);

    const expected = Array.from({ length: 6000 }, (_, index) => from + 2 * index);
    const regions = kernel.reservedRegions().filter(({ reason }) => reason === CALLER);
    expect(regions).toEqual(
      expected.map((at) => ({ base: BigInt(at) * FRAME, length: FRAME, reason: CALLER })),
    );
    expect(managedFrames(kernel).slice(1, 6000)).toEqual(
      expected.slice(0, -1).map((at) => ({ start: at + 1, end: at + 2 })),
    );
    expectTotals(kernel, referenceFor(booted));
    // The frames between are all there, and the reserved ones are not.
    const low = new Set<number>();
    for (let address = kernel.frameAlloc(0); address !== 0n; address = kernel.frameAlloc(0)) {
      if (frame(address) >= from && frame(address) < to) low.add(frame(address));
    }
    expect([...low].sort((a, b) => a - b)).toEqual(expected.map((at) => at + 1));
  });

  test("when there is no block to grow with it is OUT_OF_FRAMES and changes nothing", () => {
    const duel = new KernelDuel(startKernel(plainMap(4n * MIB), OPTIONS));
    const { kernel } = duel.booted;
    const held: number[] = [];
    for (let page = duel.alloc(0); page !== 0n; page = duel.alloc(0)) held.push(frame(page));
    const singles = held.sort((a, b) => a - b).filter((_, index) => index % 2 === 0);
    for (const page of singles) kernel.frameFree(BigInt(page) * FRAME, 0);
    for (const page of singles) expect(duel.model.free(BigInt(page) * FRAME, 0, 0)).toBe("");
    let reserved = 0;
    let code = 0;
    for (; code === ErrorCode.NONE; ++reserved) {
      const page = BigInt(singles[reserved]!) * FRAME;
      code = kernel.rangeReserve(page, FRAME);
      const accepted = { start: frame(page), end: frame(page) + 1 };
      if (code === ErrorCode.NONE) expect(duel.model.reserve(accepted, code)).toBe("");
    }
    expect(code).toBe(ErrorCode.OUT_OF_FRAMES);
    expect(reserved).toBeGreaterThan(60);
    expect(reserved).toBeLessThan(singles.length);
    expectTotals(kernel, duel.model);
    expect(managedFrames(kernel)).toEqual(duel.model.managed);
    // With a block to grow with it goes on.
    const page = BigInt(singles[reserved - 1]!) * FRAME;
    for (const one of held) {
      if (!singles.includes(one)) expect(duel.model.free(BigInt(one) * FRAME, 0, 0)).toBe("");
      if (!singles.includes(one)) kernel.frameFree(BigInt(one) * FRAME, 0);
    }
    expect(duel.reserve(frame(page), frame(page) + 1)).toBe(ErrorCode.NONE);
    duel.drain();
  });
});
