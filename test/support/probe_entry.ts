/**
 * A module of ABI 2 that does what a test tells it to: tests of the simulated machine call the
 * imports through it. `kernel_main` ends as the first letter of the command line says.
 */

import {
  bootOptions,
  bootRegion,
  clock,
  commitLinearMemory,
  consoleWrite,
  cpuFeatures,
  exit,
  flushPage,
  memmapEntry,
  pageRoot,
  physFill,
  physLoad,
  physStore,
  setPageRoot,
} from "../../src/boot/shim";

const SCRATCH: usize = 64;

export function abi_version(): i32 {
  return 2;
}

/** `e`: exits with 3; `t`: traps; `g`: grows by a page and calls; `w`: writes half a line; else 7. */
export function kernel_main(hhdm_offset: u64, memmap_entries: u32): i32 {
  if (!bootOptions(SCRATCH, 1)) return 7;
  switch (load<u8>(SCRATCH)) {
    case 0x65:
      exit(3);
      break;
    case 0x74:
      unreachable();
      break;
    case 0x67:
      if (memory.grow(1) < 0) return 14;
      clock();
      break;
    case 0x77:
      store<u16>(SCRATCH, 0x6968);
      consoleWrite(SCRATCH, 2);
      break;
  }
  return 7;
}

export function write(text: usize, bytes: u32): void {
  consoleWrite(text, bytes);
}

export function entry(index: u32, out: usize): i32 {
  return memmapEntry(index, out);
}

export function region(kind: i32, out: usize): i32 {
  return bootRegion(kind, out);
}

export function options(out: usize, capacity: u32): i32 {
  return bootOptions(out, capacity);
}

export function peek(address: u64): u64 {
  return physLoad(address);
}

export function poke(address: u64, value: u64): void {
  physStore(address, value);
}

export function fill(address: u64, bytes: u64, value: i32): void {
  physFill(address, bytes, value);
}

export function root(): u64 {
  return pageRoot();
}

export function set_root(address: u64): void {
  setPageRoot(address);
}

export function flush(virtual: u64): void {
  flushPage(virtual);
}

export function commit(virtual: u64, bytes: u64): i32 {
  return commitLinearMemory(virtual, bytes);
}

export function features(): i32 {
  return cpuFeatures();
}

export function now(): u64 {
  return clock();
}

export function grow(pages: i32): i32 {
  return memory.grow(pages);
}

/** Writes `count` words from `address` on and adds them up again. */
export function sum(address: u64, count: u32): u64 {
  let total: u64 = 0;
  for (let i: u32 = 0; i < count; ++i) physStore(address + u64(i) * 8, i);
  for (let i: u32 = 0; i < count; ++i) total += physLoad(address + u64(i) * 8);
  return total;
}

export function frame_alloc(order: u32, flags: u32): u64 {
  return (u64(order) << 32) | u64(flags);
}

export function frame_free(address: u64, order: u32): i32 {
  return address == u64(order) ? 0 : 8;
}

export function frame_retain(address: u64): i32 {
  return address ? 0 : 8;
}

export function range_reserve(address: u64, bytes: u64): i32 {
  return address < bytes ? 0 : 8;
}

export function last_error(): i32 {
  return 6;
}

export function error_name(code: i32, out: usize, capacity: u32): i32 {
  store<u8>(out, u8(0x30 + code));
  return 1;
}

export function mm_stat(kind: i32): u64 {
  return u64(kind) * 10;
}

/** Two records. */
export function managed_run(index: u32, out: usize): i32 {
  if (index >= 2) return 0;
  store<u64>(out, u64(index) << 12);
  store<u64>(out, 4096, 8);
  store<u64>(out, 0, 16);
  return 1;
}

export function reserved_region(index: u32, out: usize): i32 {
  if (index >= 1) return 0;
  store<u64>(out, 0x8000000000000000);
  store<u64>(out, 4096, 8);
  store<u64>(out, 5, 16);
  return 1;
}

/** Below 1 MiB, single frames of which every other one is free. */
export function frame_block(address: u64, out: usize): i32 {
  if (address >> 20) return 0;
  store<u64>(out, address & ~4095);
  store<u64>(out, 4096, 8);
  store<u64>(out, 1 + ((address >> 12) & 1), 16);
  return 1;
}
