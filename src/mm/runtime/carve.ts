/**
 * Carving: storage for the memory manager itself, cut from frames and reached through linear
 * memory.
 *
 * Linear memory grows only here. Each chunk is whole frames, physically contiguous, zero, and recorded
 * in the reservations while the early allocator is the source of frames; the runtime allocator accounts
 * for its own. Linear memory grows by 64 KiB at a time, so a growth may leave frames over; they serve
 * the next chunk that fits.
 */

import { ErrorCode } from "../../../abi/error_code";
import { Reason } from "../../../abi/reservation_reason";
import { info } from "../../boot/log";
import { giveFrames, takeFrames } from "../early/frame_source";
import {
  moveReservations,
  reservation,
  reservationCount,
  reservationIn,
  reservationsFit,
  reserve,
} from "../early/reservations";
import { alignUp, FRAME_RANGE_BYTES, frameAddress, framesFor } from "../frames";
import {
  growLinearMemory,
  growthOffset,
  linearMemoryBytes,
  WASM_PAGE_BYTES,
  WASM_PAGE_FRAMES,
} from "../paging/linear_memory";
import { RESERVED_REGION_BYTES, StoragePlan } from "./storage_plan";

/** Frames of a 2 MiB page; a growth of as many is worth mapping with such. */
const LARGE_PAGE_FRAMES: u64 = 512;

/** A growth becomes whole 2 MiB pages if that makes it larger by at most one part in this many. */
const ROUNDING_PARTS: u64 = 3;

/** A carved chunk: where it lies in linear memory and in physical memory. */
@unmanaged
export class Chunk {
  /** First frame. */
  start: u64;
  /** Bytes, a multiple of `FRAME_SIZE`; 0 while nothing is carved. */
  bytes: u64;
  /** Address in linear memory. */
  linear: usize;
}

/** The frames at the end of linear memory that nothing has been carved from. */
const spare = changetype<Chunk>(memory.data(24));

/** Forgets what is left of earlier growths. */
export function resetCarving(): void {
  spare.bytes = 0;
}

/** Frames to grow by for `frames`: whole wasm pages, and whole 2 MiB pages where that costs little. */
function growthFor(frames: u64): u64 {
  const large = alignUp(frames, LARGE_PAGE_FRAMES);
  return (large - frames) * ROUNDING_PARTS <= frames ? large : alignUp(frames, WASM_PAGE_FRAMES);
}

/** Grows linear memory by at least `frames` and sets `chunk` to all that is new. */
function grow(frames: u64, chunk: Chunk): ErrorCode {
  const whole = growthFor(frames);
  let start: u64 = 0;
  if (whole >= LARGE_PAGE_FRAMES) {
    start = takeFrames(whole, LARGE_PAGE_FRAMES, growthOffset(), Reason.LINEAR_MEMORY);
  }
  if (!start) start = takeFrames(whole, 1, 0, Reason.LINEAR_MEMORY);
  if (!start) return ErrorCode.OUT_OF_FRAMES;
  const linear = linearMemoryBytes();
  const status = growLinearMemory(start, whole / WASM_PAGE_FRAMES);
  if (status) {
    giveFrames(start, whole);
    return status;
  }
  chunk.start = start;
  chunk.bytes = frameAddress(whole);
  chunk.linear = usize(linear);
  return ErrorCode.NONE;
}

/**
 * Carves zeroed storage of at least `bytes` and sets `chunk` to it, whole frames; its frames, where
 * they are reserved, are so for `reason` from then on.
 *
 * Errors: OUT_OF_FRAMES, LINEAR_MEMORY, STORAGE_EXHAUSTED (no room in the list of reservations). Nothing
 * has changed then, except that frames taken before the handoff stay taken: that boot ends.
 */
export function carve(bytes: u64, reason: Reason, chunk: Chunk): ErrorCode {
  if (!reservationsFit(1)) return ErrorCode.STORAGE_EXHAUSTED;
  const frames = framesFor(bytes);
  const size = frameAddress(frames);
  if (spare.bytes < size) {
    const status = grow(frames, chunk);
    if (status) return status;
    const rest = chunk.bytes - size;
    if (rest > spare.bytes) {
      spare.start = chunk.start + frames;
      spare.bytes = rest;
      spare.linear = chunk.linear + usize(size);
    }
  } else {
    chunk.start = spare.start;
    chunk.linear = spare.linear;
    spare.start += frames;
    spare.bytes -= size;
    spare.linear += usize(size);
  }
  chunk.bytes = size;
  const physical = frameAddress(chunk.start);
  if (!reservationIn(physical, physical + size)) return ErrorCode.NONE;
  return reserve(physical, size, reason);
}

function logCarved(what: string, chunk: Chunk): void {
  info("mm").text(what).hex("phys", frameAddress(chunk.start)).num("bytes", chunk.bytes).end();
}

/**
 * What the memory manager costs: bytes of linear memory except its first page, which lies in the image, and of the
 * page tables that were made to reach it.
 */
export function metadataBytes(): u64 {
  let bytes = linearMemoryBytes() - WASM_PAGE_BYTES;
  for (let index: u32 = 0; index < reservationCount(); ++index) {
    if (reservation(index).reason == Reason.PAGE_TABLES) bytes += reservation(index).length;
  }
  return bytes;
}

/** The chunks that the runtime allocator is given. */
@unmanaged
export class RuntimeStorage {
  /** Zeroed Option array of `FrameRange`, and its slots: whole frames hold a few more than planned. */
  freeRuns: usize;
  freeSlots: u32;
  /** Zeroed table of the buddy allocator. */
  buddyTables: usize;
  /** Zeroed table of the page-frame allocator, and its bytes. */
  pageTables: usize;
  pageBytes: u32;
}

const storage = changetype<RuntimeStorage>(memory.data(24));
const piece = changetype<Chunk>(memory.data(24));

/**
 * Carves the two Option arrays of the plan, zeroed, every slot `None`: one for the free runs, and one
 * for the reserved regions, which moves there with all its records. Errors as `carve`.
 */
export function carveOptionStorage(plan: StoragePlan): ErrorCode {
  let status = carve(u64(plan.freeSlots) * FRAME_RANGE_BYTES, Reason.FREE_RUN_STORAGE, piece);
  if (status) return status;
  storage.freeRuns = piece.linear;
  storage.freeSlots = u32(piece.bytes / FRAME_RANGE_BYTES);
  logCarved("carved free run storage:", piece);

  const bytes = u64(plan.reservedSlots) * RESERVED_REGION_BYTES;
  status = carve(bytes, Reason.RESERVED_REGION_STORAGE, piece);
  if (status) return status;
  moveReservations(piece.linear, u32(piece.bytes / RESERVED_REGION_BYTES));
  logCarved("carved reserved region storage:", piece);
  return ErrorCode.NONE;
}

/** Carves the allocators' tables of the plan, zeroed, and returns all storage. Errors as `carve`. */
export function carveAllocatorTables(plan: StoragePlan): ErrorCode {
  let status = carve(plan.buddyBytes, Reason.BUDDY_TABLES, piece);
  if (status) return status;
  storage.buddyTables = piece.linear;
  logCarved("carved buddy tables:", piece);

  status = carve(plan.pageBytes, Reason.PAGE_ALLOCATOR_TABLES, piece);
  if (status) return status;
  storage.pageTables = piece.linear;
  storage.pageBytes = u32(piece.bytes);
  logCarved("carved page allocator tables:", piece);
  return ErrorCode.NONE;
}

/** What was carved for the runtime allocator. */
export function runtimeStorage(): RuntimeStorage {
  return storage;
}
