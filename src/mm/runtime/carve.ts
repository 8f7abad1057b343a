/**
 * Carving: storage for the memory manager itself, cut from frames and reached through linear
 * memory.
 *
 * Linear memory grows only here. Each chunk is whole frames, zero, and recorded in the reservations
 * while the early allocator is the source of frames; the runtime allocator accounts for its own.
 * Its frames are contiguous where memory has as many in one piece. Otherwise, and only before the
 * handoff, they are scattered, and only its addresses in linear memory are contiguous. Linear
 * memory grows by 64 KiB at a time, so a growth may leave frames over; they serve the next chunk
 * that fits.
 */

import { ErrorCode } from "../../../abi/error_code";
import { Reason } from "../../../abi/reservation_reason";
import { info } from "../../boot/log";
import { giveFrames, largestPiece, takeFrames } from "../early/frame_source";
import {
  moveReservations,
  RECORDS_PER_RESERVATION,
  reservation,
  reservationCount,
  reservationIn,
  reservationsFit,
  reserve,
  RESERVED_REGION_BYTES,
} from "../early/reservations";
import { alignUp, FRAME_RANGE_BYTES, FRAME_SIZE, frameAddress, framesFor } from "../frames";
import {
  extendLinearMemory,
  frameUnder,
  growthOffset,
  linearMemoryBytes,
  mapBeyondLinearMemory,
  WASM_PAGE_BYTES,
  WASM_PAGE_FRAMES,
} from "../paging/linear_memory";
import { StoragePlan, UPPER_TABLES } from "./storage_plan";

/** Frames of a 2 MiB page; a growth of as many is worth mapping with such. */
const LARGE_PAGE_FRAMES: u64 = 512;

/** A growth becomes whole 2 MiB pages if that makes it larger by at most one part in this many. */
const ROUNDING_PARTS: u64 = 3;

/** Reservations that stay free when the list moves: enough for its next growth by one wasm page. */
const SPARE_ADDITIONS: u64 = 40;

/** A carved chunk: where it lies in linear memory and in physical memory. */
@unmanaged
export class Chunk {
  /** First frame. */
  start: u64;
  /** Bytes, a multiple of `FRAME_SIZE`; 0 while nothing is carved. */
  bytes: u64;
  /** Address in linear memory. */
  linear: usize;
  /** 1 if the frames need not be contiguous. */
  scattered: u32;
}

/** The frames at the end of linear memory that nothing has been carved from. */
const spare = changetype<Chunk>(memory.data(24));

/** Storage that the list of reservations moves to. */
const list = changetype<Chunk>(memory.data(24));

/** Forgets what is left of earlier growths. */
export function resetCarving(): void {
  spare.bytes = 0;
}

/**
 * Frames to grow by for `frames`: whole wasm pages, and whole 2 MiB pages where that costs little.
 */
function growthFor(frames: u64): u64 {
  const large = alignUp(frames, LARGE_PAGE_FRAMES);
  return (large - frames) * ROUNDING_PARTS <= frames ? large : alignUp(frames, WASM_PAGE_FRAMES);
}

/** Grows linear memory by `frames` that are mapped after its end and sets `chunk` to them. */
function extend(frames: u64, chunk: Chunk): ErrorCode {
  const linear = linearMemoryBytes();
  const status = extendLinearMemory(frames / WASM_PAGE_FRAMES);
  if (status) return status;
  chunk.bytes = frameAddress(frames);
  chunk.linear = usize(linear);
  return ErrorCode.NONE;
}

/**
 * Grows by at least `frames` in one piece. OUT_OF_FRAMES if there are not as many contiguous ones.
 */
function growInOnePiece(frames: u64, chunk: Chunk): ErrorCode {
  const whole = growthFor(frames);
  let start: u64 = 0;
  if (whole >= LARGE_PAGE_FRAMES) {
    start = takeFrames(whole, LARGE_PAGE_FRAMES, growthOffset(), Reason.LINEAR_MEMORY);
  }
  if (!start) start = takeFrames(whole, 1, 0, Reason.LINEAR_MEMORY);
  if (!start) return ErrorCode.OUT_OF_FRAMES;
  let status = mapBeyondLinearMemory(0, start, whole);
  if (!status) status = extend(whole, chunk);
  if (status) giveFrames(start, whole);
  chunk.start = start;
  chunk.scattered = 0;
  return status;
}

/** Reservations that a growth by `frames` in pieces may add, and those of carving all of it. */
function additionsFor(frames: u64): u64 {
  return 2 * frames + frames / LARGE_PAGE_FRAMES + UPPER_TABLES;
}

/**
 * Makes room in the list of reservations for a growth by `frames` in pieces. The list moves to
 * storage that is grown in pieces as well; a growth by one wasm page always fits.
 */
