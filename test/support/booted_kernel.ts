/**
 * A kernel booted on a simulated machine, and what must hold of it whatever the memory map was: how
 * a boot may end, and where every frame of memory went.
 *
 * The accounts rest on what does not come from the memory manager: the reference sanitiser, the
 * loader's boot regions, the raw page tables and the machine's own notes about linear memory.
 */

import { expect, vi } from "vitest";
import { BootRegion } from "../../abi/machine.ts";
import { MemoryType } from "../../abi/memory_type.ts";
import { MmStat } from "../../abi/mm_stat.ts";
import { Reason } from "../../abi/reservation_reason.ts";
import { type Kernel, type KernelExports } from "../../sim/kernel.ts";
import { Machine } from "../../sim/machine.ts";
import { type BootResult, type MachineOptions } from "../../sim/machine_options.ts";
import { type MemoryMapEntry } from "../../sim/memory_map.ts";
import { KernelLog } from "../boot/kernel_log.ts";
import {
  difference,
  frameCount,
  type FrameRange,
  framesTouched,
  intersection,
  singleFrames,
  union,
} from "./frame_ranges.ts";
import { kernelModule } from "./kernel_module.ts";
import { MAX_ORDER, ReferenceAllocator } from "./reference_allocator.ts";
import { sanitise } from "./reference_sanitiser.ts";

const FRAME = 4096n;

export interface BootedKernel extends BootResult {
  readonly machine: Machine;
  /** The log, read back. */
  readonly told: KernelLog;
}

/** Boots the kernel under test, or `module` in its place. */
export function bootKernel(options: MachineOptions, module?: WebAssembly.Module): BootedKernel {
  const machine = new Machine(options);
  const result = machine.boot(module ?? kernelModule());
  return { machine, told: new KernelLog(result.log.join("\n")), ...result };
}

/** Sees an import call together with the exports of the kernel that makes it. */
export type Watcher = (exports: KernelExports, name: string) => void;

/** Boots as `bootKernel` does; `watch` sees each import call before the machine does. */
export function watchKernel(
  options: MachineOptions,
  watch: Watcher,
  module?: WebAssembly.Module,
): BootedKernel {
  const Instance = WebAssembly.Instance;
  let exports: KernelExports;
  const spy = vi.spyOn(WebAssembly, "Instance").mockImplementation(function (module, imports) {
    const instance = new Instance(module, imports);
    exports = instance.exports as unknown as KernelExports;
    return instance;
  });
  const intercept = (name: string) => {
    watch(exports, name);
    return undefined;
  };
  try {
    return bootKernel({ ...options, intercept }, module);
  } finally {
    spy.mockRestore();
  }
}

/** Boots on `memoryMap`; throws, with the end of the log, if the kernel does not start. */
export function startKernel(
  memoryMap: readonly MemoryMapEntry[],
  options: Partial<MachineOptions> = {},
): BootedKernel {
  const booted = bootKernel({ memoryMap, ...options });
  if (booted.status !== 0) throw new Error(`status ${booted.status}: ${booted.log.at(-1)}`);
  return booted;
}

/** A map of one usable run of `bytes` from 1 MiB on. */
export function plainMap(bytes: bigint): MemoryMapEntry[] {
  return [{ base: 0x100000n, length: bytes, type: MemoryType.USABLE }];
}

/** The error codes of ABI 2 as `error_name` spells them; the index is the number. */
export const CODE_NAMES: readonly string[] = [
  "NONE",
  "NOT_READY",
  "ALREADY_INITIALIZED",
  "EMPTY_MEMORY_MAP",
  "NO_USABLE_MEMORY",
  "INVALID_DESCRIPTOR",
  "OUT_OF_FRAMES",
  "STORAGE_EXHAUSTED",
  "INVALID_ADDRESS",
  "INVALID_ORDER",
  "NOT_ALLOCATED",
  "ORDER_MISMATCH",
  "RESERVED",
  "BUSY",
  "LINEAR_MEMORY",
  "UNSUPPORTED",
  "BOOT_PROTOCOL",
  "INVALID_MODULE",
  "TRAP",
  "CPU_EXCEPTION",
  "SELF_TEST",
  "INVARIANT",
];

