/**
 * The allocator core under test: compiled by itself, one fresh instance per `Allocator`.
 *
 * Frame numbers are unsigned JavaScript numbers here; wasm gives and takes them as signed 32 bits.
 */

import { compileEntry } from "./entry_compiler.ts";

/** Where the array of runs lies in the module's memory: behind its static data. */
const RUNS_ADDRESS = 0x8000;

/** Bytes kept for a sharing table, and where; a second one of twice the size follows. */
export const SHARING_BYTES = 64;
const SHARING_ADDRESS = 0x1_0000;
const SHARING_TABLES_BYTES = 0x1000;
const PAGE_BYTES = 0x1_0000;

/** Static data ends before. */
const STATIC_BYTES = 0x2000;

/** Where the tables lie: behind 64 KiB for sharing tables. */
export const TABLES_ADDRESS = 0x2_0000;

export const MAX_ORDER = 18;
export const Zone = { ANY: 0, BELOW_4G: 1, BELOW_16M: 2 } as const;

/** The error codes that the core answers. */
export const Code = {
  NONE: 0,
  INVALID_DESCRIPTOR: 5,
  STORAGE_EXHAUSTED: 7,
  INVALID_ADDRESS: 8,
  INVALID_ORDER: 9,
  NOT_ALLOCATED: 10,
  ORDER_MISMATCH: 11,
  BUSY: 13,
} as const;

export interface Run {
  readonly start: number;
  readonly count: number;
}

/** What the module exports. */
interface Exports {
  memory: WebAssembly.Memory;
  buddyTableBytes(runs: number, count: number): bigint;
  initBuddyAllocator(tables: number, runs: number, count: number): void;
  initPageAllocator(table: number, bytes: number): number;
  buddyInsertRun(start: number, count: number): number;
  buddyTakeRange(start: number, count: number): number;
  buddyAlloc(order: number, zone: number): number;
  buddyFree(frame: number, order: number): number;
  isFree(frame: number): number;
  blockOrder(frame: number): number;
  buddyTotalFrames(): bigint;
  buddyFreeFrames(): bigint;
  buddyLargestFreeOrder(): number;
  pageAlloc(zone: number): number;
  pageFree(frame: number): number;
  pageRetain(frame: number): number;
  owners(frame: number): number;
  pageLargestFreeOrder(): number;
  isValidFrame(frame: number): number;
  cachedFrames(): bigint;
  deferredCount(): number;
  deferredFrameAt(place: number): number;
  drainFrameCache(): void;
  moveSharing(table: number, bytes: number): number;
  sharingTableBytes(): number;
  listTable(): number;
  cachedUnits(ofPageblocks: number): bigint;
  cachedAddress(ofPageblocks: number): number;
  lowGigablock(): number;
}

let compiled: WebAssembly.Module | undefined;

/** The compiled module; the compiler runs once per process. */
export function allocatorModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(compileEntry("allocator_entry.ts", ["-O3"]));
  return compiled;
}

/** An instance of the core with tables for some runs; nothing is managed yet. */
export class Allocator {
  readonly core: Exports;
  readonly tableBytes: number;
  /** Entries of the gigablock table: a GiB each, up to the last run. */
  gigablocks = 0;

  constructor(module: WebAssembly.Module, runs: readonly Run[]) {
    this.core = new WebAssembly.Instance(module).exports as unknown as Exports;
    this.tableBytes = this.tableBytesFor(runs);
    const end = TABLES_ADDRESS + this.tableBytes;
    const missing = end - this.core.memory.buffer.byteLength;
    if (missing > 0) this.core.memory.grow(Math.ceil(missing / PAGE_BYTES));
    this.init(runs, SHARING_BYTES);
  }

  private init(runs: readonly Run[], sharingBytes: number): void {
    const last = runs.at(-1);
    this.gigablocks = last ? Math.ceil((last.start + last.count) / 2 ** 18) : 0;
    this.core.initBuddyAllocator(TABLES_ADDRESS, RUNS_ADDRESS, runs.length);
    this.core.initPageAllocator(sharingBytes ? SHARING_ADDRESS : 0, sharingBytes);
  }

  /** Initialises again, for `runs` that need no larger tables. */
  restart(runs: readonly Run[], sharingBytes = SHARING_BYTES): void {
    new Uint8Array(this.core.memory.buffer, TABLES_ADDRESS, this.tableBytes).fill(0);
    this.writeRuns(runs);
    this.init(runs, sharingBytes);
  }

  /** Bytes of the tables that `runs` would need. */
  tableBytesFor(runs: readonly Run[]): number {
    this.writeRuns(runs);
    return Number(this.core.buddyTableBytes(RUNS_ADDRESS, runs.length));
  }

  private writeRuns(runs: readonly Run[]): void {
    const words = new Uint32Array(this.core.memory.buffer, RUNS_ADDRESS, runs.length * 2);
    runs.forEach(({ start, count }, i) => words.set([start, count], i * 2));
  }

  insertRun(start: number, count: number): number {
    return this.core.buddyInsertRun(start, count);
  }

  takeRange(start: number, count: number): number {
    return this.core.buddyTakeRange(start, count);
  }

  alloc(order: number, zone: number): number {
    return this.core.buddyAlloc(order, zone) >>> 0;
  }

  free(frame: number, order: number): number {
    return this.core.buddyFree(frame, order);
  }

  pageAlloc(zone: number): number {
    return this.core.pageAlloc(zone) >>> 0;
  }

  pageFree(frame: number): number {
    return this.core.pageFree(frame);
  }

  pageRetain(frame: number): number {
    return this.core.pageRetain(frame);
  }

  flush(): void {
    this.core.drainFrameCache();
  }

  /** Moves the sharing counts to a table of `bytes`; tables of different sizes do not overlap. */
  growSharing(bytes: number): number {
    return this.core.moveSharing(SHARING_ADDRESS + bytes, bytes);
  }

  /** Free frames, wherever they are kept. */
  freeFrames(): number {
    return Number(this.core.buddyFreeFrames() + this.core.cachedFrames());
  }

  managedFrames(): number {
    return Number(this.core.buddyTotalFrames());
  }

  isManaged(frame: number): boolean {
    return this.core.isValidFrame(frame) !== 0;
  }

  isFree(frame: number): boolean {
    return this.core.isFree(frame) !== 0;
  }

  blockOrder(frame: number): number {
    return this.core.blockOrder(frame);
  }

  /** What changes when anything does: static data, sharing tables, tables. */
  checksum(): string {
    const { buffer } = this.core.memory;
    const sum = (from: number, bytes: number): number => {
      let value = 0;
      for (const word of new Uint32Array(buffer, from, bytes >> 2)) value = (value * 31 + word) | 0;
      return value;
    };
    const parts = [
      sum(0, STATIC_BYTES),
      sum(SHARING_ADDRESS, SHARING_TABLES_BYTES),
      sum(TABLES_ADDRESS, this.tableBytes),
    ];
    return `${parts.join(" ")} ${this.core.buddyFreeFrames()} ${this.core.buddyTotalFrames()}`;
  }
}

/** An allocator that manages all of `runs`. */
export function managing(...runs: Run[]): Allocator {
  const allocator = new Allocator(allocatorModule(), runs);
  for (const { start, count } of runs) {
    const code = allocator.insertRun(start, count);
    if (code !== Code.NONE) throw new Error(`inserting ${start}+${count}: code ${code}`);
  }
  return allocator;
}
