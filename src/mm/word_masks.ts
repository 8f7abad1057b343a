/**
 * Arithmetic on the two masks of a word of 64 frames, without loops.
 *
 * Used by the buddy allocator for everything smaller than a word. Frame n of the word is bit n.
 * Two bits describe a frame, one in the `free` mask and one in the `continuation` mask:
 *
 *     free  continuation
 *      1         0        free
 *      0         0        first frame of an allocated block of order 0 to 5
 *      0         1        a later frame of that block
 *      1         1        withheld: a hole (nobody manages it), or a shared frame (see sharing.ts)
 *
 * A block is naturally aligned, and a later frame can only belong to the block that begins before
 * it; so the masks alone tell where every block begins and ends.
 */

/** log2 of the frames in a word. */
export const WORD_ORDER: u32 = 6;

/** Frames in a word. */
export const WORD_FRAMES: u32 = 64;

/** For each order below `WORD_ORDER`: the first bit of every naturally aligned group of frames. */
const GROUPS: usize = memory.data<u64>([
  0xffffffffffffffff, 0x5555555555555555, 0x1111111111111111, 0x0101010101010101,
  0x0001000100010001, 0x0000000100000001,
]);

/** The frames that can be allocated. */
@inline
export function usableFrames(free: u64, continuation: u64): u64 {
  return free & ~continuation;
}

/** The frames that continue a block which begins before them. */
@inline
export function continuedFrames(free: u64, continuation: u64): u64 {
  return continuation & ~free;
}

/** The frames that nobody can allocate or free: holes and shared frames. */
@inline
export function withheldFrames(free: u64, continuation: u64): u64 {
  return free & continuation;
}

/** A mask of the `count` lowest frames, 1 to 64. */
@inline
export function lowFrames(count: u32): u64 {
  return u64.MAX_VALUE >> (64 - u64(count));
}

/** A mask of the lowest 2^`order` frames; orders below `WORD_ORDER`. */
@inline
export function runFrames(order: u32): u64 {
  return (u64(1) << (u64(1) << u64(order))) - 1;
}

/**
 * A bit for naturally aligned runs of 2^`order` set bits in `usable`, 0 if there is none. Of the
 * bits that are set only the lowest counts: it is the last frame of the lowest run.
 *
 * In ~`usable` a run is a group of zeros. Taking 1 from every group borrows from the next one just
 * where a group is zero, and then its last bit becomes set.
 */
@inline
function runEnds(usable: u64, groups: u64, order: u32): u64 {
  return (~usable - groups) & usable & (groups << ((u64(1) << u64(order)) - 1));
}

/** The first frame of the lowest run of 2^`order` frames in `usable`, which has one. */
@inline
export function lowestRun(usable: u64, order: u32): u32 {
  const groups = load<u64>(GROUPS + (order << 3));
  return u32((ctz(runEnds(usable, groups, order)) >> u64(order)) << u64(order));
}

/** The order of the largest naturally aligned run in `usable`, at most 5; 0 for an empty mask. */
@inline
export function largestRun(usable: u64): u32 {
  return (
    u32(runEnds(usable, 0x5555555555555555, 1) != 0) +
    u32(runEnds(usable, 0x1111111111111111, 2) != 0) +
    u32(runEnds(usable, 0x0101010101010101, 3) != 0) +
    u32(runEnds(usable, 0x0001000100010001, 4) != 0) +
    u32(runEnds(usable, 0x0000000100000001, 5) != 0)
  );
}

/** True if frame `bit` is the first of an allocated block of exactly 2^`order` frames. */
@inline
export function isBlock(free: u64, continuation: u64, bit: u32, order: u32): bool {
  // The frames of the block and the one behind it: all but the first and the last continue.
  const window = (u64(2) << (u64(1) << u64(order))) - 1;
  const continued = (continuedFrames(free, continuation) >> u64(bit)) & window;
  return (((free >> u64(bit)) & 1) | (continued ^ (runFrames(order) - 1))) == 0;
}

/** The order of the allocated block that frame `bit` belongs to; the frame is in one. */
export function orderOfBlock(free: u64, continuation: u64, bit: u32): i32 {
  const continued = continuedFrames(free, continuation);
  const start = 63 - clz(~continued & lowFrames(bit + 1));
  // The frames that continue the one at `start`, and it: a power of two.
  const length = ctz(~((continued >> start) >> 1)) + 1;
  return i32(ctz(length));
}

/** The frames of a word that are not single allocated ones, whether free or not. */
@inline
export function barredFrames(free: u64, continuation: u64): u64 {
  return continuation | (continuedFrames(free, continuation) >> 1);
}
