/**
 * The exports of ABI 2, one documented behaviour at a time, each error code by its name.
 */

import { beforeEach, describe, expect, test } from "vitest";
import { ErrorCode } from "../../abi/error_code.ts";
import { BlockState, FrameFlag } from "../../abi/frame.ts";
import { MemoryType } from "../../abi/memory_type.ts";
import { MmStat } from "../../abi/mm_stat.ts";
import { type KernelExports } from "../../sim/kernel.ts";
import {
  type BootedKernel,
  bootKernel,
  CODE_NAMES,
  expectTotals,
  plainMap,
  startKernel,
  watchKernel,
} from "../support/booted_kernel.ts";
import { compileEntry } from "../support/entry_compiler.ts";
import { KernelDuel } from "../support/kernel_duel.ts";
import { kernelModule } from "../support/kernel_module.ts";

const FRAME = 4096n;
const MIB = 1n << 20n;
const GIB = 1n << 30n;
const U64_MAX = (1n << 64n) - 1n;

/** How many figures `mm_stat` has. */
const STATS = 15;

/** 15 MiB below 16 MiB, then some below 4 GiB, then some above. */
const ZONES = [
  { base: MIB, length: 15n * MIB, type: MemoryType.USABLE },
  { base: 32n * MIB, length: 32n * MIB, type: MemoryType.USABLE },
  { base: 4n * GIB, length: 32n * MIB, type: MemoryType.USABLE },
  { base: 8n * GIB, length: MIB, type: MemoryType.RESERVED },
];

/** Calls every export that works on the allocator; what each answered, and the last error. */
function callAll(exports: KernelExports): Record<string, number | bigint> {
  return {
    frame_alloc: exports.frame_alloc(0, 0),
    last_error: exports.last_error(),
    frame_free: exports.frame_free(MIB, 0),
    frame_retain: exports.frame_retain(MIB),
    range_reserve: exports.range_reserve(MIB, FRAME),
    mm_stat: exports.mm_stat(MmStat.MANAGED),
    managed_run: exports.managed_run(0, 512),
    reserved_region: exports.reserved_region(0, 512),
    frame_block: exports.frame_block(MIB, 512),
  };
}

/** What `callAll` answers where the allocator cannot be used, for `code`. */
function refused(code: number): Record<string, number | bigint> {
  return {
    frame_alloc: 0n,
    last_error: code,
    frame_free: code,
    frame_retain: code,
    range_reserve: code,
    mm_stat: 0n,
    managed_run: 0,
    reserved_region: 0,
    frame_block: 0,
  };
}

describe("before there is an allocator", () => {
  test("a kernel that was never started answers NOT_READY", () => {
    const imports = new Proxy({}, { get: () => () => 0 });
    const { exports } = new WebAssembly.Instance(kernelModule(), { shim: imports });
    const kernel = exports as unknown as KernelExports;
    expect(kernel.abi_version()).toBe(2);
    expect(kernel.last_error()).toBe(ErrorCode.NONE);
    expect(callAll(kernel)).toEqual(refused(ErrorCode.NOT_READY));
  });

  test("a nested call during bring-up finds NOT_READY, then BUSY, and changes nothing", () => {
    const undisturbed = startKernel(ZONES, { placement: "unlisted" });
    const codes = new Map<number, number>();
    const disturbed = watchKernel({ memoryMap: ZONES, placement: "unlisted" }, (exports) => {
      const code = exports.frame_free(MIB, 0);
      codes.set(code, (codes.get(code) ?? 0) + 1);
      // The line that announces the handoff is written while the allocator is there and not lent.
      if (code !== ErrorCode.NOT_ALLOCATED) expect(callAll(exports)).toEqual(refused(code));
    });
    const { NOT_READY, BUSY, NOT_ALLOCATED } = ErrorCode;
    expect([...codes.keys()]).toEqual([NOT_READY, NOT_ALLOCATED, BUSY]);
    expect(codes.get(NOT_READY)).toBeGreaterThan(100);
    expect(codes.get(BUSY)).toBeGreaterThan(100);
    const stats = (booted: BootedKernel) =>
      Array.from({ length: STATS }, (_, kind) => booted.kernel.mmStat(kind));
    expect(stats(disturbed)).toEqual(stats(undisturbed));
  });
});