/**
 * A boot must end in one of two ways: status 0 and the started line, or an error code and one panic
 * line, the last one, that names it. It never traps, breaks an assertion or upsets the machine.
 */
export function expectCleanEnd({ status, trap, log, machine }: BootedKernel): void {
  expect(trap).toBeNull();
  expect(machine.violations).toEqual([]);
  const panics = log.filter((line) => line.startsWith("PANIC:"));
  if (status === 0) {
    expect(panics).toEqual([]);
    expect(log.at(-1)).toMatch(/ boot: SlopOS Kernel Started!$/);
    return;
  }
  expect(panics).toEqual(log.slice(-1));
  const end = `code=${status} name=${CODE_NAMES[status]}`;
  expect(panics[0]).toMatch(new RegExp(`^PANIC: (memmap|mm|paging): [^=]+ ${end}$`));
}

/** Expects that `runs` are sorted and disjoint and none is empty. */
function expectOrdered(runs: readonly FrameRange[]): void {
  let past = 0;
  for (const { start, end } of runs) {
    expect(start).toBeGreaterThanOrEqual(past);
    expect(end).toBeGreaterThan(start);
    past = end;
  }
}

/** Whole frames from an export's record; a record that is no whole frames is a failure. */
function wholeFrames({ base, length }: { base: bigint; length: bigint }): FrameRange {
  expect([base % FRAME, length % FRAME]).toEqual([0n, 0n]);
  return { start: Number(base / FRAME), end: Number((base + length) / FRAME) };
}

export function managedFrames(kernel: Kernel): FrameRange[] {
  return kernel.managedRuns().map(wholeFrames);
}

/**
 * Frames of the page tables in use, found by walking the raw tables: an entry with bit 0 set leads
 * to a table unless bit 7 says it maps a page (Intel SDM vol. 3A, 4.5).
 */
function tableFrames({ machine }: BootedKernel): number[] {
  const found = new Set<number>();
  const visit = (table: number, level: number) => {
    found.add(table);
    if (level === 0) return;
    const { halves } = machine.physicalMemory.page(table);
    for (let entry = 0; entry < 512; ++entry) {
      const low = halves[2 * entry]!;
      const high = halves[2 * entry + 1]!;
      const isTable = (low & 0x81) === 1;
      if (isTable) visit((low >>> 12) + (high & 0xfffff) * 2 ** 20, level - 1);
    }
  };
  visit(machine.pageRoot / Number(FRAME), 3);
  return [...found];
}

/** An allocated block: 2^order frames from `start` on. */
export interface OwnBlock {
  readonly start: number;
  readonly order: number;
}

/** Frames that each growth of linear memory brought, the first linear memory left out. */
function growths({ machine }: BootedKernel): number[][] {
  machine.settle();
  // Before the data lies the header page.
  const pages = machine.linearSizes.map((bytes) => 1 + bytes / Number(FRAME));
  return pages.slice(1).map((end, index) => machine.linearFrames.slice(pages[index], end));
}

/**
 * The blocks that the kernel itself holds from its runtime allocator: page tables, one frame each,
 * and what linear memory grew by after the handoff, one block a growth.
 */
export function ownBlocks(booted: BootedKernel): OwnBlock[] {
  const managed = managedFrames(booted.kernel);
  const isManaged = (frame: number) =>
    managed.some(({ start, end }) => start <= frame && frame < end);
  const tables = tableFrames(booted)
    .filter(isManaged)
    .map((start) => ({ start, order: 0 }));
  const grown = growths(booted)
    .filter((frames) => isManaged(frames[0]!))
    .map((frames) => ({ start: frames[0]!, order: Math.log2(frames.length) }));
  return [...tables, ...grown];
}

/** A model of the allocator in the state in which bring-up must have left it. */
export function referenceFor(booted: BootedKernel): ReferenceAllocator {
  const { kernel } = booted;
  const model = new ReferenceAllocator(
    managedFrames(kernel),
    kernel.reservedRegions().map(wholeFrames),
  );
  for (const { start, order } of ownBlocks(booted)) model.adopt(start, order);
  return model;
}

