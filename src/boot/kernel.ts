/**
 * The kernel's entry: what the shim calls, and what tests and tools call on the running kernel.
 *
 * These are the exports of ABI 2; their names and numbers are fixed. Each hands its arguments to
 * the part of the kernel that decides. What is settled here is the level of the log and the form of
 * the answers.
 */

import { ErrorCode, errorName } from "../../abi/error_code";
import { MmStat } from "../../abi/mm_stat";
import { ABI_VERSION } from "../../abi/version";
import { buddyFreeFrames, buddyTotalFrames, MAX_ORDER } from "../mm/buddy/buddy_alloc";
import { blockOrder, blockState } from "../mm/buddy/frame_status";
import { cachedFrames } from "../mm/buddy/page_alloc";
import { reservation, reservationCount } from "../mm/early/reservations";
import { ADDRESS_LIMIT, FRAME_SIZE, frameAddress, frameOf, Order } from "../mm/frames";
import { initializeMemory } from "../mm/memory_init";
import { linearMemoryBytes } from "../mm/paging/linear_memory";
import { metadataBytes } from "../mm/runtime/carve";
import { managedRun, managedRunCount } from "../mm/runtime/managed_runs";
import {
  borrowAllocator,
  PhysicalAllocator,
  returnAllocator,
  runtimeAllocator,
  runtimeAllocatorStatus,
} from "../mm/runtime/physical_allocator";
import { programFrames } from "../program/program";
import { crashOnRequest } from "./crash";
import { info, Level, setLogLevel, warn } from "./log";
import {
  hasOption,
  hasOptionKey,
  readOptions,
  warnOfShimOptions,
  warnOfUnknownOptions,
} from "./options";

/** The version of the contract that this module speaks. */
export function abi_version(): i32 {
  return ABI_VERSION;
}

/** Shows as much as `log=` asks for; the started line is shown from `info`, the default, on. */
function chooseLogLevel(): void {
  if (hasOption("log=error")) setLogLevel(Level.ERROR);
  else if (hasOption("log=warn")) setLogLevel(Level.WARN);
  else if (hasOption("log=debug")) setLogLevel(Level.DEBUG);
  else if (hasOptionKey("log=") && !hasOption("log=info")) {
    warn("boot").text("unknown value of log=, ignored; known are error, warn, info, debug").end();
  }
}

/**
 * Runs the kernel: `hhdm_offset` is where the loader maps physical memory, `memmap_entries` how
 * many entries its memory map has. Returns 0, or the error code that the panic line named.
 */
export function kernel_main(hhdm_offset: u64, memmap_entries: u32): i32 {
  readOptions();
  chooseLogLevel();
  warnOfUnknownOptions();
  warnOfShimOptions();
  const ready = initializeMemory(hhdm_offset, memmap_entries);
  if (ready) return ready;
  const status = crashOnRequest();
  if (status) return status;
  info("boot").text("SlopOS Kernel Started!").end();
  return ErrorCode.NONE;
}

/** Bytes of a record that a query writes: three u64. */
const RECORD_BYTES: usize = 24;

// `ErrorCode.NONE`, written as the constant that it is: an enumerator would need code at the start.
let lastError: ErrorCode = 0;

/** Keeps `code` for `last_error` if it is a refusal; returns it. */
function remember(code: ErrorCode): ErrorCode {
  if (code) lastError = code;
  return code;
}

/** Borrows the allocator; null, with the reason kept for `last_error`, where that cannot be. */
function borrow(): PhysicalAllocator | null {
  const allocator = borrowAllocator();
  if (!allocator) remember(runtimeAllocatorStatus());
  return allocator;
}

/** Returns the allocator after an operation that ended with `status`, which it returns. */
function giveBack(status: ErrorCode): ErrorCode {
  returnAllocator();
  return remember(status);
}

/** The code of the last refusal; 0 if nothing was refused yet. */
export function last_error(): i32 {
  return lastError;
}

/** Writes the name of `code` to `out`, at most `capacity` bytes of it; returns its whole length. */
export function error_name(code: i32, out: usize, capacity: u32): i32 {
  const name = errorName(code);
  for (let i: u32 = 0, n = min(capacity, u32(name.length)); i < n; ++i) {
    store<u8>(out + i, u8(name.charCodeAt(i)));
  }
  return name.length;
}

/**
 * Allocates 2^`order` contiguous, naturally aligned frames. `flags`: 1 zero, 2 below 16 MiB, 4
 * below 4 GiB. Returns the physical address, or 0 (see `last_error`): NOT_READY, BUSY,
 * INVALID_ORDER, UNSUPPORTED, OUT_OF_FRAMES.
 */