test("a call nested in an export finds the allocator BUSY and changes nothing", () => {
  let nested: Record<string, number | bigint> | undefined;
  let watching = false;
  const { kernel, exports } = watchKernel(
    { memoryMap: ZONES, options: "selftest=off" },
    (inner) => {
      if (!watching) return;
      watching = false;
      nested = callAll(inner);
    },
  );
  const free = kernel.mmStat(MmStat.FREE);
  watching = true;
  const address = exports.frame_alloc(0, FrameFlag.ZERO);
  expect(nested).toEqual(refused(ErrorCode.BUSY));
  expect(kernel.frameFree(address, 0)).toBe(ErrorCode.NONE);
  expect(kernel.mmStat(MmStat.FREE)).toBe(free);
});

describe("a running kernel", () => {
  let booted: BootedKernel;
  let duel: KernelDuel;
  beforeEach(() => {
    booted = startKernel(ZONES, { placement: "unlisted", options: "selftest=off" });
    duel = new KernelDuel(booted);
  });

  test("kernel_main again is ALREADY_INITIALIZED and changes nothing", () => {
    const { exports, machine } = booted;
    duel.alloc(3);
    expect(exports.kernel_main(0n, ZONES.length)).toBe(ErrorCode.ALREADY_INITIALIZED);
    machine.console.end();
    expect(machine.console.lines.at(-1)).toMatch(/^PANIC: mm: .* name=ALREADY_INITIALIZED$/);
    duel.alloc(0);
    duel.release();
  });

  test("a second handoff is ALREADY_INITIALIZED and changes nothing", () => {
    const module = new WebAssembly.Module(
      compileEntry("handoff_entry.ts", ["--initialMemory", "1"]),
    );
    const again = bootKernel({ memoryMap: ZONES, options: "selftest=off" }, module);
    const both = new KernelDuel(again);
    both.alloc(3);
    const exports = again.exports as KernelExports & { hand_off_again(): number };
    expect(exports.hand_off_again()).toBe(ErrorCode.ALREADY_INITIALIZED);
    both.alloc(0);
    both.release();
  });

  test("error_name knows every code and no other", () => {
    const { kernel } = booted;
    expect(CODE_NAMES.map((_, code) => kernel.errorName(code))).toEqual(CODE_NAMES);
    for (const code of [CODE_NAMES.length, 1000, -1, 0x7fff_ffff, -0x8000_0000]) {
      expect(kernel.errorName(code)).toBe("UNKNOWN");
    }
  });

  test("error_name writes no more than there is room for, and says what it would have been", () => {
    const { exports } = booted;
    const bytes = new Uint8Array(exports.memory.buffer, 512, 16).fill(0x2e);
    expect(exports.error_name(ErrorCode.RESERVED, 512, 3)).toBe(8);
    expect(new TextDecoder().decode(bytes)).toBe("RES.............");
    expect(exports.error_name(ErrorCode.RESERVED, 512, 0)).toBe(8);
    expect(exports.error_name(ErrorCode.RESERVED, 512, 12)).toBe(8);
    expect(new TextDecoder().decode(bytes)).toBe("RESERVED........");
  });

  test("last_error is the code of the last refusal; success does not clear it", () => {
    const { kernel } = booted;
    expect(kernel.lastError()).toBe(ErrorCode.NONE);
    expect(kernel.frameAlloc(19)).toBe(0n);
    expect(kernel.lastError()).toBe(ErrorCode.INVALID_ORDER);
    const frame = kernel.frameAlloc(0);
    expect(kernel.lastError()).toBe(ErrorCode.INVALID_ORDER);
    expect(kernel.frameFree(frame, 0)).toBe(0);
    expect(kernel.frameFree(frame, 0)).toBe(ErrorCode.NOT_ALLOCATED);
    expect(kernel.lastError()).toBe(ErrorCode.NOT_ALLOCATED);
  });

  test("mm_stat of an unknown kind is 0 and UNSUPPORTED", () => {
    const { kernel } = booted;
    for (const kind of [STATS, 100, -1, 0x7fff_ffff, -0x8000_0000]) {
      kernel.frameAlloc(19);
      expect(kernel.mmStat(kind)).toBe(0);
      expect(kernel.lastError()).toBe(ErrorCode.UNSUPPORTED);
    }
  });

  test("lists answer 0 past their end, and write nothing", () => {
    const { kernel, exports } = booted;
    const runs = kernel.mmStat(MmStat.MANAGED_RUNS);
    const regions = kernel.mmStat(MmStat.RESERVED_REGIONS);
    const scratch = new Uint8Array(exports.memory.buffer, 512, 24);
    const lists = [
      [(index: number) => exports.managed_run(index, 512), runs],
      [(index: number) => exports.reserved_region(index, 512), regions],
    ] as const;
    for (const [list, length] of lists) {
      for (const index of [length, length + 1, 0x7fff_ffff, -1, -0x8000_0000]) {
        scratch.fill(0x77);
        expect(list(index)).toBe(0);
        expect(scratch.every((byte) => byte === 0x77)).toBe(true);
      }
      expect(list(length - 1)).toBe(1);
      expect(scratch.every((byte) => byte === 0x77)).toBe(false);
    }
  });

  test("frame_block tells what is around any byte below 16 TiB", () => {
    const { kernel, exports } = booted;
    const block = duel.alloc(3);
    duel.retain(duel.alloc(0));
    duel.compareBlocks();
    const allocated = { base: block, length: 8n * FRAME, state: BlockState.ALLOCATED };
    expect(kernel.frameBlock(block + 8n * FRAME - 1n)).toEqual(allocated);
    for (const base of [0n, kernel.reservedRegions()[0]!.base, 24n * MIB, (16n << 40n) - FRAME]) {
      const foreign = { base, length: FRAME, state: BlockState.UNMANAGED };
      expect(kernel.frameBlock(base + 17n)).toEqual(foreign);
    }
    for (const address of [16n << 40n, (1n << 63n) - 1n, U64_MAX]) {
      expect(exports.frame_block(BigInt.asIntN(64, address), 512)).toBe(0);
      expect(() => kernel.frameBlock(address)).toThrow(RangeError);
    }
  });

  test.each([19, 20, 31, 32, 63, 64, 255, 0x7fff_ffff, -1, -18, -0x8000_0000])(
    "order %i is INVALID_ORDER",
    (order) => {
      const held = duel.alloc(0);
      expect(duel.alloc(order)).toBe(0n);
      expect(booted.kernel.lastError()).toBe(ErrorCode.INVALID_ORDER);
      for (const address of [held, held + 1n, 16n << 40n, U64_MAX]) {
        expect(duel.free(address, order)).toBe(ErrorCode.INVALID_ORDER);
      }
    },
  );

  test.each([8, 16, 0x8000_0000 | 0, -1, 9])("flags %i are UNSUPPORTED", (flags) => {
    const { kernel } = booted;
    expect(kernel.frameAlloc(0, flags)).toBe(0n);
    expect(kernel.lastError()).toBe(ErrorCode.UNSUPPORTED);
    expectTotals(kernel, duel.model);
  });

  test.each([
    1n,
    0xfffn,
    FRAME / 2n,
    (1n << 44n) - 1n,
    1n << 44n,
    (1n << 44n) + 32n * MIB,
    (1n << 52n) - FRAME,
    1n << 63n,
    U64_MAX - 4095n,
    U64_MAX,
  ])("address %i is INVALID_ADDRESS", (address) => {
    expect(duel.free(address, 0)).toBe(ErrorCode.INVALID_ADDRESS);
    expect(duel.free(address, 18)).toBe(ErrorCode.INVALID_ADDRESS);
    expect(duel.retain(address)).toBe(ErrorCode.INVALID_ADDRESS);
  });

  test("frees that are no frees have each their own code and change nothing", () => {
    const block = duel.alloc(4);
    const page = duel.alloc(0);
    const reserved = booted.kernel.reservedRegions()[0]!.base;
    expect(duel.free(0n, 0)).toBe(ErrorCode.INVALID_ADDRESS);
    expect(duel.free(24n * MIB, 0)).toBe(ErrorCode.INVALID_ADDRESS);
    expect(duel.free(8n * GIB, 0)).toBe(ErrorCode.INVALID_ADDRESS);
    expect(duel.free(reserved, 0)).toBe(ErrorCode.RESERVED);
    expect(duel.retain(reserved)).toBe(ErrorCode.RESERVED);
    expect(duel.free(block + 1n, 4)).toBe(ErrorCode.INVALID_ADDRESS);
    expect(duel.free(block, 3)).toBe(ErrorCode.ORDER_MISMATCH);
    expect(duel.free(block, 0)).toBe(ErrorCode.ORDER_MISMATCH);
    expect(duel.free(block + 8n * FRAME, 3)).toBe(ErrorCode.ORDER_MISMATCH);
    expect(duel.free(block + FRAME, 4)).toBe(ErrorCode.INVALID_ADDRESS);
    expect(duel.retain(block)).toBe(ErrorCode.ORDER_MISMATCH);
    expect(duel.free(block, 4)).toBe(ErrorCode.NONE);
    expect(duel.free(block, 4)).toBe(ErrorCode.NOT_ALLOCATED);
    expect(duel.retain(block)).toBe(ErrorCode.NOT_ALLOCATED);
    expect(duel.free(page, 0)).toBe(ErrorCode.NONE);
    expect(duel.free(page, 0)).toBe(ErrorCode.NOT_ALLOCATED);
  });

  test("zeroed memory is zero to the last byte, whatever was there", () => {
    const { kernel, machine } = booted;
    const word = (address: bigint, at: number) => machine.physicalMemory.load(Number(address) + at);
    for (const order of [0, 1, 6, 9]) {
      const bytes = 4096 * 2 ** order;
      const dirty = kernel.frameAlloc(order);
      machine.physicalMemory.fill(Number(dirty), bytes + 4096, 0xee);
      kernel.frameFree(dirty, order);
      expect(kernel.frameAlloc(order, FrameFlag.ZERO)).toBe(dirty);
      for (let at = 0; at < bytes; at += 8) {
        if (word(dirty, at) !== 0n) throw new Error(`order ${order} is dirty at ${at}`);
      }
      expect(word(dirty, bytes)).not.toBe(0n);
    }
  });

  test("low memory is for those who need it: others get it last", () => {
    const zoneOf = (address: bigint) => (address < 16n * MIB ? 0 : address < 4n * GIB ? 1 : 2);
    const zones: number[] = [];
    for (let address = duel.alloc(6); address !== 0n; address = duel.alloc(6)) {
      zones.push(zoneOf(address));
    }
    expect(zones).toEqual([...zones].sort((a, b) => b - a));
    expect(new Set(zones)).toEqual(new Set([0, 1, 2]));
  });

  test("a frame that comes back above low memory is the next one that is given", () => {
    const isHigh = (address: bigint) => address >= 4n * GIB;
    while (isHigh(duel.alloc(8)));
    const high: bigint[] = [];
    for (let frame = duel.alloc(0); isHigh(frame); frame = duel.alloc(0)) high.push(frame);
    // Far from each other, so that none of them is where the front end looks next anyway.
    for (const frame of [high[0]!, high[100]!, high[200]!]) {
      expect(duel.free(frame, 0)).toBe(0);
      expect(duel.alloc(0)).toBe(frame);
    }
    const pair = high.find((frame) => frame % (2n * FRAME) === 0n)!;
    duel.free(pair, 0);
    duel.free(pair + FRAME, 0);
    expect(duel.alloc(1)).toBe(pair);
    expect(isHigh(duel.alloc(0))).toBe(false);
    expect(duel.free(pair, 1)).toBe(0);
    expect(isHigh(duel.alloc(0))).toBe(true);
  });

  test("low memory that is exhausted is OUT_OF_FRAMES for those who need it only", () => {
    for (const flags of [FrameFlag.BELOW_16M, FrameFlag.BELOW_4G]) {
      while (duel.alloc(8, flags) !== 0n);
      while (duel.alloc(0, flags) !== 0n);
      expect(booted.kernel.lastError()).toBe(ErrorCode.OUT_OF_FRAMES);
    }
    expect(duel.alloc(0)).toBeGreaterThanOrEqual(4n * GIB);
    const both = FrameFlag.BELOW_16M | FrameFlag.BELOW_4G | FrameFlag.ZERO;
    expect(duel.alloc(0, both)).toBe(0n);
  });

  test("a frame with many owners is free when the last one frees it", () => {
    const frame = duel.alloc(0);
    for (let owners = 1; owners < 300; ++owners) expect(duel.retain(frame)).toBe(0);
    for (let owners = 300; owners > 1; --owners) expect(duel.free(frame, 0)).toBe(0);
    expect(duel.model.isFree(Number(frame / FRAME))).toBe(false);
    expect(duel.free(frame, 0)).toBe(0);
    expect(duel.free(frame, 0)).toBe(ErrorCode.NOT_ALLOCATED);
  });
});

