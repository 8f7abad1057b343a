/**
 * A kernel that has started, as a program deals with it: addresses are `bigint`, counts are numbers of
 * frames of 4096 bytes, and what is refused is thrown.
 */

import { ErrorCode } from "../abi/error_code.ts";
import { BlockState, FrameFlag } from "../abi/frame.ts";
import { MmStat } from "../abi/mm_stat.ts";
import { reasonName } from "../abi/reservation_reason.ts";
import { hex } from "../sim/errors.ts";
import { type Kernel, type ManagedRun } from "../sim/kernel.ts";
import { type Machine } from "../sim/machine.ts";
import { type MemoryMapEntry } from "../sim/memory_map.ts";
import { KernelError } from "./errors.ts";

/** What can be asked of an allocation. */
export interface AllocateOptions {
  /** Fill the frames with zero; false by default. */
  readonly zero?: boolean;
  /** Take frames below this address only; anywhere by default. */
  readonly below?: "16MiB" | "4GiB";
}

/** The kernel's own figures; frames unless the name says otherwise. */
export interface KernelStats {
  /** Usable frames of the memory map, rounded to whole frames. */
  readonly usable: number;
  /** Frames that the allocators serve from: `free + allocated`. */
  readonly managed: number;
  readonly free: number;
  readonly allocated: number;
  /** Free frames that the page allocator keeps outside the buddy lists. */
  readonly cached: number;
  /** Frames that the boot loader gave back. */
  readonly reclaimed: number;
  /** The largest order that one allocation could get now; -1 if nothing is free. */
  readonly largestOrder: number;
  /** The largest order that there is. */
  readonly maxOrder: number;
  /** Bytes of the allocators' tables. */
  readonly metadataBytes: number;
  /** Bytes of linear memory, which has the tables and all other data of the kernel. */
  readonly linearBytes: number;
}

/** Memory that is kept from allocation. */
export interface Reservation extends ManagedRun {
  /** Why, as the log says it: `kernel_image`, `page_tables`, `caller`. */
  readonly reason: string;
}

/** A block of 2^order frames. */
export interface Block extends ManagedRun {
  /** What it is; a frame that is not managed is a block by itself. */
  readonly state: "free" | "allocated" | "unmanaged";
}

const STATES = {
  [BlockState.UNMANAGED]: "unmanaged",
  [BlockState.FREE]: "free",
  [BlockState.ALLOCATED]: "allocated",
} as const;

const ZONES = { "16MiB": FrameFlag.BELOW_16M, "4GiB": FrameFlag.BELOW_4G } as const;

/** Refusals of an allocation that mean that there is no such memory, and not a wrong request. */
const NO_MEMORY: readonly ErrorCode[] = [ErrorCode.OUT_OF_FRAMES];

/** Throws for an order that a call into wasm would take for another one. */
function checkOrder(what: string, order: number): void {
  const isOrder = Number.isInteger(order) && order >= 0 && order < 256;
  if (!isOrder) throw new KernelError(what, ErrorCode.INVALID_ORDER);
}

/** The same for addresses and lengths. */
function checkAddress(what: string, address: bigint): void {
  if (BigInt.asUintN(64, address) !== address) {
    throw new KernelError(what, ErrorCode.INVALID_ADDRESS);
  }
}

/** A kernel that has started; made by `bootKernel`. */
export class RunningKernel {
  readonly #machine: Machine;
  readonly #kernel: Kernel;

  /** @internal Use `bootKernel`. */
  constructor(machine: Machine, kernel: Kernel) {
    this.#machine = machine;
    this.#kernel = kernel;
  }

  /** The lines that the kernel has written so far. */
  get log(): readonly string[] {
    return this.#machine.console.lines;
  }

  /** The memory map that the kernel was told: the one given, changed by what the boot loader took. */
  get memoryMap(): readonly MemoryMapEntry[] {
    return this.#machine.memoryMap;
  }

  /**
   * Allocates a block of 2^order frames, aligned to its size.
   *
   * @returns its physical address; null if no such block is free
   * @throws KernelError if the request makes no sense, such as an order above `maxOrder`
   */
  allocate(order = 0, { zero = false, below }: AllocateOptions = {}): bigint | null {
    checkOrder(`allocating order ${order}`, order);
    const flags = (zero ? FrameFlag.ZERO : 0) | (below ? ZONES[below] : 0);
    const address = this.#kernel.frameAlloc(order, flags);
    if (address !== 0n) return BigInt.asUintN(64, address);
    const code = this.#kernel.lastError();
    if (NO_MEMORY.includes(code)) return null;
    throw new KernelError(`allocating order ${order}`, code);
  }

  /**
   * Frees the block of 2^order frames at `address`, or gives up one of its owners.
   *
   * @throws KernelError if it is not such a block; nothing has changed then
   */
  free(address: bigint, order = 0): void {
    const what = `freeing ${hex(address)}, order ${order}`;
    checkOrder(what, order);
    checkAddress(what, address);
    this.#done(what, this.#kernel.frameFree(address, order));
  }

  /**
   * Gives the allocated frame at `address` one more owner: it takes one more `free` to free it.
   *
   * @throws KernelError if it is no frame that was allocated with order 0
   */
  retain(address: bigint): void {
    const what = `retaining ${hex(address)}`;
    checkAddress(what, address);
    this.#done(what, this.#kernel.frameRetain(address));
  }

  /**
   * Takes the frames of `bytes` bytes at `address` out of management, for good. Both are multiples of
   * 4096.
   *
   * @throws KernelError if a frame of them is in use, or they are no whole frames
   */
  reserve(address: bigint, bytes: bigint): void {
    const what = `reserving ${bytes} bytes at ${hex(address)}`;
    checkAddress(what, address);
    checkAddress(what, bytes);
    this.#done(what, this.#kernel.rangeReserve(address, bytes));
  }

  /** The kernel's figures as they are now. */
  stats(): KernelStats {
    const stat = (kind: MmStat) => this.#kernel.mmStat(kind);
    return {
      usable: stat(MmStat.USABLE),
      managed: stat(MmStat.MANAGED),
      free: stat(MmStat.FREE),
      allocated: stat(MmStat.ALLOCATED),
      cached: stat(MmStat.CACHED),
      reclaimed: stat(MmStat.RECLAIMED),
      largestOrder: stat(MmStat.LARGEST_FREE_ORDER),
      maxOrder: stat(MmStat.MAX_ORDER),
      metadataBytes: stat(MmStat.METADATA_BYTES),
      linearBytes: stat(MmStat.LINEAR_BYTES),
    };
  }

  /** The runs of frames under management, free or allocated, in address order. */
  runs(): ManagedRun[] {
    return this.#kernel.managedRuns();
  }

  /** What is kept from allocation, in address order. */
  reservations(): Reservation[] {
    return this.#kernel
      .reservedRegions()
      .map(({ base, length, reason }) => ({ base, length, reason: reasonName(reason) }));
  }

  /**
   * The block around `address`: an allocated block, or the largest aligned one that is free.
   *
   * @throws RangeError at 16 TiB and above
   */
  block(address: bigint): Block {
    const { base, length, state } = this.#kernel.frameBlock(address);
    return { base, length, state: STATES[state] };
  }

  #done(what: string, code: ErrorCode): void {
    if (code !== ErrorCode.NONE) throw new KernelError(what, code);
  }
}
