/**
 * A running kernel as its exports show it (ABI 2): thin, typed wrappers that tests and tools share.
 */

import { type BlockState } from "../abi/frame.ts";
import { type ErrorCode } from "../abi/error_code.ts";
import { type MmStat } from "../abi/mm_stat.ts";
import { type Reason } from "../abi/reservation_reason.ts";
import { WASI_FUNCTIONS, WASI_OLD_FUNCTIONS } from "../abi/wasi.ts";

/** What `kernel.wasm` exports; u64 values arrive as signed `bigint`. */
export interface KernelExports {
  readonly memory: WebAssembly.Memory;
  abi_version(): number;
  kernel_main(hhdmOffset: bigint, memmapEntries: number): number;
  frame_alloc(order: number, flags: number): bigint;
  frame_free(address: bigint, order: number): number;
  frame_retain(address: bigint): number;
  range_reserve(address: bigint, bytes: bigint): number;
  last_error(): number;
  error_name(code: number, out: number, capacity: number): number;
  mm_stat(kind: number): bigint;
  managed_run(index: number, out: number): number;
  reserved_region(index: number, out: number): number;
  frame_block(address: bigint, out: number): number;
  program_open(): number;
  program_grow(range: number, bytes: bigint): number;
  program_start(): void;
  program_stop(end: number): void;
  program_end(status: number, memoryBytes: bigint, heapBytes: bigint): number;
}

/** What serves an import of the program's. */
export type WasiFunction = (...parameters: (number | bigint)[]) => number | undefined;

/** Functions that a module must export to be a kernel of ABI 2. */
export const KERNEL_FUNCTIONS = [
  "abi_version",
  "kernel_main",
  "frame_alloc",
  "frame_free",
  "frame_retain",
  "range_reserve",
  "last_error",
  "error_name",
  "mm_stat",
  "managed_run",
  "reserved_region",
  "frame_block",
] as const;

/** Functions that a kernel exports as well if it runs programs. */
export const PROGRAM_FUNCTIONS = [
  "program_open",
  "program_grow",
  "program_start",
  "program_stop",
  "program_end",
] as const;

/** Functions that serve the program, as a kernel exports them. */
export const WASI_EXPORTS: readonly string[] = [
  ...WASI_FUNCTIONS.map((line) => `wasi_${line.split(" ")[0]}`),
  ...WASI_OLD_FUNCTIONS.map((name) => `wasi_unstable_${name}`),
];

export interface ManagedRun {
  /** Physical address of the first byte. */
  readonly base: bigint;
  /** Bytes. */
  readonly length: bigint;
}

export interface ReservedRegion extends ManagedRun {
  readonly reason: Reason;
}

export interface FrameBlock extends ManagedRun {
  readonly state: BlockState;
}

/**
 * Where answers are written: AssemblyScript puts static data at 1024 and above, and nothing at
 * this address.
 */
const SCRATCH = 512;
const SCRATCH_BYTES = 256;

export class Kernel {
  readonly exports: KernelExports;
  readonly #settle: () => void;

  /** @param settle is called after each call into the kernel that may have grown its memory */
  constructor(exports: KernelExports, settle: () => void) {
    this.exports = exports;
    this.#settle = settle;
  }

  /** Physical address of 2^order frames, or 0n: see `lastError`. */
  frameAlloc(order: number, flags = 0): bigint {
    const address = this.exports.frame_alloc(order, flags);
    this.#settle();
    return address;
  }

  frameFree(address: bigint, order: number): ErrorCode {
    return this.exports.frame_free(address, order);
  }

  frameRetain(address: bigint): ErrorCode {
    const code = this.exports.frame_retain(address);
    this.#settle();
    return code;
  }

  rangeReserve(address: bigint, bytes: bigint): ErrorCode {
    const code = this.exports.range_reserve(address, bytes);
    this.#settle();
    return code;
  }

  lastError(): ErrorCode {
    return this.exports.last_error();
  }

  errorName(code: number): string {
    const length = this.exports.error_name(code, SCRATCH, SCRATCH_BYTES);
    const bytes = new Uint8Array(this.exports.memory.buffer, SCRATCH, length);
    return new TextDecoder().decode(bytes);
  }

  mmStat(kind: MmStat): number {
    return Number(this.exports.mm_stat(kind));
  }

  managedRuns(): ManagedRun[] {
    return this.#records(
      (index, out) => this.exports.managed_run(index, out),
      ([base, length]) => ({ base, length }),
    );
  }

  reservedRegions(): ReservedRegion[] {
    return this.#records(
      (index, out) => this.exports.reserved_region(index, out),
      ([base, length, reason]) => ({
        base,
        length,
        reason: Number(reason),
      }),
    );
  }

  /**
   * The block around `address`, below 16 TiB: an allocated block, or the largest aligned one that is
   * free; a single frame where nothing is managed.
   */
  frameBlock(address: bigint): FrameBlock {
    if (!this.exports.frame_block(BigInt.asIntN(64, address), SCRATCH)) {
      throw new RangeError(`no block at 0x${address.toString(16)}: ${this.lastError()}`);
    }
    const words = new BigUint64Array(this.exports.memory.buffer, SCRATCH, 3);
    return { base: words[0]!, length: words[1]!, state: Number(words[2]!) };
  }

  #records<T>(
    read: (index: number, out: number) => number,
    make: (record: readonly [bigint, bigint, bigint]) => T,
  ): T[] {
    const records: T[] = [];
    while (read(records.length, SCRATCH)) {
      const words = new BigUint64Array(this.exports.memory.buffer, SCRATCH, 3);
      records.push(make([words[0]!, words[1]!, words[2]!]));
    }
    return records;
  }
}
