/**
 * The self-test: does the allocator keep its promises on this machine's frames?
 *
 * `selftest=quick`, the default, does the same on every machine, however large:
 *
 *   - holds blocks of 2, 4, 16 and 64 frames at once, with patterns in the first and the last word
 *     of each of their frames;
 *   - takes a block of every order that is free, one after the other, with patterns in the first
 *     and the last word of each half: its first and last frame, and those at the border in its
 *     middle. The words of one half differ from those of the other by one address line;
 *   - takes a frame below 16 MiB and one below 4 GiB, with patterns in its first and last word;
 *   - dirties two frames, frees them and takes two zeroed ones: a word of each cache line must be
 *     0;
 *   - asks for an order that does not exist, and must be refused.
 *
 * A pattern is the word's own address and then its inverse, so that every bit is once 0 and once 1.
 * Patterns go to the real frames, through the direct map; those of one block, and of blocks held at
 * once, are all written before the first is read. `full` goes on to take every free frame and give
 * it back, and grows linear memory. `off` skips it all. Everything is freed and the totals are as
 * before, except for the frames of linear memory, which does not shrink.
 *
 * The first thing that is wrong ends the boot with a panic line that names the frame.
 */

import { ErrorCode, errorName } from "../../../abi/error_code";
import { FrameFlag } from "../../../abi/frame";
import { Reason } from "../../../abi/reservation_reason";
import { info, panicLine, warn } from "../../boot/log";
import { hasOption, hasOptionKey } from "../../boot/options";
import { clock, pageRoot, physFill, physLoad, physStore } from "../../boot/shim";
import { MAX_ORDER } from "../buddy/buddy_alloc";
import { drainFrameCache } from "../buddy/page_alloc";
import { alignDown, FRAME_SIZE, frameAddress } from "../frames";
import {
  linearMemoryBase,
  linearMemoryBytes,
  WASM_PAGE_BYTES,
  WASM_PAGE_FRAMES,
} from "../paging/linear_memory";
import { tablesInUse, translate } from "../paging/page_table";
import { carve, Chunk } from "../runtime/carve";
import { PhysicalAllocator } from "../runtime/physical_allocator";
import { BlockList } from "./block_list";

/** Not zero, and no address. */
const DIRT: i32 = 0xdb;

/** Bytes from one word to the next where a whole frame is checked. */
const CACHE_LINE: u64 = 64;

const LOW_LIMIT: u64 = 16 << 20;
const BUS_LIMIT: u64 = 1 << 32;

/** Largest order of the block that is used up frame by frame: a pageblock of 2 MiB. */
const SINGLES_ORDER: i32 = 9;

const everything = changetype<BlockList>(memory.data(24));
const singles = changetype<BlockList>(memory.data(24));
const grown = changetype<Chunk>(memory.data(24));

/** What was checked so far. */
let checks: u64 = 0;

/** Ends the self-test: `what` is wrong with the frame at `address`. */
function fail(what: string, address: u64): ErrorCode {
  panicLine("mm")
    .text("self-test failed:")
    .text(what)
    .hex("frame", address)
    .num("checks", checks)
    .num("code", ErrorCode.SELF_TEST)
    .word("name", errorName(ErrorCode.SELF_TEST))
    .end();
  return ErrorCode.SELF_TEST;
}

/** Counts a check; fails if it does not hold. */
function check(holds: bool, what: string, address: u64): ErrorCode {
  ++checks;
  return holds ? ErrorCode.NONE : fail(what, address);
}

/**
 * Writes to a block the addresses of some of its words, with the bits of `flip` flipped: to the
 * first and the last word of every `step` bytes.
 */
function writePattern(address: u64, order: u32, step: u64, flip: u64): void {
  for (let first = address, end = address + (FRAME_SIZE << order); first < end; first += step) {
    const last = first + step - 8;
    physStore(first, first ^ flip);
    physStore(last, last ^ flip);
  }
}

/** Checks that the word at `address` holds its own address with the bits of `flip` flipped. */
function checkWord(address: u64, flip: u64): ErrorCode {
  const holds = physLoad(address) == (address ^ flip);
  return check(holds, "a frame forgets", alignDown(address, FRAME_SIZE));
}

/** Checks what `writePattern` wrote. */
function checkPattern(address: u64, order: u32, step: u64, flip: u64): ErrorCode {
  let status = ErrorCode.NONE;
  const end = address + (FRAME_SIZE << order);
  for (let first = address; !status && first < end; first += step) {
    status = checkWord(first, flip);
    if (!status) status = checkWord(first + step - 8, flip);
  }
  return status;
}

/**
 * Writes and checks the address pattern and its inverse in the halves of a block, so that every bit
 * there is once 0 and once 1. It touches no more than that: in a virtual machine memory is slow
 * when it is touched for the first time.
 */
function checkMemory(address: u64, order: u32): ErrorCode {
  const half = max(FRAME_SIZE, (FRAME_SIZE << order) >> 1);
  writePattern(address, order, half, 0);
  const status = checkPattern(address, order, half, 0);
  if (status) return status;
  writePattern(address, order, half, u64.MAX_VALUE);
  return checkPattern(address, order, half, u64.MAX_VALUE);
}

