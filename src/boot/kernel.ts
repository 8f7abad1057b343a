/**
 * The kernel's entry: what the shim calls, and what tests and tools call on the running kernel.
 *
 * These are the exports of ABI 1; their names and numbers are fixed. Nothing here decides
 * anything: each export hands its arguments to the part of the kernel that does.
 */

import { logMemoryMap } from "../mm/memory_map";
import { crashOnRequest } from "./crash";
import { ErrorCode, errorName } from "./error_code";
import { info, Level, setLogLevel } from "./log";
import { hasOption, readOptions } from "./options";
import { panic } from "./panic";
import { ABI_VERSION } from "./shim";

/** The version of the contract that this module speaks. */
export function abi_version(): i32 {
  return ABI_VERSION;
}

/**
 * Runs the kernel: `hhdm_offset` is where the loader maps physical memory, `memmap_entries` how
 * many entries its memory map has. Returns 0, or the error code that the panic line named.
 */
export function kernel_main(hhdm_offset: u64, memmap_entries: u32): i32 {
  readOptions();
  if (hasOption("log=debug")) setLogLevel(Level.DEBUG);
  if (!memmap_entries)
    return panic("memmap", "the loader's memory map is empty", ErrorCode.EMPTY_MEMORY_MAP);
  logMemoryMap(memmap_entries);
  const status = crashOnRequest();
  if (status) return status;
  info("boot").text("SlopOS Kernel Started!").end();
  return ErrorCode.NONE;
}

/** The code of the last refusal. */
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

let lastError: ErrorCode = ErrorCode.NONE;

function notReady(): i32 {
  lastError = ErrorCode.NOT_READY;
  return lastError;
}

export function frame_alloc(order: u32, flags: u32): u64 {
  notReady();
  return 0;
}

export function frame_free(address: u64, order: u32): i32 {
  return notReady();
}

export function frame_retain(address: u64): i32 {
  return notReady();
}

export function range_reserve(address: u64, bytes: u64): i32 {
  return notReady();
}

export function mm_stat(kind: i32): u64 {
  notReady();
  return 0;
}

export function managed_run(index: u32, out: usize): i32 {
  notReady();
  return 0;
}

export function reserved_region(index: u32, out: usize): i32 {
  notReady();
  return 0;
}
