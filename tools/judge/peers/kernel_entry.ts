/**
 * This project's allocators under the contract: the code of `src/mm` as the kernel has it.
 *
 * The kernel never manages frame 0. Where it is asked for, all frames are moved up by 4 GiB.
 */

import { ErrorCode } from "../../../abi/error_code";
import {
  buddyAlloc,
  buddyFree,
  buddyInsertRun,
  buddyTableBytes,
  initBuddyAllocator,
  NO_FRAME,
  Zone,
} from "../../../src/mm/buddy/buddy_alloc";
import { initPageAllocator, pageAlloc, pageFree } from "../../../src/mm/buddy/page_alloc";
import { FRAME_RANGE_BYTES, FrameRange } from "../../../src/mm/frames";


@external("env", "memory_take")
declare function memoryTake(bytes: u32): usize;

/** What `allocator_alloc` returns if it cannot. */
const REFUSED: u32 = 0xffffffff;

/** By how much frames are moved up where frame 0 is one of them. */
const MOVED: u32 = 1 << 20;

/** Bytes of the table of sharing counts, as a kernel begins with. */
const SHARING_BYTES: u32 = 4096;

const single = changetype<FrameRange>(memory.data(8));

/** What is added to a frame of the contract, and the bytes of tables. */
let moved: u32 = 0;
let tableBytes: u32 = 0;


@inline
function runAt(runs: usize, index: u32): FrameRange {
  return changetype<FrameRange>(runs + usize(index) * FRAME_RANGE_BYTES);
}

function seed(runs: usize, count: u32): void {
  const bytes = u32(buddyTableBytes(runs, count));
  tableBytes = bytes + SHARING_BYTES;
  const tables = memoryTake(tableBytes);
  initBuddyAllocator(tables + SHARING_BYTES, runs, count);
  let status = initPageAllocator(tables, SHARING_BYTES);
  for (let i: u32 = 0; i < count && status == ErrorCode.NONE; ++i) {
    const run = runAt(runs, i);
    status = buddyInsertRun(run.start, run.count);
  }
  if (status != ErrorCode.NONE) unreachable();
}

export function allocator_init(frames: u32): void {
  moved = MOVED;
  single.start = MOVED;
  single.count = frames;
  seed(changetype<usize>(single), 1);
}

export function allocator_init_map(runs: usize, count: u32): void {
  moved = runAt(runs, 0).start ? 0 : MOVED;
  for (let i: u32 = 0; moved && i < count; ++i) runAt(runs, i).start += moved;
  seed(runs, count);
}

export function allocator_alloc(order: u32): u32 {
  const frame = order ? buddyAlloc(order, Zone.ANY) : pageAlloc(Zone.ANY);
  return frame == NO_FRAME ? REFUSED : frame - moved;
}

export function allocator_free(frame: u32, order: u32): bool {
  return (order ? buddyFree(frame + moved, order) : pageFree(frame + moved)) == ErrorCode.NONE;
}

export function allocator_metadata_bytes(): u32 {
  return tableBytes;
}
