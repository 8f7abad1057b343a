/**
 * A running kernel as its exports show it (ABI 1): thin, typed wrappers that tests and tools share.
 */

/** Flags of `frame_alloc`. */
export const FrameFlag = { ZERO: 1, BELOW_16M: 2, BELOW_4G: 4 } as const;

/** Kinds of `mm_stat`; counts are frames unless the name says bytes. */
export const MmStat = {
  USABLE: 0,
  MANAGED: 1,
  FREE: 2,
  ALLOCATED: 3,
  CACHED: 4,
  BUDDY_TOTAL: 5,
  BUDDY_FREE: 6,
  RESERVED_REGIONS: 7,
  METADATA_BYTES: 8,
  MANAGED_RUNS: 9,
  MAX_ORDER: 10,
  LARGEST_ORDER: 11,
  RECLAIMED: 12,
  LINEAR_BYTES: 13,
} as const;

/** Error codes; `error_name` spells them. */
export const ErrorCode = {
  NONE: 0,
  NOT_READY: 1,
  ALREADY_INITIALIZED: 2,
  EMPTY_MEMORY_MAP: 3,
  NO_USABLE_MEMORY: 4,
  INVALID_DESCRIPTOR: 5,
  OUT_OF_FRAMES: 6,
  STORAGE_EXHAUSTED: 7,
  INVALID_ADDRESS: 8,
  INVALID_ORDER: 9,
  NOT_ALLOCATED: 10,
  ORDER_MISMATCH: 11,
  RESERVED: 12,
  BUSY: 13,
  LINEAR_MEMORY: 14,
  UNSUPPORTED: 15,
  BOOT_PROTOCOL: 16,
  INVALID_MODULE: 17,
  TRAP: 18,
  CPU_EXCEPTION: 19,
  SELF_TEST: 20,
} as const;

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
}

/** Functions that a module must export to be a kernel of ABI 1. */
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

export interface ManagedRun {
  /** Physical address of the first byte. */
  readonly base: bigint;
  /** Bytes. */
  readonly length: bigint;
}

export interface ReservedRegion extends ManagedRun {
  /** Why it is reserved; the kernel's numbers. */
  readonly reason: number;
}

/** States of a `FrameBlock`. */
export const BlockState = { UNMANAGED: 0, FREE: 1, ALLOCATED: 2 } as const;

export interface FrameBlock extends ManagedRun {
  /** One of `BlockState`. */
  readonly state: number;
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

  frameFree(address: bigint, order: number): number {
    return this.exports.frame_free(address, order);
  }

  frameRetain(address: bigint): number {
    const code = this.exports.frame_retain(address);
    this.#settle();
    return code;
  }

  rangeReserve(address: bigint, bytes: bigint): number {
    const code = this.exports.range_reserve(address, bytes);
    this.#settle();
    return code;
  }

  lastError(): number {
    return this.exports.last_error();
  }

  errorName(code: number): string {
    const length = this.exports.error_name(code, SCRATCH, SCRATCH_BYTES);
    const bytes = new Uint8Array(this.exports.memory.buffer, SCRATCH, length);
    return new TextDecoder().decode(bytes);
  }

  /** One of `MmStat`. */
  mmStat(kind: number): number {
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