function makeRoomFor(frames: u64): ErrorCode {
  const additions = additionsFor(frames);
  if (reservationsFit(u32(additions))) return ErrorCode.NONE;
  const slots = u64(reservationCount()) + RECORDS_PER_RESERVATION * (additions + SPARE_ADDITIONS);
  const status = carve(slots * RESERVED_REGION_BYTES, Reason.RESERVED_REGION_STORAGE, list);
  if (!status) moveReservations(list.linear, u32(list.bytes / RESERVED_REGION_BYTES));
  return status;
}

/**
 * Grows by at least `frames` in as many pieces as it takes. OUT_OF_FRAMES if there are not as many.
 */
function growInPieces(frames: u64, chunk: Chunk): ErrorCode {
  const whole = alignUp(frames, WASM_PAGE_FRAMES);
  let status = frames > WASM_PAGE_FRAMES ? makeRoomFor(whole) : ErrorCode.NONE;
  for (let mapped: u64 = 0; !status && mapped < whole;) {
    const piece = min(largestPiece(), whole - mapped);
    const start = piece ? takeFrames(piece, 1, 0, Reason.LINEAR_MEMORY) : 0;
    status = start
      ? mapBeyondLinearMemory(frameAddress(mapped), start, piece)
      : ErrorCode.OUT_OF_FRAMES;
    if (!mapped) chunk.start = start;
    mapped += piece;
  }
  if (!status) status = extend(whole, chunk);
  chunk.scattered = 1;
  return status;
}

/** Grows linear memory by at least `frames` and sets `chunk` to all that is new. */
function grow(frames: u64, chunk: Chunk): ErrorCode {
  const status = growInOnePiece(frames, chunk);
  if (status != ErrorCode.OUT_OF_FRAMES || !largestPiece()) return status;
  return growInPieces(frames, chunk);
}

/** Cuts the first `bytes`, whole frames and not all of it, off the spare frames. */
function cutSpare(bytes: u64): void {
  spare.linear += usize(bytes);
  spare.bytes -= bytes;
  spare.start = spare.scattered ? frameUnder(u64(spare.linear)) : spare.start + framesFor(bytes);
}

/** Records the frames under `chunk` for `reason`, piece by piece. */
function recordReason(chunk: Chunk, reason: Reason): ErrorCode {
  if (!chunk.scattered) return reserve(frameAddress(chunk.start), chunk.bytes, reason);
  const total = framesFor(chunk.bytes);
  let status = ErrorCode.NONE;
  for (let done: u64 = 0; !status && done < total;) {
    const first = frameUnder(u64(chunk.linear) + frameAddress(done));
    let frames: u64 = 1;
    while (
      done + frames < total &&
      frameUnder(u64(chunk.linear) + frameAddress(done + frames)) == first + frames
    ) {
      ++frames;
    }
    status = reserve(frameAddress(first), frameAddress(frames), reason);
    done += frames;
  }
  return status;
}

/**
 * Carves zeroed storage of at least `bytes`, whole frames, and sets `chunk` to it. If its frames
 * are reserved, they are from then on for `reason`.
 *
 * Errors: OUT_OF_FRAMES, LINEAR_MEMORY, STORAGE_EXHAUSTED (no room in the list of reservations).
 * Nothing has changed then, except that frames taken before the handoff stay taken: that boot ends.
 */
export function carve(bytes: u64, reason: Reason, chunk: Chunk): ErrorCode {
  if (!reservationsFit(1)) return ErrorCode.STORAGE_EXHAUSTED;
  const size = frameAddress(framesFor(bytes));
  if (spare.bytes < size) {
    const status = grow(framesFor(bytes), chunk);
    if (status) return status;
    if (chunk.bytes - size > spare.bytes) {
      memory.copy(changetype<usize>(spare), changetype<usize>(chunk), offsetof<Chunk>());
      cutSpare(size);
    }
  } else {
    memory.copy(changetype<usize>(chunk), changetype<usize>(spare), offsetof<Chunk>());
    if (spare.bytes > size) cutSpare(size);
    else spare.bytes = 0;
  }
  chunk.bytes = size;
  const physical = frameAddress(chunk.start);
  if (!reservationIn(physical, physical + FRAME_SIZE)) return ErrorCode.NONE;
  return recordReason(chunk, reason);
}

function logCarved(what: string, chunk: Chunk): void {
  info("mm").text(what).hex("phys", frameAddress(chunk.start)).num("bytes", chunk.bytes).end();
}

/**
 * What the memory manager costs: bytes of linear memory except its first page, which lies in the
 * image, and of the page tables that were made to reach it.
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
  /**
   * Zeroed Option array of `FrameRange`, and its slots: whole frames hold a few more than planned.
   */
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
 * Carves the two Option arrays of the plan, zeroed, every slot `None`: one for the free runs, and
 * one for the reserved regions, which moves there with all its records. Errors as `carve`.
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

/** Carves the allocators' tables of the plan, zeroed. Errors as `carve`. */
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
