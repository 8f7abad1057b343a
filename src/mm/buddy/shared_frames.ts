/**
 * How many owners a frame has, for the frames that have more than one.
 *
 * Nearly no frame is shared, so nothing is kept for those that are not: the counts lie in a hash
 * table (open addressing, linear probing) in memory that the caller supplies and may replace by a
 * larger piece at any time. A slot:
 *
 *     0        4        8
 *     | frame  | owners |     frame 0, which is never managed, marks an empty slot
 *
 * At most three quarters of the slots are used, so a search ends after a few of them.
 */

import { ErrorCode } from "../../../abi/error_code";
import { Frame } from "../frames";

const SLOT_BYTES: u32 = 8;

/** Fibonacci hashing: 2^32 divided by the golden ratio (Knuth, vol. 3, 6.4). */
const HASH_FACTOR: u32 = 0x9e3779b1;

let table: usize = 0;
let capacity: u32 = 0;
let used: u32 = 0;


@unmanaged
class Slot {
  frame: Frame;
  /** 2 and more. */
  owners: u32;
}


@inline
function slotAt(index: u32): Slot {
  return changetype<Slot>(table + usize(index * SLOT_BYTES));
}

/** The slot where the search for `frame` begins; there is a table. */
@inline
function home(frame: Frame): u32 {
  return u32((u64(frame * HASH_FACTOR) * u64(capacity)) >> 32);
}

/** The slot of `frame`, or the empty one where it would go; there is a table. */
function find(frame: Frame): u32 {
  let index = home(frame);
  for (; slotAt(index).frame; index = (index + 1) & (capacity - 1)) {
    if (slotAt(index).frame == frame) break;
  }
  return index;
}

/** Starts over without shared frames and without a table. */
export function clearSharing(): void {
  table = 0;
  capacity = 0;
  used = 0;
}

/** How many frames are shared. */
export function sharedFrames(): u32 {
  return used;
}

/** Owners of `frame`: 0 if it is not shared, or at least 2. */
export function ownersOf(frame: Frame): u32 {
  return used ? slotAt(find(frame)).owners : 0;
}

/** Bytes of the table in use. */
export function sharingTableBytes(): u32 {
  return capacity * SLOT_BYTES;
}

/**
 * One more owner for `frame`, which has one or is shared. STORAGE_EXHAUSTED, and no change, if the
 * table has no slot left or the count would overflow.
 */
export function addOwner(frame: Frame): ErrorCode {
  if (!capacity) return ErrorCode.STORAGE_EXHAUSTED;
  const slot = slotAt(find(frame));
  if (slot.frame) {
    if (slot.owners == u32.MAX_VALUE) return ErrorCode.STORAGE_EXHAUSTED;
    slot.owners += 1;
    return ErrorCode.NONE;
  }
  if (used >= capacity - (capacity >> 2)) return ErrorCode.STORAGE_EXHAUSTED;
  slot.frame = frame;
  slot.owners = 2;
  ++used;
  return ErrorCode.NONE;
}

/**
 * One owner less for `frame`, which is shared. Returns how many are left; with one it is shared no
 * more.
 */
export function dropOwner(frame: Frame): u32 {
  const index = find(frame);
  const slot = slotAt(index);
  const left = slot.owners - 1;
  slot.owners = left;
  if (left == 1) removeSlot(index);
  return left;
}

/** Empties slot `hole` and moves up those after it that a search could no longer reach. */
function removeSlot(hole: u32): void {
  const wrap = capacity - 1;
  for (let index = (hole + 1) & wrap; slotAt(index).frame; index = (index + 1) & wrap) {
    const slot = slotAt(index);
    // How far the slot, and the hole, lie after the place where the search begins.
    const start = home(slot.frame);
    if (((hole - start) & wrap) > ((index - start) & wrap)) continue;
    slotAt(hole).frame = slot.frame;
    slotAt(hole).owners = slot.owners;
    hole = index;
  }
  slotAt(hole).frame = 0;
  slotAt(hole).owners = 0;
  --used;
}

/**
 * Moves the counts to a table of `bytes`, a power of two of at least 32, at `address`; the old one
 * is the caller's again. INVALID_DESCRIPTOR for another size, STORAGE_EXHAUSTED if the counts would
 * not fit; no change then. The new table need not be zeroed.
 */
export function moveSharing(address: usize, bytes: u32): ErrorCode {
  const slots = bytes / SLOT_BYTES;
  if (slots < 4 || bytes & (bytes - 1)) return ErrorCode.INVALID_DESCRIPTOR;
  if (used > slots - (slots >> 2)) return ErrorCode.STORAGE_EXHAUSTED;
  memory.fill(address, 0, bytes);
  const old = table;
  const oldCapacity = capacity;
  table = address;
  capacity = slots;
  for (let i: u32 = 0; i < oldCapacity; ++i) {
    const from = changetype<Slot>(old + usize(i * SLOT_BYTES));
    if (!from.frame) continue;
    const to = slotAt(find(from.frame));
    to.frame = from.frame;
    to.owners = from.owners;
  }
  return ErrorCode.NONE;
}
