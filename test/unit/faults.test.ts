/**
 * Bring-up on machines that fail: each commit refused in turn, each growth of linear memory, and
 * memory that runs out at any point. It ends with an error code and a panic line, never otherwise.
 */

import { describe, expect, test } from "vitest";
import { ErrorCode } from "../../abi/error_code.ts";
import { MemoryType } from "../../abi/memory_type.ts";
import { type MemoryMapEntry } from "../../sim/memory_map.ts";
import { memoryLimits, withMaximumPages } from "../support/module_parts.ts";
import {
  type BootedKernel,
  bootKernel,
  expectAccounts,
  expectCleanEnd,
  plainMap,
} from "../support/booted_kernel.ts";
import { kernelBytes } from "../support/kernel_module.ts";
import { recordedMap } from "../support/memmaps.ts";
import { walkOf } from "../support/paged_kernel.ts";

const KIB = 1n << 10n;
const MIB = 1n << 20n;
const FRAME = 4096n;

const MACHINES: [string, readonly MemoryMapEntry[]][] = [
  ["4 MiB", plainMap(4n * MIB)],
  ["64 MiB", plainMap(64n * MIB)],
  ["64 GiB, tables of many megabytes", plainMap(64n << 30n)],
  ["a laptop", recordedMap("mac-macbookpro15-1").entries],
];

/** Boots and checks how that ends; status 0 with all accounts in order, or an error code. */
function bootOn(...parameters: Parameters<typeof bootKernel>): BootedKernel {
  const booted = bootKernel(...parameters);
  expectCleanEnd(booted);
  if (booted.status === 0) expectAccounts(booted);
  return booted;
}

describe.each(MACHINES)("on a machine of %s", (_, memoryMap) => {
  const machine = { memoryMap, placement: "unlisted" } as const;

  test("each commit refused in turn is LINEAR_MEMORY", () => {
    const { commits } = bootOn(machine).machine;
    expect(commits).toBeGreaterThan(0);
    for (let refuseCommit = 1; refuseCommit <= commits; ++refuseCommit) {
      expect(bootOn({ ...machine, refuseCommit }).status).toBe(ErrorCode.LINEAR_MEMORY);
    }
    expect(bootOn({ ...machine, refuseCommit: commits + 1 }).status).toBe(0);
  });

  test("each growth that fails is LINEAR_MEMORY", () => {
    const bytes = kernelBytes();
    const sizes = bootOn(machine).machine.linearSizes.map((size) => size / 65536);
    expect(sizes[0]).toBe(memoryLimits(bytes)!.minimum);
    // One page less than a growth asks for, and as many as were there before it.
    const limits = sizes.slice(1).flatMap((pages, index) => [sizes[index]!, pages - 1]);
    for (const limit of limits) {
      const module = new WebAssembly.Module(withMaximumPages(bytes, limit));
      expect(bootOn(machine, module).status).toBe(ErrorCode.LINEAR_MEMORY);
    }
    const module = new WebAssembly.Module(withMaximumPages(bytes, sizes.at(-1)!));
    expect(bootOn(machine, module).status).toBe(0);
  });
});

describe("a growth that fails after the boot", () => {
  const memoryMap = plainMap(64n * MIB);
  const options = "selftest=off";
  const { machine: ordinary } = bootOn({ memoryMap, options });
  const pages = ordinary.linearSizes.at(-1)! / 65536;

  test.each([
    ["is refused by the machine", { refuseCommit: ordinary.commits + 1 }, kernelBytes()],
    ["finds no more pages", {}, withMaximumPages(kernelBytes(), pages)],
  ])("changes nothing when it %s", (_, fault, bytes) => {
    const booted = bootOn({ memoryMap, options, ...fault }, new WebAssembly.Module(bytes));
    const { kernel, machine } = booted;
    const mapped = walkOf(booted).mappings;
    const frames: bigint[] = [];
    let code: number;
    do {
      frames.push(kernel.frameAlloc(0));
      code = kernel.frameRetain(frames.at(-1)!);
    } while (code === ErrorCode.NONE);
    expect(code).toBe(ErrorCode.LINEAR_MEMORY);
    // The header page and the data: what the machine was told to use is what there is.
    expect(machine.linearFrames).toHaveLength(1 + (pages * 65536) / Number(FRAME));
    expect(walkOf(booted).mappings).toEqual(mapped);
    for (const frame of frames.slice(0, -1)) expect(kernel.frameFree(frame, 0)).toBe(0);
    for (const frame of frames) expect(kernel.frameFree(frame, 0)).toBe(0);
    expectAccounts(booted);
  });
});

/** `frames` frames in several shapes, each a map that a machine could have. */
const SHAPES: [string, (frames: bigint) => MemoryMapEntry[]][] = [
  ["one run", (frames) => plainMap(frames * FRAME)],
  [
    "one run of odd bytes",
    (frames) => [{ base: 0x123456n, length: (frames + 1n) * FRAME, type: MemoryType.USABLE }],
  ],
  [
    "runs that shrink in turn",
    (frames) =>
      [0n, 1n, 2n, 3n].map((index) => ({
        base: (2n + index) * 16n * MIB,
        length: ((frames + index) / 4n) * FRAME,
        type: MemoryType.USABLE,
      })),
  ],
  [
    "a large run and many single frames",
    (frames) => [
      { base: 16n * MIB, length: (frames / 2n) * FRAME, type: MemoryType.USABLE },
      ...Array.from({ length: Number(frames / 2n) }, (_, index) => ({
        base: 64n * MIB + 8n * KIB * BigInt(index),
        length: FRAME,
        type: MemoryType.USABLE,
      })),
    ],
  ],
  [
    "a run in the shadow of a reserved one",
    (frames) => [
      { base: 16n * MIB, length: 2n * MIB, type: MemoryType.USABLE },
      { base: 16n * MIB, length: 2n * MIB - frames * FRAME, type: MemoryType.RESERVED },
    ],
  ],
  [
    "a run, and as much to reclaim",
    (frames) => [
      ...plainMap(frames * FRAME),
      { base: 64n * MIB, length: frames * FRAME, type: MemoryType.BOOTLOADER_RECLAIMABLE },
    ],
  ],
];

describe.each(SHAPES)("memory that runs out: %s", (_, shape) => {
  test("frame by frame from plenty to nothing", () => {
    const statuses: number[] = [];
    for (let frames = 200n; frames >= 0n; --frames) {
      const booted = bootOn({ memoryMap: shape(frames), placement: "unlisted" });
      statuses.push(booted.status);
    }
    const expected: number[] = [ErrorCode.NONE, ErrorCode.OUT_OF_FRAMES];
    // Nothing at all, or nothing that an entry leaves; where others cover all of it, none is free.
    if (statuses.at(-1) !== ErrorCode.OUT_OF_FRAMES) expected.push(ErrorCode.NO_USABLE_MEMORY);
    expect(statuses.filter((status, index) => status !== statuses[index - 1])).toEqual(expected);
    expect(statuses.lastIndexOf(ErrorCode.OUT_OF_FRAMES)).toBeGreaterThan(150);
  });
});
