/**
 * The kernel's allocators as a module of their own, for benchmarks on the host: the code of
 * `src/mm` as it ships, on tables in this module's memory.
 *
 * What a kernel's bring-up hands the allocators lies here one after the other, from `__heap_base`
 * on: the runs of memory, the table of sharing counts, the allocators' tables, the list of blocks
 * that the workloads keep.
 */

import { ErrorCode } from "../abi/error_code";
import { buddyInsertRun, buddyTableBytes, initBuddyAllocator } from "../src/mm/buddy/buddy_alloc";
import { initPageAllocator } from "../src/mm/buddy/page_alloc";
import { FRAME_RANGE_BYTES, FrameRange } from "../src/mm/frames";
import { startLoops } from "./kernel_loops_entry";

export {
  alloc,
  block_list,
  blocks_in_use,
  drain,
  fill,
  frame_alloc,
  frame_free,
  mix,
  mix_drop,
  mix_rise,
  pairs,
  release,
  shuffle,
  stacks,
} from "./kernel_loops_entry";

/** First frame of the memory that `init` makes: 4 GiB, above every zone border. */
const FIRST_FRAME: u32 = 1 << 20;

/** Bytes of the first table of sharing counts, as in a kernel. */
const SHARING_BYTES: u32 = 4096;

const WASM_PAGE: u64 = 65536;

/** Bytes of tables in use. */
let tableBytes: u64 = 0;

/** Where what follows the runs begins. */
let tables: usize = 0;


@inline
function alignUp(address: usize, alignment: usize): usize {
  return (address + alignment - 1) & ~(alignment - 1);
}


@inline
function runAt(index: u32): FrameRange {
  return changetype<FrameRange>(alignUp(__heap_base, 8) + usize(index) * FRAME_RANGE_BYTES);
}

/** Grows linear memory up to `end`. */
function ensure(end: u64): void {
  const have = u64(memory.size()) * WASM_PAGE;
  if (end > have && memory.grow(i32((end - have + WASM_PAGE - 1) / WASM_PAGE)) < 0) unreachable();
}

/** Returns the address of room for `count` runs of memory, to be written before `prepare`. */
export function run_list(count: u32): usize {
  const end = u64(alignUp(__heap_base, 8)) + u64(count) * u64(FRAME_RANGE_BYTES);
  ensure(end);
  return changetype<usize>(runAt(0));
}

/**
 * Makes zeroed room for the tables that `count` runs need and for a list of `listed` blocks.
 * Returns the bytes of the tables.
 */
export function prepare(count: u32, listed: u32): u32 {
  const runs = changetype<usize>(runAt(0));
  tables = alignUp(runs + usize(count) * FRAME_RANGE_BYTES, 4096);
  tableBytes = u64(SHARING_BYTES) + buddyTableBytes(runs, count);
  ensure(u64(tables) + tableBytes + u64(listed) * 4);
  memory.fill(tables, 0, usize(tableBytes));
  return u32(tableBytes);
}

/** Initialises the allocators on what `prepare` left and gives them all runs; 0 or an error code. */
export function seed(count: u32): u32 {
  initBuddyAllocator(tables + SHARING_BYTES, changetype<usize>(runAt(0)), count);
  let status = initPageAllocator(tables, SHARING_BYTES);
  for (let i: u32 = 0; i < count && status == ErrorCode.NONE; ++i) {
    status = buddyInsertRun(runAt(i).start, runAt(i).count);
  }
  return status;
}

/** Starts over with `frames` free frames in the first `count` runs; returns the bytes of tables. */
export function init_runs(count: u32, frames: u32): u32 {
  const bytes = prepare(count, frames);
  if (seed(count) != ErrorCode.NONE) unreachable();
  startLoops(frames, tables + usize(tableBytes));
  return bytes;
}

/** Starts over with `frames` free frames in one run; returns the bytes of tables. */
export function init(frames: u32): u32 {
  run_list(1);
  runAt(0).start = FIRST_FRAME;
  runAt(0).count = frames;
  return init_runs(1, frames);
}

/**
 * Starts over with `frames` free frames, half of them from 1 GiB on and half from 4 GiB on: memory
 * as most machines have it, in more than one zone. Returns the bytes of tables.
 */
export function init_split(frames: u32): u32 {
  run_list(2);
  runAt(0).start = 1 << 18;
  runAt(1).start = FIRST_FRAME;
  runAt(0).count = runAt(1).count = frames >> 1;
  return init_runs(2, frames);
}