/** Checks that `address` is a block of `order`: there, and naturally aligned. */
function checkBlock(address: u64, order: u32): ErrorCode {
  const status = check(address != 0, "no block where one was promised", address);
  if (status) return status;
  return check(!(address & ((FRAME_SIZE << order) - 1)), "a block is not aligned", address);
}

function giveBack(allocator: PhysicalAllocator, address: u64, order: u32): ErrorCode {
  return check(!allocator.free(address, order), "a block cannot be freed", address);
}

/** Orders of the blocks that are held side by side: 2, 4, 16 and 64 frames. */
@inline
function contiguousOrder(index: u32): u32 {
  return index < 2 ? index + 1 : 2 * index;
}
const CONTIGUOUS: u32 = 4;

/** Addresses of those blocks. */
const held: usize = memory.data(32);


@inline
function heldAt(index: u32): usize {
  return held + (usize(index) << 3);
}

/** Holds contiguous blocks of several sizes at once: no write to one may show in another. */
function testContiguous(allocator: PhysicalAllocator): ErrorCode {
  let count: u32 = 0;
  let status = ErrorCode.NONE;
  for (; !status && count < CONTIGUOUS; ++count) {
    const order = contiguousOrder(count);
    if (allocator.largestFreeOrder() < i32(order)) break;
    const address = allocator.allocate(order, 0);
    store<u64>(heldAt(count), address);
    status = checkBlock(address, order);
  }
  for (let pass = 0; !status && pass < 2; ++pass) {
    const flip = u64(-pass);
    for (let i: u32 = 0; i < count; ++i) {
      writePattern(load<u64>(heldAt(i)), contiguousOrder(i), FRAME_SIZE, flip);
    }
    for (let i: u32 = 0; !status && i < count; ++i) {
      status = checkPattern(load<u64>(heldAt(i)), contiguousOrder(i), FRAME_SIZE, flip);
    }
  }
  for (let i: u32 = 0; !status && i < count; ++i) {
    status = giveBack(allocator, load<u64>(heldAt(i)), contiguousOrder(i));
  }
  return status;
}

/** Allocates and frees a block of every order that fits. */
function testOrders(allocator: PhysicalAllocator): ErrorCode {
  for (let order: u32 = 0; i32(order) <= allocator.largestFreeOrder(); ++order) {
    const address = allocator.allocate(order, 0);
    let status = checkBlock(address, order);
    if (!status) status = checkMemory(address, order);
    if (!status) status = giveBack(allocator, address, order);
    if (status) return status;
  }
  const refused = allocator.allocate(MAX_ORDER + 1, 0);
  return check(
    !refused && allocator.failure == ErrorCode.INVALID_ORDER,
    "an order too large",
    refused,
  );
}

/** Allocates a frame below `limit`; a machine may have none, but the answer must be true. */
function testLow(allocator: PhysicalAllocator, flag: FrameFlag, limit: u64): ErrorCode {
  const address = allocator.allocate(0, flag);
  if (!address) return check(allocator.failure == ErrorCode.OUT_OF_FRAMES, "low memory", address);
  let status = check(address < limit, "a low frame lies too high", address);
  if (!status) status = checkMemory(address, 0);
  return status ? status : giveBack(allocator, address, 0);
}

/** Dirties a block, frees it, and checks that the allocator zeroes what it hands out. */
function testZeroing(allocator: PhysicalAllocator): ErrorCode {
  if (!allocator.freeFrames()) return ErrorCode.NONE;
  const order = u32(min(allocator.largestFreeOrder(), 1));
  const dirty = allocator.allocate(order, 0);
  let status = checkBlock(dirty, order);
  if (status) return status;
  physFill(dirty, FRAME_SIZE << order, DIRT);
  status = giveBack(allocator, dirty, order);
  const address = allocator.allocate(order, FrameFlag.ZERO);
  if (!status) status = checkBlock(address, order);
  const end = address + (FRAME_SIZE << order);
  for (let at = address; !status && at < end; at += CACHE_LINE) {
    status = check(!physLoad(at), "a zeroed frame is dirty", alignDown(at, FRAME_SIZE));
  }
  return status ? status : giveBack(allocator, address, order);
}

/** Frees all blocks of `list`, checking that each still holds what was written to it. */
function freeAll(allocator: PhysicalAllocator, list: BlockList): ErrorCode {
  for (let left = list.blocks; left; --left) {
    const wrong = list.freeLast(allocator);
    const status = check(!wrong, "a block was lost while it was allocated", wrong);
    if (status) return status;
  }
  return ErrorCode.NONE;
}

/** Checks that nothing is left: no free frame, and a request for one is refused. */
function checkExhausted(allocator: PhysicalAllocator): ErrorCode {
  const address = allocator.allocate(0, 0);
  const refused = !address && allocator.failure == ErrorCode.OUT_OF_FRAMES;
  const status = check(refused, "a frame more than there are", address);
  return status ? status : check(!allocator.freeFrames(), "free frames that cannot be had", 0);
}

/**
 * Takes every free frame, in the largest blocks that there are, and one block once more frame by
 * frame; then gives everything back.
 */
