/**
 * A page-frame allocator to start from: right, and slow. `slopos judge FILE` judges it.
 *
 * It is AssemblyScript: TypeScript's syntax, with integers as u8 and u32, compiled to WebAssembly.
 * Frames are numbered from 0; a block of order k is 2^k frames, the first a multiple of 2^k.
 *
 * It keeps one byte for each frame, and looks through them from the first on. Ideas for a better
 * one: remember where the last search ended; keep one bit instead of a byte; keep the free blocks of
 * each order in a list, and merge a block with its neighbour when both are free (a buddy allocator).
 */

/** Zeroed memory for tables: its address. `allocator_init` takes all of it back. */
@external("env", "memory_take")
declare function memory_take(bytes: u32): usize;

/** The largest order that is asked for: 2 MiB. */
const LARGEST_ORDER: u32 = 9;

/** What `allocator_alloc` returns if it cannot. */
const NO_FRAME: u32 = 0xffffffff;

/** What the byte of a frame says. The first frame of a block has its order added to FIRST. */
const FREE: u8 = 0;
const INSIDE: u8 = 1;
const FIRST: u8 = 2;

/** Address of the bytes, one for each frame. */
let marks: usize = 0;
let frameCount: u32 = 0;

/** Starts over with `frames` frames, all free. */
export function allocator_init(frames: u32): void {
  // The memory is zeroed, so that every frame is FREE.
  marks = memory_take(frames);
  frameCount = frames;
}

/** True if the `count` frames from `first` on are all FREE. */
function allFree(first: u32, count: u32): bool {
  for (let frame = first; frame < first + count; ++frame) {
    if (load<u8>(marks + frame) != FREE) return false;
  }
  return true;
}

/** The first frame of a block of `order`, 0 to 9, or NO_FRAME if there is none. */
export function allocator_alloc(order: u32): u32 {
  const count: u32 = 1 << order;
  // A block begins at a multiple of its size.
  for (let first: u32 = 0; first + count <= frameCount; first += count) {
    if (!allFree(first, count)) continue;
    memory.fill(marks + first, INSIDE, count);
    store<u8>(marks + first, FIRST + u8(order));
    return first;
  }
  return NO_FRAME;
}

/** Frees a block. False, and nothing changes, if there is no such block. */
export function allocator_free(frame: u32, order: u32): bool {
  if (order > LARGEST_ORDER || frame >= frameCount) return false;
  if (load<u8>(marks + frame) != FIRST + u8(order)) return false;
  memory.fill(marks + frame, FREE, 1 << order);
  return true;
}
