/**
 * The workloads over an allocator: the same program as `bench/loops.c`, step for step, with the same
 * random numbers. It is one text for every allocator in AssemblyScript, which `allocator_calls.d.ts`
 * says how to ask.
 *
 * Every function returns how many requests failed or frees were refused, unless it says otherwise.
 */

/** The largest order that the workloads ask for: 2 MiB. */
const LARGEST_ORDER: u32 = 9;

/** A block that is in use: its first frame and, in the low bits, its order. */
const ORDER_BITS: u32 = 4;

/** Kinds of mix: which orders a request may have. */
export const enum Mix {
  SINGLE = 0,
  UNIFORM = 1,
  GEOMETRIC = 2,
  KERNEL = 3,
  LINUX = 4,
}

let frameTotal: u32 = 0;
let randomState: u32 = 0;

/** The blocks in use, in no order, and how many frames they hold. */
let blocks: usize = 0;
let blockCount: u32 = 0;
let used: u32 = 0;

/** Starts over, on an allocator with `frames` free frames; `list` is 4 bytes for each of them. */
export function startLoops(frames: u32, list: usize): void {
  frameTotal = frames;
  blocks = list;
  blockCount = used = 0;
  randomState = 2463534242;
}


@inline
function blockAt(index: u32): u32 {
  return load<u32>(blocks + (usize(index) << 2));
}


@inline
function setBlock(index: u32, block: u32): void {
  store<u32>(blocks + (usize(index) << 2), block);
}

/** Xorshift with the shifts 13, 17, 5 (Marsaglia, "Xorshift RNGs", 2003). */
@inline
function randomBits(): u32 {
  let state = randomState;
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  randomState = state;
  return state;
}

/** A number below `limit`, which is not 0. */
@inline
function randomBelow(limit: u32): u32 {
  return u32((u64(randomBits()) * u64(limit)) >> 32);
}

/** Allocates a block of `order` and frees it, `count` times. */
export function pairs(order: u32, count: u32): u32 {
  let failures: u32 = 0;
  for (let i: u32 = 0; i < count; ++i) {
    const frame = allocFrames(order);
    failures += u32(frame == NO_BLOCK || !freeFrames(frame, order));
  }
  return failures;
}

/** Allocates `depth` blocks of `order`, then frees them, the last first; `rounds` times. */
export function stacks(order: u32, depth: u32, rounds: u32): u32 {
  let failures: u32 = 0;
  for (let round: u32 = 0; round < rounds; ++round) {
    for (let i: u32 = 0; i < depth; ++i) setBlock(i, allocFrames(order));
    for (let i = depth; i-- > 0;) {
      const frame = blockAt(i);
      failures += u32(frame == NO_BLOCK || !freeFrames(frame, order));
    }
  }
  return failures;
}

/** Allocates blocks of `order` until there are no more, or should be; returns how many. */
export function fill(order: u32): u32 {
  let count: u32 = 0;
  while (count < frameTotal >> order) {
    const frame = allocFrames(order);
    if (frame == NO_BLOCK) break;
    setBlock(count++, frame);
  }
  blockCount = count;
  return count;
}

/** Brings what `fill` allocated into random order. */
export function shuffle(): u32 {
  for (let left = blockCount; left > 1; --left) {
    const other = randomBelow(left);
    const block = blockAt(left - 1);
    setBlock(left - 1, blockAt(other));
    setBlock(other, block);
  }
  return 0;
}

/** Frees what `fill` allocated, in the order in which it lies there. */
export function drain(order: u32): u32 {
  let failures: u32 = 0;
  for (let i: u32 = 0; i < blockCount; ++i) failures += u32(!freeFrames(blockAt(i), order));
  blockCount = 0;
  return failures;
}

/** Of 200 requests 184 are for single frames, 7, 5 and 3 of order 1, 2 and 3, one for 2 MiB. */
@inline
function kernelOrder(draw: u32): u32 {
  return u32(draw >= 184) + u32(draw >= 191) + u32(draw >= 196) + 6 * u32(draw >= 199);
}

/**
 * The requests that Ingo Molnar counted on a Linux machine (linux-mm, "Re: the new VMt", 25
 * September 2000): 167081, 850, 16, 25, 0, 1, 0, 2, 13 and 5 of order 0 to 9.
 */
@inline
function linuxOrder(draw: u32): u32 {
  return (
    u32(draw >= 167081) +
    u32(draw >= 167931) +
    u32(draw >= 167947) +
    2 * u32(draw >= 167972) +
    2 * u32(draw >= 167973) +
    u32(draw >= 167975) +
    u32(draw >= 167988)
  );
}


@inline
function randomOrder(mix: Mix): u32 {
  if (mix == Mix.SINGLE) return 0;
  if (mix == Mix.UNIFORM) return randomBelow(LARGEST_ORDER + 1);
  if (mix == Mix.KERNEL) return kernelOrder(randomBelow(200));
  if (mix == Mix.LINUX) return linuxOrder(randomBelow(167993));
  return ctz(randomBits() | (1 << LARGEST_ORDER));
}


@inline
function mixAlloc(mix: Mix): u32 {
  const order = randomOrder(mix);
  const frame = allocFrames(order);
  if (frame == NO_BLOCK) return 1;
  setBlock(blockCount++, (frame << ORDER_BITS) | order);
  used += 1 << order;
  return 0;
}


@inline
function mixFree(): u32 {
  const index = randomBelow(blockCount);
  const block = blockAt(index);
  const order = block & ((1 << ORDER_BITS) - 1);
  setBlock(index, blockAt(--blockCount));
  used -= 1 << order;
  return u32(!freeFrames(block >> ORDER_BITS, order));
}


@inline
function framesAt(percent: u32): u32 {
  return u32((u64(frameTotal) * u64(percent)) / 100);
}

/**
 * `operations` requests of a load that stays at `percent` of the frames: an allocation while fewer
 * are in use, else a free of a random block.
 */
export function mix(kind: Mix, percent: u32, operations: u32): u32 {
  const target = framesAt(percent);
  let failures: u32 = 0;
  for (let i: u32 = 0; i < operations; ++i) failures += used < target ? mixAlloc(kind) : mixFree();
  return failures;
}

/** Allocates until `percent` of the frames are in use, or a request fails. */
export function mix_rise(kind: Mix, percent: u32): u32 {
  const target = framesAt(percent);
  while (used < target) if (mixAlloc(kind)) return 1;
  return 0;
}

/** Frees random blocks until at most `percent` of the frames are in use. */
export function mix_drop(percent: u32): u32 {
  const target = framesAt(percent);
  let failures: u32 = 0;
  while (used > target) failures += mixFree();
  return failures;
}

/** Returns how many blocks are in use. */
export function blocks_in_use(): u32 {
  return blockCount;
}

/** Returns where they are listed: `frame << 4 | order`, 32 bits each. */
export function block_list(): usize {
  return blocks;
}
