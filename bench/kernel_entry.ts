/**
 * The kernel with the workloads in it: boots as the kernel does and then, if the command line has
 * `bench=`, runs them on its own allocators and logs what they took.
 *
 *     bench=W1,d64,W2        these workloads, by name
 *     bench=all              all of them
 *
 * Each is a line `bench: workload=W1 ns=… units=…`; what a unit is, `workloads.ts` says. This is a
 * module of the benchmark: `kernel.wasm`, which ships, has none of it.
 */

import { ErrorCode } from "../abi/error_code";
import { Reason } from "../abi/reservation_reason";
import { kernel_main as boot } from "../src/boot/kernel";
import { info } from "../src/boot/log";
import { panic } from "../src/boot/panic";
import { bootOptions, clock } from "../src/boot/shim";
import { buddyFreeFrames } from "../src/mm/buddy/buddy_alloc";
import { cachedFrames } from "../src/mm/buddy/page_alloc";
import { carve, Chunk } from "../src/mm/runtime/carve";
import {
  drain,
  fill,
  Mix,
  mix,
  mix_drop,
  mix_rise,
  pairs,
  shuffle,
  stacks,
  startLoops,
} from "./kernel_loops_entry";

export {
  abi_version,
  error_name,
  frame_alloc,
  frame_free,
  frame_retain,
  last_error,
  managed_run,
  mm_stat,
  range_reserve,
  reserved_region,
} from "../src/boot/kernel";

/** Least time of a measure, in nanoseconds. */
const SAMPLE: u64 = 50_000_000;

/** Percent of the frames that a mix keeps in use. */
const MIX_LOAD: u32 = 70;

/** Order of 2 MiB. */
const LARGE_ORDER: u32 = 9;

const OPTION_BYTES: u32 = 1024;
const options: usize = memory.data(1024);
let optionLength: u32 = 0;

const list = changetype<Chunk>(memory.data(24));

/** Frames that the workloads have. */
let frames: u32 = 0;

/** True if the command line holds `text` at `position`, and a word or a name ends after it. */
function holds(position: u32, text: string): bool {
  const size = u32(text.length);
  if (position + size > optionLength) return false;
  for (let i: u32 = 0; i < size; ++i) {
    if (load<u8>(options + position + i) != text.charCodeAt(i)) return false;
  }
  return true;
}


@inline
function isEnd(position: u32): bool {
  if (position == optionLength) return true;
  const byte = load<u8>(options + position);
  return byte == 0x20 || byte == 0x2c;
}

/** True if the word `bench=…` of the command line names `name`. */
function isNamed(name: string): bool {
  for (let start: u32 = 0; start < optionLength; ++start) {
    if ((start && load<u8>(options + start - 1) != 0x20) || !holds(start, "bench=")) continue;
    for (let at = start + 6; at <= optionLength; ++at) {
      if (holds(at, name) && isEnd(at + u32(name.length))) return true;
      while (!isEnd(at)) ++at;
      if (at == optionLength || load<u8>(options + at) == 0x20) break;
    }
  }
  return false;
}

function isWanted(name: string): bool {
  return isNamed("all") || isNamed(name);
}

function report(workload: string, nanoseconds: u64, units: u64): void {
  info("bench").word("workload", workload).num("ns", nanoseconds).num("units", units).end();
}

/** `depth` blocks of `order` allocated, then freed; false if a request failed. */
function runStacks(workload: string, order: u32, depth: u32): bool {
  if (!isWanted(workload)) return true;
  startLoops(frames, list.linear);
  let spent: u64 = 0;
  let units: u64 = 0;
  for (let size: u32 = 16; spent < SAMPLE; size *= 2) {
    const begin = clock();
    const failures = depth == 1 ? pairs(order, size) : stacks(order, depth, size);
    spent += clock() - begin;
    units += u64(size) * u64(depth);
    if (failures) return false;
  }
  report(workload, spent, units);
  return true;
}

/** Every frame allocated, then all freed in random order. */
function runEveryFrame(): bool {
  if (!isWanted("W2")) return true;
  startLoops(frames, list.linear);
  let filling: u64 = 0;
  let draining: u64 = 0;
  let units: u64 = 0;
  while (filling < SAMPLE) {
    const begin = clock();
    const count = fill(0);
    const middle = clock();
    shuffle();
    const resumed = clock();
    if (drain(0)) return false;
    draining += clock() - resumed;
    filling += middle - begin;
    units += count;
  }
  report("W2-alloc", filling, units);
  report("W2-free", draining, units);
  return true;
}

/** Every 2 MiB block allocated, then all freed. */
function runEveryLargeBlock(): bool {
  if (!isWanted("W4")) return true;
  startLoops(frames, list.linear);
  let spent: u64 = 0;
  let units: u64 = 0;
  while (spent < SAMPLE) {
    const begin = clock();
    units += fill(LARGE_ORDER);
    if (drain(LARGE_ORDER)) return false;
    spent += clock() - begin;
  }
  report("W4", spent, units);
  return true;
}

/** Random allocations and frees at a constant load. */
function runMix(workload: string, kind: Mix): bool {
  if (!isWanted(workload)) return true;
  startLoops(frames, list.linear);
  mix_rise(kind, MIX_LOAD);
  mix(kind, MIX_LOAD, frames);
  let spent: u64 = 0;
  let units: u64 = 0;
  for (let size: u32 = 1024; spent < SAMPLE; size *= 2) {
    const begin = clock();
    mix(kind, MIX_LOAD, size);
    spent += clock() - begin;
    units += size;
  }
  report(workload, spent, units);
  return mix_drop(0) == 0;
}

/** Runs what the command line asks for; the code that ends the boot. */
function runWorkloads(): ErrorCode {
  const managed = buddyFreeFrames() + cachedFrames();
  const status = carve(managed * 4, Reason.CALLER, list);
  if (status) return panic("bench", "no storage for the list of blocks", status);
  frames = u32(buddyFreeFrames() + cachedFrames());
  info("bench").num("frames", frames).end();
  const passed =
    runStacks("W1", 0, 1) &&
    runStacks("d64", 0, 64) &&
    runStacks("d4096", 0, 4096) &&
    runEveryFrame() &&
    runMix("W3-single", Mix.SINGLE) &&
    runMix("W3-geometric", Mix.GEOMETRIC) &&
    runMix("W3-uniform", Mix.UNIFORM) &&
    runMix("kernel-mix", Mix.KERNEL) &&
    runMix("Linux-mix", Mix.LINUX) &&
    runEveryLargeBlock() &&
    runStacks("order-9-pair", LARGE_ORDER, 1);
  if (passed && buddyFreeFrames() + cachedFrames() == frames) return ErrorCode.NONE;
  return panic("bench", "a request failed or frames were lost", ErrorCode.SELF_TEST);
}

/** The kernel's `kernel_main`, and the workloads after it. */
export function kernel_main(hhdm_offset: u64, memmap_entries: u32): i32 {
  // The boot reclaims the loader's memory, and the command line with it.
  optionLength = min(u32(bootOptions(options, OPTION_BYTES)), OPTION_BYTES);
  const status = boot(hhdm_offset, memmap_entries);
  if (status) return status;
  for (let start: u32 = 0; start < optionLength; ++start) {
    if (holds(start, "bench=")) return runWorkloads();
  }
  return ErrorCode.NONE;
}