function testExhaustion(allocator: PhysicalAllocator): ErrorCode {
  const free = allocator.freeFrames();
  if (!free) return ErrorCode.NONE;
  const order = u32(min(allocator.largestFreeOrder(), SINGLES_ORDER));
  const kept = allocator.allocate(order, 0);
  let status = checkBlock(kept, order);
  if (status) return status;

  const count: u64 = u64(1) << order;
  everything.clear();
  everything.takeAll(allocator, MAX_ORDER);
  status = checkExhausted(allocator);
  const total = everything.frames + count;
  if (!status) status = check(total == free, "blocks that are not all free frames", kept);
  if (!status) status = giveBack(allocator, kept, order);
  if (status) return status;

  singles.clear();
  singles.takeAll(allocator, 0);
  status = checkExhausted(allocator);
  const inside = singles.last >= kept && singles.last < kept + frameAddress(count);
  if (!status) status = check(singles.blocks == count && inside, "single frames", singles.last);
  if (!status) status = freeAll(allocator, singles);
  return status ? status : freeAll(allocator, everything);
}

/**
 * Grows linear memory by a page that stays: the new bytes are zero, lie on the frames that the
 * allocator handed out, and follow the old ones, which have not moved.
 */
function testLinearMemory(allocator: PhysicalAllocator): ErrorCode {
  const bytes = linearMemoryBytes();
  const base = linearMemoryBase();
  const old = translate(pageRoot(), base);
  const free = allocator.freeFrames();
  const tables = tablesInUse();
  const refused = carve(WASM_PAGE_BYTES, Reason.LINEAR_MEMORY, grown);
  let status = check(!refused, "linear memory does not grow", 0);
  if (status) return status;
  const frame = frameAddress(grown.start);
  const isBehind = linearMemoryBase() == base && linearMemoryBytes() == bytes + WASM_PAGE_BYTES;
  status = check(isBehind, "linear memory did not grow in place", frame);
  const root = pageRoot();
  const mapped = translate(root, base + u64(grown.linear));
  if (!status) status = check(mapped == frame, "linear memory grew onto another frame", mapped);
  if (!status) status = check(translate(root, base) == old, "linear memory has moved", old);
  const end = grown.linear + usize(WASM_PAGE_BYTES);
  for (let at = grown.linear; !status && at < end; at += 8) {
    status = check(!load<u64>(at), "new linear memory is not zero", frame);
    store<u64>(at, u64(at));
  }
  for (let at = grown.linear; !status && at < end; at += 8) {
    status = check(load<u64>(at) == u64(at), "new linear memory forgets", frame);
  }
  const taken = WASM_PAGE_FRAMES + u64(tablesInUse() - tables);
  if (status) return status;
  return check(free - allocator.freeFrames() == taken, "growing took other frames", frame);
}

const enum Extent {
  OFF = 0,
  QUICK = 1,
  FULL = 2,
}

/** How much the options ask for. */
function requestedExtent(): Extent {
  if (hasOption("selftest=off")) return Extent.OFF;
  if (hasOption("selftest=full")) return Extent.FULL;
  if (hasOptionKey("selftest=") && !hasOption("selftest=quick")) {
    warn("mm").text("unknown value of selftest=, taken as quick; known are off, quick, full").end();
  }
  return Extent.QUICK;
}

/** Tests that give back what they take, and checks that they did. */
function testFrames(allocator: PhysicalAllocator, extent: Extent): ErrorCode {
  // Frames cached by the front end are not merged, and would be others afterwards.
  drainFrameCache();
  const free = allocator.freeFrames();
  const managed = allocator.managedFrames();
  const largest = allocator.largestFreeOrder();
  let status = testContiguous(allocator);
  if (!status) status = testOrders(allocator);
  if (!status) status = testLow(allocator, FrameFlag.BELOW_16M, LOW_LIMIT);
  if (!status) status = testLow(allocator, FrameFlag.BELOW_4G, BUS_LIMIT);
  if (!status) status = testZeroing(allocator);
  if (!status && extent == Extent.FULL) status = testExhaustion(allocator);
  drainFrameCache();
  if (!status) status = check(allocator.freeFrames() == free, "frames were lost", 0);
  if (!status) status = check(allocator.managedFrames() == managed, "managed frames changed", 0);
  if (!status) status = check(allocator.totalsMatch(), "the totals differ", 0);
  if (status) return status;
  return check(allocator.largestFreeOrder() == largest, "free blocks were not merged again", 0);
}

/** Runs the self-test that the options ask for. SELF_TEST after the panic line. */
export function selfTest(allocator: PhysicalAllocator): ErrorCode {
  const extent = requestedExtent();
  if (extent == Extent.OFF) return ErrorCode.NONE;
  const start = clock();
  checks = 0;
  let status = testFrames(allocator, extent);
  if (!status && extent == Extent.FULL) status = testLinearMemory(allocator);
  if (status) return status;
  info("mm")
    .text("self-test passed:")
    .num("checks", checks)
    .num("elapsed_us", (clock() - start) / 1000)
    .end();
  return ErrorCode.NONE;
}