/** Expects that the kernel's figures are consistent and those of `model`. */
export function expectTotals(kernel: Kernel, model: ReferenceAllocator): void {
  const stat = (kind: number) => kernel.mmStat(kind);
  const largest = Number(BigInt.asIntN(64, kernel.exports.mm_stat(MmStat.LARGEST_FREE_ORDER)));
  expect({
    managed: stat(MmStat.MANAGED),
    free: stat(MmStat.FREE),
    allocated: stat(MmStat.ALLOCATED),
    buddyTotal: stat(MmStat.BUDDY_TOTAL),
    buddyFreeAndCached: stat(MmStat.BUDDY_FREE) + stat(MmStat.CACHED),
    runs: stat(MmStat.MANAGED_RUNS),
    largest,
  }).toEqual({
    managed: model.managedFrames,
    free: model.freeFrames,
    allocated: model.allocatedFrames,
    buddyTotal: model.managedFrames,
    buddyFreeAndCached: model.freeFrames,
    runs: model.managed.length,
    largest: model.largestFreeOrder(),
  });
}

/** What each boot region is reserved for, in the order in which a later one has the last word. */
const BOOT_REASONS: readonly (readonly [number, number])[] = [
  [BootRegion.IMAGE_TEXT, Reason.KERNEL_IMAGE],
  [BootRegion.IMAGE_RODATA, Reason.KERNEL_IMAGE],
  [BootRegion.IMAGE_DATA, Reason.KERNEL_IMAGE],
  [BootRegion.LINEAR_MEMORY, Reason.FIRST_LINEAR_MEMORY],
  [BootRegion.BOOT_STACK, Reason.BOOT_STACK],
  [BootRegion.FRAMEBUFFER, Reason.FRAMEBUFFER],
  [BootRegion.WASM_MODULE, Reason.WASM_MODULE],
];

/** Expects of a kernel fresh from bring-up that each frame is reserved for what it is used for. */
export function expectReasons(booted: BootedKernel): void {
  const reserved = (...reasons: number[]) =>
    union(
      booted.kernel
        .reservedRegions()
        .filter(({ reason }) => reasons.includes(reason))
        .map(({ base, length }) => framesTouched(base, length)),
    );
  const used = new Map<number, FrameRange[]>();
  for (const [kind, reason] of BOOT_REASONS) {
    const region = booted.machine.bootRegions.get(kind);
    if (!region) continue;
    const frames = [framesTouched(region.physical, region.length)];
    for (const [other, runs] of used) used.set(other, difference(runs, frames));
    used.set(reason, union(used.get(reason) ?? [], frames));
  }
  for (const [reason, frames] of used) expect(reserved(reason)).toEqual(frames);

  const managed = managedFrames(booted.kernel);
  const grown = singleFrames(growths(booted).flat());
  const storage = [Reason.LINEAR_MEMORY, Reason.MAP_COPY, Reason.FREE_RUN_STORAGE];
  const tables = [
    Reason.RESERVED_REGION_STORAGE,
    Reason.BUDDY_TABLES,
    Reason.PAGE_ALLOCATOR_TABLES,
  ];
  expect(reserved(...storage, ...tables)).toEqual(difference(union(grown), managed));
  for (const reason of [Reason.MAP_COPY, Reason.FREE_RUN_STORAGE, ...tables]) {
    expect(reserved(reason)).not.toEqual([]);
  }
  // What was taken before the handoff was usable.
  const usable = sanitise(booted.machine.memoryMap).filter(
    ({ type }) => type === MemoryType.USABLE,
  );
  const taken = reserved(Reason.PAGE_TABLES, ...storage, ...tables);
  expect(difference(taken, usable)).toEqual([]);
  // Of the tables in use, those that were made before the handoff.
  const early = difference(reserved(Reason.PAGE_TABLES), union(singleFrames(tableFrames(booted))));
  expect(early).toEqual([]);
  expect(reserved(Reason.CALLER)).toEqual([]);
}

/** Where memory went, as runs of frames. */
export interface FrameAccounts {
  readonly usable: readonly FrameRange[];
  readonly reclaimable: readonly FrameRange[];
  readonly managed: readonly FrameRange[];
  readonly reserved: readonly FrameRange[];
}

/** Bytes of a pageblock's record and of a gigablock's, and of an entry for each GiB of addresses. */
const RECORD_BYTES = 152;
const ENTRY_BYTES = 12;

/**
 * Expects that the loader's memory `leftOut` is said to be left out, that it lies above what is used of
 * it, and that there was a reason: tables for all of it would take half of what was free.
 */
