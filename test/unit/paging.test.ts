/**
 * The address space that the kernel builds for itself, read from the raw tables of a simulated
 * machine: exactly the mappings that the design names, on every recorded memory map.
 */

import { describe, expect, test } from "vitest";
import { ErrorCode } from "../../abi/error_code.ts";
import { MemoryType } from "../../abi/memory_type.ts";
import { MmStat } from "../../abi/mm_stat.ts";
import { type MemoryMapEntry } from "../../sim/memory_map.ts";
import { HHDM_OFFSET } from "../../sim/page_entry.ts";
import { type BootedKernel, bootKernel, plainMap, startKernel } from "../support/booted_kernel.ts";
import { IntervalSet } from "../support/interval_set.ts";
import { recordedMap, recordedMaps } from "../support/memmaps.ts";
import {
  BOTH,
  expectExactly,
  expectLargePages,
  expectNoWritableCode,
  expectTableAccounts,
  pageKernel,
  walkOf,
} from "../support/paged_kernel.ts";
import { mappingAt } from "../support/page_walker.ts";
import { framesOfType, sanitise } from "../support/reference_sanitiser.ts";

const FRAME = 4096n;
const MIB = 1n << 20n;
const GIB = 1n << 30n;
const TIB = 1n << 40n;

/** Memory for a map that has too little to boot with. */
const ENOUGH: MemoryMapEntry = { base: TIB, length: 8n * MIB, type: MemoryType.USABLE };

/** `map`, with memory enough to boot. */
function bootable(map: readonly MemoryMapEntry[]): readonly MemoryMapEntry[] {
  const usable = framesOfType(sanitise(map), MemoryType.USABLE);
  return BigInt(usable) * FRAME < MIB ? [...map, ENOUGH] : map;
}

describe.each(recordedMaps())("on $name", ({ entries }) => {
  test.each([
    ["with 1 GiB pages", BOTH],
    ["without 1 GiB pages", { nx: true, pages1G: false }],
  ])("%s, exactly what the design names is mapped", (_, cpu) => {
    const paged = pageKernel(bootable(entries), { cpu });
    expectExactly(paged);
    expectNoWritableCode(paged);
    expectLargePages(paged, cpu);
    expectTableAccounts(paged);
    expect(mappingAt(paged.walk, 0n)).toBeUndefined();
  });
});

describe("whatever the machine is like", () => {
  const map = recordedMap("limine-ovmf-512m").entries;

  test("without NX the rest of the rights hold", () => {
    const cpu = { nx: false, pages1G: true };
    const paged = pageKernel(map, { cpu });
    expectExactly(paged, false);
    expectLargePages(paged, cpu);
    expectTableAccounts(paged);
  });

  test.each(["loader", "unlisted"] as const)("with placement %s", (placement) => {
    const paged = pageKernel(plainMap(64n * MIB), { placement });
    expectExactly(paged);
    expectTableAccounts(paged);
  });

  test("a framebuffer is write-combining, wherever it lies", () => {
    for (const base of [0xc000_0000n, 0x80_0000_0000n]) {
      const paged = pageKernel(map, { framebuffer: { base, length: 0x3e_8000n } });
      expectExactly(paged);
      for (const virtual of [base, HHDM_OFFSET + base]) {
        expect(mappingAt(paged.walk, virtual)).toMatchObject({ pat: 5, writable: true });
      }
    }
  });

  test("frame 0 is mapped nowhere, even where the map says that it is memory", () => {
    const zero = { base: 0n, length: 2n * FRAME, type: MemoryType.ACPI_NVS };
    const paged = pageKernel([zero, ...plainMap(64n * MIB)]);
    expectExactly(paged);
    expect(mappingAt(paged.walk, HHDM_OFFSET)).toBeUndefined();
    expect(mappingAt(paged.walk, HHDM_OFFSET + FRAME)).toMatchObject({ writable: false });
  });

  test("devices and the firmware's own are not mapped, not even inside a large page", () => {
    const hole = { base: 0x1_0000_0000n + 6n * MIB, length: FRAME, type: MemoryType.RESERVED };
    const memory = { base: 0x1_0000_0000n, length: 2n * GIB, type: MemoryType.USABLE };
    const paged = pageKernel([...plainMap(64n * MIB), memory, hole]);
    expectExactly(paged);
    expect(mappingAt(paged.walk, HHDM_OFFSET + hole.base)).toBeUndefined();
    expect(mappingAt(paged.walk, HHDM_OFFSET + hole.base + FRAME)).toMatchObject({
      pageSize: FRAME,
    });
  });
});

