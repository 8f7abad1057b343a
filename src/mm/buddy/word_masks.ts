/**
 * Arithmetic on the two masks of a word of 64 units, without loops.
 *
 * A unit is a frame, or a whole pageblock of 512 frames (see nodes.ts); unit n of a word is bit n.
 * Two bits describe it, one in the `taken` mask and one in the `continuation` mask:
 *
 *     taken  continuation
 *       0         0        free
 *       1         0        first unit of an allocated block
 *       1         1        a later unit of that block
 *       0         1        absent: its state is kept elsewhere (see nodes.ts)
 *
 * A block is naturally aligned, and a later unit can only belong to the block that begins before
 * it; so the masks alone tell where every block begins and ends. A word of zeros is free.
 */

import { Order } from "../frames";

/** log2 of the units in a word. */
export const WORD_ORDER: u32 = 6;

/** Units in a word. */
export const WORD_UNITS: u32 = 64;

/** For each order up to `WORD_ORDER`: the first bit of every naturally aligned group of units. */
const GROUPS: usize = memory.data<u64>([
  0xffffffffffffffff, 0x5555555555555555, 0x1111111111111111, 0x0101010101010101,
  0x0001000100010001, 0x0000000100000001, 0x0000000000000001,
]);

/** The units that can be allocated. */
@inline
export function freeUnits(taken: u64, continuation: u64): u64 {
  return ~(taken | continuation);
}

/** The units that nobody can allocate or free here. */
@inline
export function absentUnits(taken: u64, continuation: u64): u64 {
  return continuation & ~taken;
}

/** A mask of the `count` lowest units, 1 to 64. */
@inline
export function lowUnits(count: u32): u64 {
  return u64.MAX_VALUE >> (64 - u64(count));
}

/** A mask of the lowest 2^`order` units; orders up to `WORD_ORDER`. */
@inline
export function blockUnits(order: Order): u64 {
  // A shift goes by the low six bits of the distance: 64 less the units, modulo 64.
  return u64.MAX_VALUE >> u64(-(1 << order));
}

/**
 * A bit for naturally aligned groups of 2^`order` set bits in `free`, 0 if there is none. Of the
 * bits that are set only the lowest counts: it is the last unit of the lowest group.
 *
 * In ~`free` such a group is all zeros. Taking 1 from every group borrows from the next one just
 * where a group is zero, and then its last bit becomes set.
 */
@inline
function blockEnds(free: u64, groups: u64, order: Order): u64 {
  return (~free - groups) & free & (groups << ((u64(1) << u64(order)) - 1));
}

/** The first unit of the lowest free block of 2^`order` units in `free`, which has one. */
@inline
export function lowestBlock(free: u64, order: Order): u32 {
  const groups = load<u64>(GROUPS + (order << 3));
  return u32((ctz(blockEnds(free, groups, order)) >> u64(order)) << u64(order));
}

/** For how many orders `free` has an aligned free block: 0 for an empty mask, 7 for a full one. */
@inline
export function freeOrdersOf(free: u64): u32 {
  return (
    u32(free != 0) +
    u32(blockEnds(free, 0x5555555555555555, 1) != 0) +
    u32(blockEnds(free, 0x1111111111111111, 2) != 0) +
    u32(blockEnds(free, 0x0101010101010101, 3) != 0) +
    u32(blockEnds(free, 0x0001000100010001, 4) != 0) +
    u32(blockEnds(free, 0x0000000100000001, 5) != 0) +
    u32(free == u64.MAX_VALUE)
  );
}

/**
 * The order of the largest aligned free block in `free` that holds unit `bit`, which is free.
 *
 * The units of such a block are those whose numbers begin with the same binary digits. No unit that
 * is not free shares more of them with `bit` than the nearest above or the nearest below.
 */
@inline
export function orderAround(free: u64, bit: u32): u32 {
  const unit = u64(1) << u64(bit);
  // Where there is none, these are 64 and -1: different from `bit` above all of its digits.
  const above = u32(ctz(~free & -unit));
  const below = 63 - u32(clz(~free & (unit - 1)));
  return 31 - clz(min(above ^ bit, below ^ bit));
}

/**
 * True if an allocated block begins at unit `bit` that has as many units as `units`, a mask of
 * lowest units.
 */
@inline
export function isBlock(taken: u64, continuation: u64, bit: u32, units: u64): bool {
  // The units of the block and the one after it: all but the first and the last continue.
  const continued = ((taken & continuation) >> u64(bit)) & ((units << 1) | 1);
  return (((~taken >> u64(bit)) & 1) | (continued ^ (units - 1))) == 0;
}

/** The order of the allocated block that unit `bit` belongs to; the block lies in the word. */
export function orderOfBlock(taken: u64, continuation: u64, bit: u32): i32 {
  const continued = taken & continuation;
  const start = 63 - clz(~continued & lowUnits(bit + 1));
  // The units that continue the one at `start`, and it: a power of two.
  const length = ctz(~((continued >> start) >> 1)) + 1;
  return i32(ctz(length));
}

/** The units that are not allocated blocks of one unit. */
@inline
export function busyUnits(taken: u64, continuation: u64): u64 {
  return ~taken | continuation | ((taken & continuation) >> 1);
}