export function frame_alloc(order: Order, flags: u32): u64 {
  const status = runtimeAllocatorStatus();
  if (!status) {
    const address = runtimeAllocator().allocate(order, flags);
    if (address) return address;
  }
  remember(status ? status : runtimeAllocator().failure);
  return 0;
}

/** Frees a block; see `PhysicalAllocator.free`. Returns 0 or an error code. */
export function frame_free(address: u64, order: Order): i32 {
  const status = runtimeAllocatorStatus();
  return remember(status ? status : runtimeAllocator().free(address, order));
}

/** Adds an owner to a frame; see `PhysicalAllocator.retain`. Returns 0 or an error code. */
export function frame_retain(address: u64): i32 {
  const allocator = borrow();
  return allocator ? giveBack(allocator.retain(address)) : lastError;
}

/** Reserves a free range; see `PhysicalAllocator.reserveRange`. Returns 0 or an error code. */
export function range_reserve(address: u64, bytes: u64): i32 {
  const allocator = borrow();
  return allocator ? giveBack(allocator.reserveRange(address, bytes)) : lastError;
}

/** A figure of the memory manager, `kind` an `MmStat`; 0 for NOT_READY, BUSY or UNSUPPORTED. */
export function mm_stat(kind: i32): u64 {
  const allocator = borrow();
  if (!allocator) return 0;
  const figure = statistic(allocator, kind);
  returnAllocator();
  return figure;
}

function statistic(allocator: PhysicalAllocator, kind: i32): u64 {
  switch (kind) {
    case MmStat.USABLE:
      return allocator.usable;
    case MmStat.MANAGED:
      return allocator.managedFrames();
    case MmStat.FREE:
      return allocator.freeFrames();
    case MmStat.ALLOCATED:
      return allocator.allocatedFrames();
    case MmStat.CACHED:
      return cachedFrames();
    case MmStat.BUDDY_TOTAL:
      return buddyTotalFrames();
    case MmStat.BUDDY_FREE:
      return buddyFreeFrames();
    case MmStat.RESERVED_REGIONS:
      return reservationCount();
    case MmStat.METADATA_BYTES:
      return metadataBytes();
    case MmStat.MANAGED_RUNS:
      return managedRunCount();
    case MmStat.MAX_ORDER:
      return MAX_ORDER;
    case MmStat.LARGEST_FREE_ORDER:
      return u64(allocator.largestFreeOrder());
    case MmStat.RECLAIMED:
      return allocator.reclaimed;
    case MmStat.LINEAR_BYTES:
      return linearMemoryBytes();
    case MmStat.PROGRAM:
      return programFrames();
    default:
      remember(ErrorCode.UNSUPPORTED);
      return 0;
  }
}

/**
 * Writes managed run `index` as `{base, length, 0}` to `out`; 0 past the end, NOT_READY or BUSY.
 */
export function managed_run(index: u32, out: usize): i32 {
  if (remember(runtimeAllocatorStatus()) || index >= managedRunCount()) return 0;
  store<u64>(out, frameAddress(managedRun(index).start));
  store<u64>(out + 8, frameAddress(managedRun(index).count));
  store<u64>(out + 16, 0);
  return 1;
}

/**
 * Writes reserved region `index` as `{base, length, reason}` to `out`; 0 past the end, NOT_READY or
 * BUSY.
 */
export function reserved_region(index: u32, out: usize): i32 {
  if (remember(runtimeAllocatorStatus()) || index >= reservationCount()) return 0;
  memory.copy(out, changetype<usize>(reservation(index)), RECORD_BYTES);
  return 1;
}

/**
 * Writes the block around the byte at `address` as `{base, length, state}` to `out`, the state a
 * `BlockState`; of a free frame the largest aligned block that is free. 0 beyond 16 TiB, NOT_READY
 * or BUSY.
 */
export function frame_block(address: u64, out: usize): i32 {
  if (remember(runtimeAllocatorStatus()) || address >= ADDRESS_LIMIT) return 0;
  const frame = u32(frameOf(address));
  const length = FRAME_SIZE << blockOrder(frame);
  store<u64>(out, address & ~(length - 1));
  store<u64>(out + 8, length);
  store<u64>(out + 16, blockState(frame));
  return 1;
}

/* The life of a program, and what it calls while it runs. */
export {
  program_end,
  program_grow,
  program_open,
  program_start,
  program_stop,
} from "../program/program";
export * from "../program/wasi_descriptors";
export * from "../program/wasi_directories";
export * from "../program/wasi_paths";
export * from "../program/wasi_poll";
export * from "../program/wasi_process";
export * from "../program/wasi_sockets";
export * from "../program/wasi_streams";
