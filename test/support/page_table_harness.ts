/**
 * The page-table code under test: compiled by itself, on memory that holds nothing but its tables.
 *
 * The harness owns the frames. A table read before it is made or after it is released, a frame given
 * back twice, and one that is kept without being a table are errors.
 */

import { compileEntry } from "./entry_compiler.ts";
import { type Walk, walkPageTables } from "./page_walker.ts";

const FRAME = 4096n;

/** What a new frame holds: with bit 0 set it would be a present entry. */
const GARBAGE = 0xa5a5a5a5a5a5a5a5n;

/** Frame numbers handed out: not in sequence, some above 4 GiB. */
const FIRST_FRAME = 0x77n;
const FRAME_STRIDE = 0x8_0421n;

/** Bits of an access. */
export const Access = { READ: 0, WRITE: 1, EXECUTE: 2, WRITE_COMBINING: 4 } as const;

/** The error codes that the code answers. */
export const Code = {
  NONE: 0,
  INVALID_DESCRIPTOR: 5,
  OUT_OF_FRAMES: 6,
  INVALID_ADDRESS: 8,
  BUSY: 13,
} as const;

export interface Cpu {
  readonly nx: boolean;
  readonly pages1G: boolean;
}

interface Exports {
  mapRange(root: bigint, virtual: bigint, physical: bigint, bytes: bigint, access: number): number;
  unmapRange(root: bigint, virtual: bigint, bytes: bigint): number;
  translate(root: bigint, virtual: bigint): bigint;
  newTable(): bigint;
  releaseTables(root: bigint): void;
  tablesInUse(): number;
  topEntry(root: bigint, virtual: bigint): bigint;
  setTopEntry(root: bigint, virtual: bigint, entry: bigint): void;
  useTestFrames(): void;
}

let compiled: WebAssembly.Module | undefined;

/** The compiled module; compiled once. */
export function pageTableModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(compileEntry("page_table_entry.ts"));
  return compiled;
}

const u64 = (value: bigint) => BigInt.asUintN(64, value);

export class PageTables {
  /** How many frames are left to take. */
  budget = Infinity;
  /** Virtual addresses of which the translation was dropped, since the start. */
  readonly flushed: bigint[] = [];
  readonly root: bigint;
  readonly #cpu: Cpu;
  readonly #frames = new Map<bigint, BigUint64Array>();
  readonly #exports: Exports;
  #next = FIRST_FRAME;

  constructor(cpu: Partial<Cpu> = {}) {
    this.#cpu = { nx: true, pages1G: true, ...cpu };
    const shim = {
      cpu_features: () => Number(this.#cpu.nx) | (Number(this.#cpu.pages1G) << 1),
      flush_page: (virtual: bigint) => this.flushed.push(u64(virtual)),
      phys_fill: (address: bigint, bytes: bigint, value: number) => {
        if (bytes !== FRAME || value !== 0) throw new Error("a fill that zeroes no table");
        this.#table(address).fill(0n);
      },
      phys_load: (address: bigint) => this.#table(address)[Number(address % FRAME) / 8]!,
      phys_store: (address: bigint, value: bigint) => {
        this.#table(address)[Number(address % FRAME) / 8] = value;
      },
    };
    const test = {
      take_frame: () => this.#take(),
      give_frame: (frame: bigint) => {
        if (!this.#frames.delete(frame)) throw new Error(`frame ${frame} is nobody's to give`);
        this.budget += 1;
      },
    };
    const instance = new WebAssembly.Instance(pageTableModule(), { shim, test });
    this.#exports = instance.exports as unknown as Exports;
    this.#exports.useTestFrames();
    this.root = this.#exports.newTable();
  }

  #take(): bigint {
    if (this.budget === 0) return 0n;
    this.budget -= 1;
    const frame = this.#next;
    this.#next += FRAME_STRIDE;
    this.#frames.set(frame, new BigUint64Array(512).fill(GARBAGE));
    return frame;
  }

  /** The words of the table that holds `address`. */
  #table(address: bigint): BigUint64Array {
    const table = this.#frames.get(address / FRAME);
    if (!table || address % 8n) throw new Error(`0x${address.toString(16)} is in no table`);
    return table;
  }

  map(virtual: bigint, physical: bigint, bytes: bigint, access: number): number {
    return this.#exports.mapRange(this.root, virtual, physical, bytes, access);
  }

  unmap(virtual: bigint, bytes: bigint): number {
    return this.#exports.unmapRange(this.root, virtual, bytes);
  }

  /** Physical address behind `virtual`; null if it is not mapped. */
  translate(virtual: bigint): bigint | null {
    const physical = u64(this.#exports.translate(this.root, virtual));
    return physical === u64(-1n) ? null : physical;
  }

  /** A second root of its own. */
  newRoot(): bigint {
    return this.#exports.newTable();
  }

  /** Releases `root` and all that hangs below it. */
  release(root: bigint): void {
    this.#exports.releaseTables(root);
  }

  /** Lets `root` have the tables of `this.root` for the 512 GiB around `virtual`. */
  share(root: bigint, virtual: bigint): void {
    this.#exports.setTopEntry(root, virtual, this.#exports.topEntry(this.root, virtual));
  }

  /** Frames that are not given back. */
  get ownedFrames(): number {
    return this.#frames.size;
  }

  /** What the code itself counts. */
  get tablesInUse(): number {
    return this.#exports.tablesInUse();
  }

  /** The raw words of all tables, by address: to tell whether anything changed. */
  snapshot(): Map<bigint, readonly bigint[]> {
    return new Map([...this.#frames].map(([frame, words]) => [frame, [...words]]));
  }

  /** All mappings below `root`, read as the processor would. */
  walk(root = this.root): Walk {
    return walkPageTables((address) => this.#table(address)[Number(address % FRAME) / 8]!, root, {
      nx: this.#cpu.nx,
      pages1G: this.#cpu.pages1G,
    });
  }
}