describe("thousands of shared frames", () => {
  test("the table of owners grows, linear memory with it, and nothing is forgotten", () => {
    const booted = startKernel(plainMap(64n * MIB), { options: "selftest=off" });
    const { kernel } = booted;
    const linear = kernel.mmStat(MmStat.LINEAR_BYTES);
    const frames: bigint[] = [];
    for (let count = 0; count < 12_000; ++count) {
      const frame = kernel.frameAlloc(0);
      frames.push(frame);
      for (let owners = 0; owners <= count % 3; ++owners) expect(kernel.frameRetain(frame)).toBe(0);
    }
    expect(kernel.mmStat(MmStat.LINEAR_BYTES)).toBeGreaterThan(linear);
    const allocated = kernel.mmStat(MmStat.ALLOCATED);
    for (const [count, frame] of frames.entries()) {
      for (let owners = 0; owners <= count % 3; ++owners) {
        expect(kernel.frameFree(frame, 0)).toBe(0);
      }
    }
    expect(kernel.mmStat(MmStat.ALLOCATED)).toBe(allocated);
    for (const frame of frames) {
      expect(kernel.frameFree(frame, 0)).toBe(0);
      expect(kernel.frameFree(frame, 0)).toBe(ErrorCode.NOT_ALLOCATED);
    }
    expect(kernel.mmStat(MmStat.ALLOCATED)).toBe(allocated - frames.length);
  });

  test("where there is no frame to grow with, retain is OUT_OF_FRAMES and changes nothing", () => {
    const booted = startKernel(plainMap(16n * MIB), { options: "selftest=off" });
    const duel = new KernelDuel(booted);
    const frames: bigint[] = [];
    for (;;) {
      const frame = booted.kernel.frameAlloc(0);
      if (frame === 0n) break;
      frames.push(frame);
    }
    let refusedAt = -1;
    for (const [index, frame] of frames.entries()) {
      const code = booted.kernel.frameRetain(frame);
      if (code === ErrorCode.NONE) continue;
      expect(code).toBe(ErrorCode.OUT_OF_FRAMES);
      refusedAt = index;
      break;
    }
    expect(refusedAt).toBeGreaterThan(0);
    expect(booted.kernel.mmStat(MmStat.FREE)).toBe(0);
    for (const [index, frame] of frames.entries()) {
      if (index < refusedAt) expect(booted.kernel.frameFree(frame, 0)).toBe(0);
      expect(booted.kernel.frameFree(frame, 0)).toBe(0);
    }
    expectTotals(booted.kernel, duel.model);
  });
});
