/**
 * Frames: the unit in which physical memory is counted, aligned and owned.
 *
 * Ground floor of the memory manager; everything above it uses these few functions instead of
 * shifts and masks of its own. An address is a u64 in bytes; a frame number is a u32 that counts
 * 4 KiB frames from physical 0, so the memory manager reaches 2^32 frames = 16 TiB. An exclusive
 * end may be 2^32 itself, hence ends and counts of frames that may span everything are u64.
 */

import { FRAME_BYTES, FRAME_SHIFT as ABI_FRAME_SHIFT } from "../../abi/frame";

/** The number of a frame. */
export type Frame = u32;

/** log2 of the frames in a block, 0 to 18. */
export type Order = u32;

/** Bytes of one frame. */
export const FRAME_SIZE: u64 = u64(FRAME_BYTES);

/** log2 of `FRAME_SIZE`. */
export const FRAME_SHIFT: u64 = u64(ABI_FRAME_SHIFT);

/** First frame number that does not exist: frame numbers are 32 bits wide. */
export const FRAME_LIMIT: u64 = 1 << 32;

/** First byte address above all frames: 16 TiB. */
export const ADDRESS_LIMIT: u64 = FRAME_LIMIT << FRAME_SHIFT;

/** Address of the first byte of `frame`; any frame number, `FRAME_LIMIT` included, fits. */
@inline
export function frameAddress(frame: u64): u64 {
  return frame << FRAME_SHIFT;
}

/** Number of the frame that holds `address`; above `ADDRESS_LIMIT` it exceeds 32 bits. */
@inline
export function frameOf(address: u64): u64 {
  return address >> FRAME_SHIFT;
}

/** First frame that starts at or after `address`. Cannot overflow: the sum is never formed. */
@inline
export function frameAtOrAfter(address: u64): u64 {
  return frameOf(address) + u64((address & (FRAME_SIZE - 1)) != 0);
}

/** Frames needed to hold `bytes`. */
@inline
export function framesFor(bytes: u64): u64 {
  return frameAtOrAfter(bytes);
}

/** `value` rounded down to a multiple of `alignment`, a power of two. */
@inline
export function alignDown(value: u64, alignment: u64): u64 {
  return value & ~(alignment - 1);
}

/** `value` rounded up to a multiple of `alignment`, a power of two. The sum must fit 64 bits. */
@inline
export function alignUp(value: u64, alignment: u64): u64 {
  return (value + alignment - 1) & ~(alignment - 1);
}

/** `base + length`, or 2^64 - 1 where the sum does not fit. */
@inline
export function saturatingEnd(base: u64, length: u64): u64 {
  const end = base + length;
  return end < base ? u64.MAX_VALUE : end;
}

/**
 * A range of frames. A zero `count` stands for none: so reads the slot of an Option array before it
 * is used.
 *
 *     0        4        8
 *     | start  | count  |
 */
@unmanaged
export class FrameRange {
  /** Number of the first frame. */
  start: u32;
  /** How many frames; `start + count` never exceeds `FRAME_LIMIT`. */
  count: u32;
}

/** Bytes of one `FrameRange`. */
export const FRAME_RANGE_BYTES: usize = 8;
