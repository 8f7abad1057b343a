/**
 * The self-test: that it passes where all is well, and that it finds what is not. Memory goes bad
 * here between the import call and the machine, when the self-test begins.
 */

import { describe, expect, test } from "vitest";
import { MemoryType } from "../../abi/memory_type.ts";
import { MmStat } from "../../abi/mm_stat.ts";
import { type ImportHook } from "../../sim/imports.ts";
import { type MachineOptions } from "../../sim/machine_options.ts";
import { type MemoryMapEntry } from "../../sim/memory_map.ts";
import { type BootedKernel, bootKernel, plainMap, startKernel } from "../support/booted_kernel.ts";
import { recordedMap, recordedMaps } from "../support/memmaps.ts";
import { framesOfType, sanitise } from "../support/reference_sanitiser.ts";

const MIB = 1n << 20n;
const GIB = 1n << 30n;
const TIB = 1n << 40n;
const FRAME = 4096n;

const SELF_TEST = 20;

/** What the log says right before the self-test begins. */
const BEGINS = "mm: reclaimed bootloader memory:";

const SMALL = plainMap(64n * MIB);

/** Boots with `fault` between kernel and machine from the beginning of the self-test on. */
function bootWithFault(
  fault: ImportHook,
  options: Partial<MachineOptions> = {},
): Omit<BootedKernel, "told"> {
  let begun = false;
  return bootKernel({
    memoryMap: SMALL,
    console: (line) => (begun ||= line.includes(BEGINS)),
    intercept: (name, ...parameters) => (begun ? fault(name, ...parameters) : undefined),
    ...options,
  });
}

function expectFailure({ status, log }: Omit<BootedKernel, "told">, what: RegExp): void {
  expect(log.at(-1)).toMatch(/^PANIC: mm: self-test failed: .* code=20 name=SELF_TEST$/);
  expect(log.at(-1)).toMatch(what);
  expect(status).toBe(SELF_TEST);
}

const u64 = (value: number | bigint) => BigInt.asUintN(64, BigInt(value));

describe("on a sound machine", () => {
  test.each(recordedMaps())("it passes on $name", ({ entries }) => {
    // To touch every frame of hundreds of gigabytes would take hours.
    const isSmall = framesOfType(sanitise(entries), MemoryType.USABLE) < 40_000;
    const options = `selftest=${isSmall ? "full" : "quick"}`;
    const { status, told, kernel } = bootKernel({ memoryMap: entries, options });
    // The synthetic map has too little memory to boot with.
    if (status === 6) return;
    expect(status).toBe(0);
    expect(told.number("mm", "self-test passed:", "checks")).toBeGreaterThan(isSmall ? 8000 : 400);
    expect(kernel.mmStat(MmStat.FREE)).toBe(told.number("mm", "ready:", "free"));
  });

  test("quick is the default; off says nothing", () => {
    const checks = (options: string) =>
      startKernel(SMALL, { options }).told.number("mm", "self-test passed:", "checks");
    expect(checks("")).toBe(checks("selftest=quick"));
    expect(checks("")).toBeGreaterThan(400);
    const off = startKernel(SMALL, { options: "selftest=off" });
    expect(off.log.join("\n")).not.toContain("self-test");
  });

  test("a value that means nothing is named, and taken as quick", () => {
    const { log, told } = startKernel(SMALL, { options: "selftest=loud" });
    expect(log).toContainEqual(
      expect.stringMatching(/unknown value of selftest=, taken as quick; .*off, quick, full/),
    );
    expect(told.number("mm", "self-test passed:", "checks")).toBeGreaterThan(400);
  });

  test("quick leaves all as it was; full leaves a page more of linear memory", () => {
    const [off, quick, full] = ["off", "quick", "full"].map((extent) => {
      const { kernel, exports } = startKernel(SMALL, { options: `selftest=${extent}` });
      return {
        free: kernel.mmStat(MmStat.FREE),
        managed: kernel.mmStat(MmStat.MANAGED),
        linear: exports.memory.buffer.byteLength,
      };
    });
    expect(quick).toEqual(off);
    expect(full!.managed).toBe(off!.managed);
    expect(full!.linear - off!.linear).toBe(65536);
    // 16 frames of memory, and at most one page table to reach them.
    expect([16, 17]).toContain(off!.free - full!.free);
  });

  test("quick costs no more on a terabyte than on a gigabyte", () => {
    const cost = (bytes: bigint) => {
      let calls = 0;
      const count: ImportHook = () => void ++calls;
      const memoryMap = [...SMALL, { base: 4n * GIB, length: bytes, type: MemoryType.USABLE }];
      expect(bootWithFault(count, { memoryMap }).status).toBe(0);
      return calls;
    };
    expect(cost(TIB)).toBeLessThanOrEqual(cost(2n * GIB));
  });

  test("every word that quick writes has each of its bits once 0 and once 1", () => {
    const seen = new Map<bigint, { zeros: bigint; ones: bigint }>();
    const { status } = bootWithFault((name, address, value) => {
      if (name !== "phys_store") return undefined;
      const { zeros, ones } = seen.get(u64(address)) ?? { zeros: 0n, ones: 0n };
      const bits = u64(value);
      seen.set(u64(address), { zeros: zeros | u64(~bits), ones: ones | bits });
      return undefined;
    });
    expect(status).toBe(0);
    expect(seen.size).toBeGreaterThan(100);
    const partly = [...seen].filter(([, { zeros, ones }]) => zeros !== ones);
    expect(partly).toEqual([]);
  });

  test("full uses every free frame", () => {
    const stored = new Set<bigint>();
    const memoryMap = plainMap(6n * MIB);
    const { kernel, status } = bootWithFault(
      (name, address) => {
        if (name === "phys_store") stored.add(u64(address) / FRAME);
        return undefined;
      },
      { memoryMap, options: "selftest=full" },
    );
    expect(status).toBe(0);
    expect(stored.size).toBeGreaterThanOrEqual(kernel.mmStat(MmStat.FREE));
  });

  test("it asks for no more than a machine has", () => {
    // The memory between what bring-up needs and what every part of the test would like.
    const started: number[] = [];
    for (let frames = 40; frames < 140; frames += 3) {
      const memoryMap: MemoryMapEntry[] = plainMap(BigInt(frames) * FRAME);
      const options = { placement: "unlisted", options: "selftest=quick" } as const;
      const { status, log } = bootKernel({ memoryMap, ...options });
      if (status === 0) started.push(frames);
      else expect(log.at(-1)).toMatch(/name=OUT_OF_FRAMES$/);
    }
    expect(started.length).toBeGreaterThan(10);
  });
});

