/**
 * The program's memory: ranges of the address space that grow onto frames of the runtime allocator
 * and give them back when the program ends.
 *
 * One unused top-level entry holds them, each in a window of its own that begins on a 1 GiB border,
 * with the rest of its 16 GiB unmapped, so that what runs over the end of one faults before it
 * reaches the next:
 *
 *     entry        + 16 GiB              + 32 GiB           + 48 GiB
 *     | … | header | linear memory … |   | heap … |         | native stack |
 *
 * Growth takes the largest naturally aligned blocks that fit, so that large pages come by themselves.
 * What a range stands on is written down nowhere but in the page tables and in the allocator's own
 * records: they say where a block lies and how large it is.
 */

import { ErrorCode } from "../../abi/error_code";
import { ProgramRange } from "../../abi/program";
import { commitProgram, pageRoot } from "../boot/shim";
import { MAX_ORDER } from "../mm/buddy/buddy_alloc";
import { blockOrder } from "../mm/buddy/frame_status";
import { alignUp, FRAME_SHIFT, FRAME_SIZE, frameOf } from "../mm/frames";
import { unusedTopEntry, WASM_PAGE_BYTES } from "../mm/paging/linear_memory";
import { Access, mapRange, NOT_MAPPED, translate, unmapRange } from "../mm/paging/page_table";
import { borrowAllocator, returnAllocator } from "../mm/runtime/physical_allocator";
import { lendBlock, takeBackBlock } from "./lent_frames";

/** Bytes from one range to the next. */
const SPACING: u64 = 16 << 30;

/** A range has at most half of its spacing: wasm reaches 4 GiB. */
const LARGEST_RANGE: u64 = SPACING >> 1;

/**
 * What part of all frames linear memory leaves to the runtime and to files, as a shift: without any
 * left, an error in the program could not even be written down.
 */
const RESERVE_SHIFT: u64 = 6;

/** Address of the top-level entry's first byte; 0 while there is no program. */
let window: u64 = 0;

/** Bytes of each range, u64. */
const sizes: usize = memory.data(24);


@inline
function base(range: i32): u64 {
  return window + SPACING * u64(range + 1);
}


@inline
function size(range: i32): u64 {
  return load<u64>(sizes + (usize(range) << 3));
}


@inline
function setSize(range: i32, bytes: u64): void {
  store<u64>(sizes + (usize(range) << 3), bytes);
}

/** The order of the largest block that may begin at `virtual` and has no more than `bytes`. */
function largestOrder(virtual: u64, bytes: u64): u32 {
  const aligned = u32(ctz(virtual >> FRAME_SHIFT));
  const fitting = 63 - u32(clz(bytes >> FRAME_SHIFT));
  return min(min(aligned, fitting), MAX_ORDER);
}

/** Maps a new block of at most `bytes` at `virtual`; returns its bytes, or 0 if there is none. */
function addBlock(virtual: u64, bytes: u64): u64 {
  for (let order = i32(largestOrder(virtual, bytes)); order >= 0; --order) {
    const address = lendBlock(order);
    if (!address) continue;
    const length = FRAME_SIZE << order;
    if (!mapRange(pageRoot(), virtual, address, length, Access.WRITE)) return length;
    takeBackBlock(address, order);
    return 0;
  }
  return 0;
}

/** Unmaps the blocks of `[from, end)`, which are whole, and takes their frames back. */
function removeBlocks(from: u64, end: u64): void {
  while (from < end) {
    const address = translate(pageRoot(), from);
    const order = blockOrder(u32(frameOf(address)));
    unmapRange(pageRoot(), from, FRAME_SIZE << order);
    takeBackBlock(address, order);
    from += FRAME_SIZE << order;
  }
}

/** True if linear memory may take `bytes` more and leave the reserve. */
function leavesReserve(bytes: u64): bool {
  const allocator = borrowAllocator();
  if (!allocator) return false;
  const free = allocator.freeFrames();
  const reserve = allocator.managedFrames() >> RESERVE_SHIFT;
  returnAllocator();
  return free >= reserve && free - reserve >= bytes >> FRAME_SHIFT;
}

/** Finds room in the address space for a program's ranges, all empty. UNSUPPORTED if there is none. */
export function openRanges(): ErrorCode {
  window = unusedTopEntry();
  memory.fill(sizes, 0, 24);
  return window ? ErrorCode.NONE : ErrorCode.UNSUPPORTED;
}

/**
 * Grows `range`, a `ProgramRange`, to at least `bytes`, new ones zero, and commits it to the machine.
 * Fewer bytes than it has are a no-op.
 *
 * Errors, all without a change: NOT_READY (no program), UNSUPPORTED (no such range, larger than any
 * may be, or the machine does not agree), OUT_OF_FRAMES.
 */
export function growRange(range: i32, bytes: u64): ErrorCode {
  if (!window) return ErrorCode.NOT_READY;
  if (u32(range) >= u32(ProgramRange.KINDS) || bytes > LARGEST_RANGE) return ErrorCode.UNSUPPORTED;
  const start = base(range);
  const before = size(range);
  const wanted = alignUp(bytes, WASM_PAGE_BYTES);
  if (wanted <= before) return ErrorCode.NONE;
  // The page for the runtime's header comes first and stays, whatever becomes of the rest.
  const isMemory = range == ProgramRange.MEMORY;
  if (isMemory && !leavesReserve(wanted - before)) return ErrorCode.OUT_OF_FRAMES;
  if (isMemory && translate(pageRoot(), start - FRAME_SIZE) == NOT_MAPPED) {
    if (!addBlock(start - FRAME_SIZE, FRAME_SIZE)) return ErrorCode.OUT_OF_FRAMES;
  }
  let end = before;
  while (end < wanted) {
    const added = addBlock(start + end, wanted - end);
    if (!added) break;
    end += added;
  }
  let status: ErrorCode = end < wanted ? ErrorCode.OUT_OF_FRAMES : ErrorCode.NONE;
  if (!status && commitProgram(range, start, end)) status = ErrorCode.UNSUPPORTED;
  if (status) removeBlocks(start + before, start + end);
  else setSize(range, end);
  return status;
}

/** Takes all ranges back; the machine must not use them any more. */
export function closeRanges(): void {
  if (!window) return;
  for (let range: i32 = 0; range < ProgramRange.KINDS; ++range) {
    removeBlocks(base(range), base(range) + size(range));
    setSize(range, 0);
  }
  const header = base(ProgramRange.MEMORY) - FRAME_SIZE;
  if (translate(pageRoot(), header) != NOT_MAPPED) removeBlocks(header, header + FRAME_SIZE);
  window = 0;
}