describe("a machine of 1 TiB", () => {
  /** As firmware lays it out: low memory, the hole below 4 GiB, and the rest above. */
  const map: readonly MemoryMapEntry[] = [
    { base: 0x1000n, length: 0x9e000n, type: MemoryType.USABLE },
    { base: MIB, length: 3n * GIB - MIB, type: MemoryType.USABLE },
    { base: 3n * GIB, length: GIB, type: MemoryType.RESERVED },
    { base: 4n * GIB, length: TIB - 3n * GIB, type: MemoryType.USABLE },
  ];

  test("takes fewer than 64 tables with 1 GiB pages", () => {
    const paged = pageKernel(map);
    expectExactly(paged);
    expectLargePages(paged);
    expectTableAccounts(paged);
    expect(paged.walk.tables.length).toBeLessThan(64);
  });

  test("takes one more for each GiB without them", () => {
    const paged = pageKernel(map, { cpu: { nx: true, pages1G: false } });
    expectTableAccounts(paged);
    expect(paged.walk.tables.length).toBeGreaterThan(1024);
    expect(paged.walk.tables.length).toBeLessThan(1024 + 64);
  });
});

describe("when there is no frame for a table", () => {
  /** Boots with `count` usable frames; notes the roots that are put to use. */
  function boot(count: number) {
    const roots: unknown[] = [];
    const booted = bootKernel({
      memoryMap: plainMap(BigInt(count) * FRAME),
      placement: "unlisted",
      options: "selftest=off",
      intercept: (name, root) => {
        if (name === "set_page_root") roots.push(root);
        return undefined;
      },
    });
    return { ...booted, roots };
  }

  test("at any of them, all frames come back and the loader's tables stay in use", () => {
    let frameCount = 16;
    while (!boot(frameCount).log.some((line) => line.includes("totals match"))) ++frameCount;
    let refused = 0;
    for (; ; ++frameCount) {
      const booted = boot(frameCount);
      const { status, log, kernel, roots } = booted;
      const free = booted.told.number("mm", "totals match:", "free");
      if (status === 0) {
        // The last one that fits leaves nothing, and there were as many refusals as tables.
        expect(kernel.mmStat(MmStat.FREE)).toBe(0);
        expect(kernel.mmStat(MmStat.ALLOCATED)).toBe(refused);
        expect(roots).toHaveLength(1);
        expectTableAccounts({ ...booted, walk: walkOf(booted), window: 0n });
        break;
      }
      expect(log.at(-1)).toMatch(/^PANIC: paging: .* code=6 name=OUT_OF_FRAMES$/);
      expect(status).toBe(ErrorCode.OUT_OF_FRAMES);
      expect(free).toBe(refused++);
      const totals = [MmStat.MANAGED, MmStat.FREE, MmStat.ALLOCATED].map((kind) =>
        kernel.mmStat(kind),
      );
      expect(totals).toEqual([free, free, 0]);
      expect(roots).toEqual([]);
    }
    expect(refused).toBeGreaterThan(8);
  });
});

describe("the loader's memory", () => {
  const map = recordedMap("limine-ovmf-512m").entries;

  /** Frames of reclaimable memory, as addresses. */
  function reclaimable({ machine }: BootedKernel): IntervalSet {
    const runs = sanitise(machine.memoryMap);
    return new IntervalSet(
      runs
        .filter(({ type }) => type === MemoryType.BOOTLOADER_RECLAIMABLE)
        .map(({ start, end }) => ({ start: BigInt(start) * FRAME, end: BigInt(end) * FRAME })),
    );
  }

  test("is managed when the kernel's tables are in use", () => {
    const booted = startKernel(map);
    const expected = reclaimable(booted);
    const frameCount = Number(expected.size / FRAME);
    expect(frameCount).toBeGreaterThan(100);
    expect(booted.told.number("mm", "reclaimed bootloader memory:", "frames")).toBe(frameCount);
    expect(booted.kernel.mmStat(MmStat.RECLAIMED)).toBe(frameCount);
    const runs = booted.kernel.managedRuns();
    const managed = new IntervalSet(
      runs.map(({ base, length }) => ({ start: base, end: base + length })),
    );
    expect(expected.subtract(managed).intervals).toEqual([]);
  });

  test("is overwritten with reclaim=poison, all of it, and the kernel starts", () => {
    const filled: { start: bigint; end: bigint }[] = [];
    let switched = false;
    const booted = startKernel(map, {
      options: "reclaim=poison",
      intercept: (name, ...parameters) => {
        if (name === "set_page_root") switched = true;
        if (name === "phys_fill" && parameters[2] === 0xcc) {
          expect(switched).toBe(true);
          const start = BigInt(parameters[0]!);
          filled.push({ start, end: start + BigInt(parameters[1]!) });
        }
        return undefined;
      },
    });
    expect(new IntervalSet(filled).intervals).toEqual(reclaimable(booted).intervals);
  });

  test("a value of reclaim= that means nothing is named", () => {
    const { log } = startKernel(map, { options: "reclaim=yes" });
    expect(log).toContainEqual(expect.stringMatching(/mm: unknown value of reclaim=.*poison/));
  });
});
