/**
 * A booted kernel with its page tables read back, and what must hold of them on every machine.
 */

import { expect } from "vitest";
import { MmStat } from "../../abi/mm_stat.ts";
import { type MachineOptions } from "../../sim/machine_options.ts";
import { type MemoryMapEntry } from "../../sim/memory_map.ts";
import { HHDM_OFFSET } from "../../sim/page_entry.ts";
import { type BootedKernel, startKernel } from "./booted_kernel.ts";
import { expectedExtents, joined } from "./expected_mappings.ts";
import { IntervalSet } from "./interval_set.ts";
import { type Mapping, type Walk, walkPageTables } from "./page_walker.ts";

const FRAME = 4096n;
const MIB = 1n << 20n;
const GIB = 1n << 30n;

/** The reason of reservations for tables made before the handoff. */
const PAGE_TABLES = 6;

/** What a processor of today can do. */
export const BOTH = { nx: true, pages1G: true };

export interface PagedKernel extends BootedKernel {
  readonly walk: Walk;
  /** Where linear memory's data lies. */
  readonly window: bigint;
}

/** Reads the tables that are in use. */
export function walkOf({ machine }: BootedKernel, cpu = BOTH): Walk {
  const read = (address: bigint) => machine.physicalMemory.load(Number(address));
  return walkPageTables(read, BigInt(machine.pageRoot), cpu);
}

/** Boots, and reads the tables that are in use afterwards. */
export function pageKernel(
  memoryMap: readonly MemoryMapEntry[],
  { cpu = BOTH, ...options }: Partial<MachineOptions> & { cpu?: typeof BOTH } = {},
): PagedKernel {
  let window = 0n;
  const booted = startKernel(memoryMap, {
    ...options,
    cpu,
    intercept: (name, ...parameters) => {
      if (name === "commit_linear_memory") window = BigInt.asUintN(64, BigInt(parameters[0]!));
      return undefined;
    },
  });
  return { ...booted, window, walk: walkOf(booted, cpu) };
}

/** Expects that exactly what the design names is mapped. */
export function expectExactly(paged: PagedKernel, nx = true): void {
  const { machine, kernel, walk, window } = paged;
  const situation = {
    memoryMap: machine.memoryMap,
    bootRegions: machine.bootRegions,
    reservedRegions: kernel.reservedRegions(),
    directMap: HHDM_OFFSET,
    window,
    linearFrames: machine.linearFrames,
    nx,
  };
  expect(joined(walk.mappings)).toEqual(expectedExtents(situation));
  expect(walk.mappings.filter(({ user, global }) => user || global)).toEqual([]);
}

const frames = (mappings: readonly Mapping[]) =>
  new IntervalSet(
    mappings.map(({ physical, bytes }) => ({ start: physical, end: physical + bytes })),
  );

/** Expects that no page, and no frame through two pages, is writable and executable. */
export function expectNoWritableCode({ walk }: PagedKernel): void {
  const executable = walk.mappings.filter((one) => one.executable);
  const writable = walk.mappings.filter((one) => one.writable);
  expect(executable.length).toBeGreaterThan(0);
  expect(executable.filter((one) => one.writable)).toEqual([]);
  expect(frames(executable).intersect(frames(writable)).intervals).toEqual([]);
}

/** Expects that pages are as large as alignment and `cpu` permit. */
export function expectLargePages({ walk }: PagedKernel, cpu = BOTH): void {
  const pages = cpu.pages1G ? [2n * MIB, GIB] : [2n * MIB];
  for (const size of pages) {
    const smaller = walk.mappings.filter(({ pageSize }) => pageSize < size);
    const tooSmall = joined(smaller).filter(({ virtual, physical, bytes }) => {
      const first = virtual + ((size - (virtual % size)) % size);
      return (virtual - physical) % size === 0n && first + size <= virtual + bytes;
    });
    expect(tooSmall).toEqual([]);
  }
}

/** Expects that the frames of all tables are the kernel's, each once, and as many as it says. */
export function expectTableAccounts({ machine, kernel, told, walk }: PagedKernel): void {
  const tables = new Set(walk.tables);
  expect(tables.size).toBe(walk.tables.length);
  expect(told.number("paging", "identity paging installed:", "tables")).toBe(tables.size);
  const logged = told.line("paging", "identity paging installed:").values.get("root");
  expect(Number(logged)).toBe(machine.pageRoot);
  const early = kernel.reservedRegions().filter(({ reason }) => reason === PAGE_TABLES);
  const earlyFrames = early.reduce((sum, { length }) => sum + Number(length / FRAME), 0);
  expect(kernel.mmStat(MmStat.ALLOCATED)).toBe(tables.size - earlyFrames);
}