function expectLeftOut(
  { log }: BootedKernel,
  leftOut: readonly FrameRange[],
  { usable, reclaimable, managed, reserved }: FrameAccounts,
): void {
  const said = log.filter((line) => line.includes("bootloader memory left out"));
  expect(said.map((line) => Number(/frames=(\d+)/.exec(line)![1]))).toEqual(
    leftOut.length > 0 ? [frameCount(leftOut)] : [],
  );
  if (leftOut.length === 0) return;
  const above = [{ start: leftOut[0]!.start, end: 2 ** 32 }];
  expect(intersection(intersection(reclaimable, managed), above)).toEqual([]);
  const all = union(usable, reclaimable);
  const gigabytes = Math.ceil(all.at(-1)!.end / 2 ** 18);
  const pageblocks = frameCount(all) / 512 + 2 * all.length;
  const most = (pageblocks + gigabytes) * RECORD_BYTES + gigabytes * ENTRY_BYTES;
  const free = frameCount(difference(usable, reserved)) * Number(FRAME);
  expect(2 * most).toBeGreaterThan(free);
}

/** Expects that each frame of the memory map is where it belongs, and that all figures say so. */
export function expectAccounts(booted: BootedKernel): FrameAccounts {
  const { machine, kernel, told } = booted;
  const map = sanitise(machine.memoryMap);
  const usable = map.filter(({ type }) => type === MemoryType.USABLE);
  const reclaimable = map.filter(({ type }) => type === MemoryType.BOOTLOADER_RECLAIMABLE);
  const managed = managedFrames(kernel);
  const regions = kernel.reservedRegions();
  const reserved = regions.map(wholeFrames);
  expectOrdered(reserved);
  for (const [index, { base, length, reason }] of regions.entries()) {
    const next = regions[index + 1];
    expect(next?.base === base + length && next.reason === reason).toBe(false);
  }

  // Frame for frame: what is managed and what is reserved make up the memory there is.
  const reclaimed = kernel.mmStat(MmStat.RECLAIMED);
  const leftOut = reclaimed > 0 ? difference(reclaimable, [...reserved, ...managed]) : [];
  expectLeftOut(booted, leftOut, { usable, reclaimable, managed, reserved });
  const pool = union(usable, reclaimed > 0 ? difference(reclaimable, leftOut) : []);
  expect(managed).toEqual(difference(pool, reserved));
  if (reclaimed > 0) {
    const loaders = difference(reclaimable, [...reserved, ...leftOut]);
    expect(reclaimed).toBe(frameCount(loaders));
  }

  // And no frame is reserved without need: for the loader's regions and for the kernel's own use.
  const boot = [...machine.bootRegions.values()].map(({ physical, length }) =>
    framesTouched(physical, length),
  );
  const own = singleFrames([...tableFrames(booted), ...growths(booted).flat()]);
  const needed = union(boot, difference(union(own), managed));
  expect(intersection(union(reserved), pool)).toEqual(intersection(needed, pool));
  expect(difference(intersection(union(boot), pool), reserved)).toEqual([]);

  expect(kernel.mmStat(MmStat.USABLE)).toBe(frameCount(usable));
  expect(kernel.mmStat(MmStat.RESERVED_REGIONS)).toBe(regions.length);
  expect(kernel.mmStat(MmStat.MAX_ORDER)).toBe(MAX_ORDER);
  expect(kernel.mmStat(MmStat.LINEAR_BYTES)).toBe(kernel.exports.memory.buffer.byteLength);
  const model = referenceFor(booted);
  expect(model.allocatedFrames).toBe(frameCount(intersection(union(own), managed)));
  expectTotals(kernel, model);

  const ready = (key: string) => told.number("mm", "ready", key);
  expect({
    usable: ready("usable"),
    managed: ready("managed"),
    free: ready("free"),
    metadata: ready("metadata_bytes"),
    linear: ready("linear_bytes"),
  }).toEqual({
    usable: frameCount(usable),
    managed: frameCount(managed),
    free: model.freeFrames,
    metadata: kernel.mmStat(MmStat.METADATA_BYTES),
    linear: kernel.mmStat(MmStat.LINEAR_BYTES),
  });
  return { usable, reclaimable, managed, reserved };
}