describe("finds", () => {
  test("a word that is read wrong, whichever it is, and names its frame", () => {
    const loads: bigint[] = [];
    const sound = bootWithFault((name, address) => {
      if (name === "phys_load") loads.push(u64(address));
      return undefined;
    });
    expect(sound.status).toBe(0);
    for (let bad = 0; bad < loads.length; bad += 17) {
      let load = 0;
      const booted = bootWithFault((name) =>
        name === "phys_load" && load++ === bad ? 0x5555_5555_5555_5555n : undefined,
      );
      const frame = loads[bad]! - (loads[bad]! % FRAME);
      expectFailure(booted, new RegExp(` frame=0x${frame.toString(16)} `));
    }
  });

  test.each([12n, 13n, 14n, 15n, 16n, 17n, 18n, 20n, 22n, 24n, 26n])(
    "an address line %i that does not reach the memory",
    (line) => {
      const words = new Map<bigint, bigint>();
      const cell = (address: number | bigint) => u64(address) & ~(1n << line);
      const booted = bootWithFault(
        (name, address, value) => {
          if (name === "phys_store") {
            words.set(cell(address), u64(value));
            return 0;
          }
          return name === "phys_load" ? (words.get(cell(address)) ?? 0n) : undefined;
        },
        { memoryMap: plainMap(512n * MIB) },
      );
      expectFailure(booted, /a frame forgets frame=0x[0-9a-f]+000 /);
    },
  );

  test("a data line that is stuck at 0 or at 1", () => {
    for (const [and, or] of [
      [~(1n << 40n), 0n],
      [-1n, 1n << 40n],
    ] as const) {
      const words = new Map<bigint, bigint>();
      const booted = bootWithFault((name, address, value) => {
        if (name === "phys_store") {
          words.set(u64(address), u64((BigInt(value) & and) | or));
          return 0;
        }
        return name === "phys_load" ? (words.get(u64(address)) ?? 0n) : undefined;
      });
      expectFailure(booted, /a frame forgets frame=0x[0-9a-f]+000 /);
    }
  });

  test("frames that are not zeroed", () => {
    const booted = bootWithFault((name, _address, _bytes, value) =>
      name === "phys_fill" && value === 0 ? 0 : undefined,
    );
    expectFailure(booted, /a zeroed frame is dirty frame=0x[0-9a-f]+000 /);
  });

  test("a block that loses its tag while everything is allocated", () => {
    // The tag of a frame in the middle of the machine, word 1, is read back as something else.
    const victim = 0x2345000n;
    const booted = bootWithFault(
      (name, address) => (name === "phys_load" && u64(address) === victim + 8n ? 1n : undefined),
      { options: "selftest=full" },
    );
    expectFailure(booted, /a block was lost while it was allocated frame=0x2345000 /);
  });

  test("linear memory that cannot grow after the handoff", () => {
    const { machine } = startKernel(SMALL);
    const booted = bootKernel({
      memoryMap: SMALL,
      options: "selftest=full",
      refuseCommit: machine.commits + 1,
    });
    expectFailure(booted, /linear memory does not grow/);
  });

  test("memory that is bad on a machine as recorded", () => {
    const memoryMap = recordedMap("limine-ovmf-4g").entries;
    const booted = bootWithFault((name) => (name === "phys_load" ? 0n : undefined), { memoryMap });
    expectFailure(booted, /a frame forgets/);
  });
});
