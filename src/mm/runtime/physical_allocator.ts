/**
 * The runtime allocator: one `PhysicalAllocator` that owns every frame of the machine exactly once.
 *
 * It joins the buddy allocator, the page-frame allocator in front of it, the list of managed runs
 * and the reservations, and is the only way to any of them after the handoff. Bring-up initialises
 * it once with storage carved by the early allocator; from then on it is the source of frames for
 * everything, the growth of its own lists included.
 *
 * Between public operations: every managed frame is free or has an owner; managed = free +
 * allocated; what the buddy has free and what the page-frame allocator caches make up the free
 * frames; no run touches a reservation. A refused operation changes nothing.
 */

import { ErrorCode } from "../../../abi/error_code";
import { FrameFlag } from "../../../abi/frame";
import { MemoryType } from "../../../abi/memory_type";
import { Reason } from "../../../abi/reservation_reason";
import { pageRoot, physFill } from "../../boot/shim";
import {
  buddyAlloc,
  buddyFree,
  buddyFreeFrames,
  buddyInsertRun,
  buddyTakeRange,
  buddyTotalFrames,
  initBuddyAllocator,
  MAX_ORDER,
  NO_FRAME,
  Zone,
} from "../buddy/buddy_alloc";
import {
  cachedFrames,
  initPageAllocator,
  isValidFrame,
  pageAlloc,
  pageFree,
  pageLargestFreeOrder,
  pageRetain,
} from "../buddy/page_alloc";
import { skipMapped, skipUnmapped } from "../early/direct_map";
import { noPiece, setFrameSource } from "../early/frame_source";
import { reservationIn, reserve } from "../early/reservations";
import { AddressRange, nextUnreserved, openUnreserved } from "../early/unreserved";
import {
  ADDRESS_LIMIT,
  FRAME_LIMIT,
  FRAME_SHIFT,
  FRAME_SIZE,
  frameAddress,
  frameOf,
  Order,
} from "../frames";
import { region, regionCount } from "../map/memory_map";
import { RuntimeStorage } from "./carve";
import { growManagedRuns, growReservations, growSharing } from "./list_growth";
import {
  addManagedRun,
  managedRunFrames,
  removeManaged,
  resetManagedRuns,
  skipManaged,
  skipUnmanaged,
} from "./managed_runs";
import { StoragePlan } from "./storage_plan";

function zoneFor(flags: u32): Zone {
  if (flags & FrameFlag.BELOW_16M) return Zone.BELOW_16M;
  return flags & FrameFlag.BELOW_4G ? Zone.BELOW_4G : Zone.ANY;
}

/**
 * The owner of all frames. Its lists and tables belong to the files below; here is what none of
 * them can know alone.
 */
@unmanaged
export class PhysicalAllocator {
  /** Frames that were taken over from the boot loader after the handoff. */
  reclaimed: u64;
  /** Frames of the boot loader's that stay unused, because their tables would take too much. */
  leftOut: u64;
  /** Usable frames of the sanitised map, what the loader may give back not counted. */
  usable: u64;
  /** What the last `allocate` that returned 0 was refused for. */
  failure: ErrorCode;

  /**
   * Allocates 2^`order` contiguous, naturally aligned frames as `flags` (`FrameFlag`) ask. Returns
   * their physical address, or 0 with `failure` set: INVALID_ORDER, UNSUPPORTED (a flag that means
   * nothing), OUT_OF_FRAMES.
   */
  @inline
  allocate(order: Order, flags: u32): u64 {
    if (flags) return this.allocateAs(order, flags);
    const frame = order ? buddyAlloc(order, Zone.ANY) : pageAlloc(Zone.ANY);
    return frame == NO_FRAME ? this.refuse(order) : frameAddress(frame);
  }

  /** As `allocate`, for a request with flags. */
  allocateAs(order: Order, flags: u32): u64 {
    if (order > MAX_ORDER) return this.refuse(order);
    if (flags & ~FrameFlag.ALL) {
      this.failure = ErrorCode.UNSUPPORTED;
      return 0;
    }
    const zone = zoneFor(flags);
    const frame = order ? buddyAlloc(order, zone) : pageAlloc(zone);
    if (frame == NO_FRAME) return this.refuse(order);
    const address = frameAddress(frame);
    if (flags & FrameFlag.ZERO) fillAlone(address, FRAME_SIZE << order);
    return address;
  }

  /** Sets why there is no block of `order`; returns 0. */
  private refuse(order: Order): u64 {
    this.failure = order > MAX_ORDER ? ErrorCode.INVALID_ORDER : ErrorCode.OUT_OF_FRAMES;
    return 0;
  }

  /**
   * Frees the block of 2^`order` frames at `address`; of a shared frame, one owner.
   *
   * Errors: INVALID_ORDER; INVALID_ADDRESS (not frame-aligned, not managed, or not aligned to the
   * order); RESERVED; NOT_ALLOCATED (it is free); ORDER_MISMATCH (it belongs to another block).
   */
  @inline
  free(address: u64, order: Order): ErrorCode {
    // The bytes of an address inside a frame become the highest bits: then it is no frame number.
    const frame = rotr(address, FRAME_SHIFT);
    if (frame >= FRAME_LIMIT) {
      return order > MAX_ORDER ? ErrorCode.INVALID_ORDER : ErrorCode.INVALID_ADDRESS;
    }
    const status = order ? buddyFree(u32(frame), order) : pageFree(u32(frame));
    return status ? this.whyRefused(address, status) : ErrorCode.NONE;
  }

  /**
   * Adds an owner to the order-0 frame at `address`: it is free when all have freed it.
   *
   * Errors as for `free` with order 0, and OUT_OF_FRAMES or LINEAR_MEMORY when the table of sharing
   * counts has to grow and cannot.
   */
  retain(address: u64): ErrorCode {
    if (!isFrameAddress(address)) return ErrorCode.INVALID_ADDRESS;
    const frame = u32(frameOf(address));
    let status = pageRetain(frame);
    if (status == ErrorCode.STORAGE_EXHAUSTED) {
      status = growSharing();
      if (status) return status;
      status = pageRetain(frame);
    }
    return status ? this.whyRefused(address, status) : ErrorCode.NONE;
  }

  /** `status`, or RESERVED for a frame that is not managed because it is reserved. */
  private whyRefused(address: u64, status: ErrorCode): ErrorCode {
    if (status != ErrorCode.INVALID_ADDRESS || isValidFrame(u32(frameOf(address)))) return status;
    return reservationIn(address, address + FRAME_SIZE) ? ErrorCode.RESERVED : status;
  }

  /**
   * Takes the free frames of `[address, address + bytes)` out of allocation for good.
   *
   * Errors: INVALID_DESCRIPTOR (empty, not whole frames, beyond 16 TiB); RESERVED (some of it is);
   * INVALID_ADDRESS (some of it is not managed); BUSY (some of it is allocated); OUT_OF_FRAMES,
   * LINEAR_MEMORY or STORAGE_EXHAUSTED when the lists have to grow and cannot.
   */
  reserveRange(address: u64, bytes: u64): ErrorCode {
    const misaligned = (address | bytes) & (FRAME_SIZE - 1);
    if (!bytes || misaligned || address >= ADDRESS_LIMIT || bytes > ADDRESS_LIMIT - address) {
      return ErrorCode.INVALID_DESCRIPTOR;
    }
    if (reservationIn(address, address + bytes)) return ErrorCode.RESERVED;
    const first = frameOf(address);
    const count = frameOf(bytes);
    if (!first || count > u64(u32.MAX_VALUE)) return ErrorCode.INVALID_ADDRESS;
    // Taken before the lists grow: growing allocates, and must not do so from this range.
    let status = buddyTakeRange(u32(first), u32(count));
    if (status) return status;
    status = growManagedRuns();
    if (!status) status = growReservations();
    if (status) {
      buddyInsertRun(u32(first), u32(count));
      return status;
    }
    removeManaged(first, first + count);
    return reserve(address, bytes, Reason.CALLER);
  }

  /**
   * Takes the boot loader's memory under management, less what is reserved in it and what the plan
   * left out, and sets `reclaimed` and `leftOut`. To be called once, when nothing of the loader's
   * is needed any more. STORAGE_EXHAUSTED if the plan was too small.
   */
  reclaim(): ErrorCode {
    const before = buddyTotalFrames();
    this.leftOut = 0;
    let status = ErrorCode.NONE;
    openUnreserved(MemoryType.BOOTLOADER_RECLAIMABLE);
    while (!status && nextUnreserved(range)) {
      const end = min(range.end, max(range.base, reclaimLimit));
      this.leftOut += frameOf(range.end - end);
      if (range.base < end) status = this.manage(frameOf(range.base), frameOf(end));
    }
    this.reclaimed = buddyTotalFrames() - before;
    return status;
  }

  /**
   * Puts the unreserved frames of usable memory under management: those that the direct map shows,
   * or all. STORAGE_EXHAUSTED if the plan was too small.
   */
  manageUsable(mappedOnly: bool): ErrorCode {
    const root = pageRoot();
    let status = ErrorCode.NONE;
    openUnreserved(MemoryType.USABLE);
    while (nextUnreserved(range)) {
      for (let from = range.base; !status;) {
        if (mappedOnly) from = skipUnmapped(root, from, range.end);
        if (from >= range.end) break;
        const to = mappedOnly ? skipMapped(root, from, range.end) : range.end;
        status = this.manage(frameOf(from), frameOf(to));
        from = to;
      }
    }
    return status;
  }

  /**
   * Puts the usable memory under management that the loader did not map, and returns how many
   * frames that are; 0 on nearly all machines. To be called once, when the kernel's own tables map
   * it.
   */
  manageUnmapped(): u64 {
    if (!unmapped) return 0;
    const before = buddyTotalFrames();
    openUnreserved(MemoryType.USABLE);
    while (nextUnreserved(range)) {
      const past = frameOf(range.end);
      for (let from = frameOf(range.base); (from = skipManaged(from, past)) < past;) {
        const to = skipUnmanaged(from, past);
        const status = this.manage(from, to);
        assert(!status, "the plan has no slot for a run");
        from = to;
      }
    }
    return buddyTotalFrames() - before;
  }

  /** Puts the frames `[first, past)`, at least one, under management. */
  private manage(first: u64, past: u64): ErrorCode {
    const status = addManagedRun(first, past);
    return status ? status : buddyInsertRun(u32(first), u32(past - first));
  }

  /** Frames under management. */
  managedFrames(): u64 {
    return buddyTotalFrames();
  }

  /** Managed frames that nobody owns. */
  freeFrames(): u64 {
    return buddyFreeFrames() + cachedFrames();
  }

  /** Managed frames that somebody owns. */
  allocatedFrames(): u64 {
    return this.managedFrames() - this.freeFrames();
  }

  /** The largest order that `allocate` would serve now; -1 if none. */
  largestFreeOrder(): i32 {
    return pageLargestFreeOrder();
  }

  /**
   * True if the list of managed runs and the buddy allocator count the same frames, and the sums
   * hold.
   */
  totalsMatch(): bool {
    return managedRunFrames() == this.managedFrames() && this.freeFrames() <= this.managedFrames();
  }
}

/** True for the address of a frame below 16 TiB. */
function isFrameAddress(address: u64): bool {
  return !(address & (FRAME_SIZE - 1)) && address < ADDRESS_LIMIT;
}

const allocator = changetype<PhysicalAllocator>(memory.data(32));
const range = changetype<AddressRange>(memory.data(16));

/** See `StoragePlan`. */
let reclaimLimit: u64 = 0;

/** True if usable memory waits for the kernel's own tables. */
let unmapped: bool = false;

/**
 * Why the allocator cannot be borrowed: NOT_READY, written as the constant that it is, before the
 * handoff, BUSY while it is lent; otherwise NONE.
 */
let closed: ErrorCode = 1;

/**
 * Clears `bytes` of physical memory at `address`. The machine is called, so that somebody could
 * call back: the allocator is lent meanwhile.
 */
function fillAlone(address: u64, bytes: u64): void {
  const before = closed;
  closed = ErrorCode.BUSY;
  physFill(address, bytes, 0);
  closed = before;
}

/** The frame source after the handoff; blocks are rounded up to a power of two. */
function takeRuntimeFrames(count: u64, alignment: u64, offset: u64, reason: Reason): u64 {
  const order = orderFor(count);
  if (order > MAX_ORDER || offset || alignment > u64(1) << order) return 0;
  return frameOf(allocator.allocate(order, 0));
}

function giveRuntimeFrames(start: u64, count: u64): void {
  allocator.free(frameAddress(start), orderFor(count));
}

/** The smallest order that holds `count` frames. */
function orderFor(count: u64): u32 {
  return count > 1 ? 64 - u32(clz(count - 1)) : 0;
}

/**
 * Hands over: the one `PhysicalAllocator` takes the usable memory of the sanitised map, less every
 * reservation, into tables of `storage`. From here on it is the source of frames.
 *
 * Errors: ALREADY_INITIALIZED; STORAGE_EXHAUSTED, if the plan was too small.
 */
export function initializeRuntimeAllocator(plan: StoragePlan, storage: RuntimeStorage): ErrorCode {
  if (closed != ErrorCode.NOT_READY) return ErrorCode.ALREADY_INITIALIZED;
  resetManagedRuns(storage.freeRuns, storage.freeSlots);
  initBuddyAllocator(storage.buddyTables, plan.ranges, plan.rangeCount);
  reclaimLimit = plan.reclaimLimit;
  unmapped = plan.unmapped != 0;
  let status = initPageAllocator(storage.pageTables, storage.pageBytes);
  if (!status) status = finalizePageAllocator();
  if (status) return status;
  setFrameSource(takeRuntimeFrames, giveRuntimeFrames, noPiece);
  closed = ErrorCode.NONE;
  return ErrorCode.NONE;
}

/** Walks every usable region into the allocators, as far as the loader maps it. */
function finalizePageAllocator(): ErrorCode {
  allocator.reclaimed = 0;
  allocator.usable = 0;
  for (let index: u32 = 0; index < regionCount(); ++index) {
    const source = region(index);
    if (source.type == MemoryType.USABLE) allocator.usable += frameOf(source.length);
  }
  return allocator.manageUsable(unmapped);
}

/** Why the allocator cannot be borrowed: NOT_READY before the handoff, BUSY while it is lent. */
@inline
export function runtimeAllocatorStatus(): ErrorCode {
  return closed;
}

/**
 * The allocator, for a call during which nobody can call back: `allocate` and `free`. To be used
 * only where `runtimeAllocatorStatus` is NONE.
 */
@inline
export function runtimeAllocator(): PhysicalAllocator {
  return allocator;
}

/** Borrows the allocator until `returnAllocator`; null where `runtimeAllocatorStatus` says why. */
export function borrowAllocator(): PhysicalAllocator | null {
  if (closed) return null;
  closed = ErrorCode.BUSY;
  return allocator;
}

/** Ends what `borrowAllocator` began. */
export function returnAllocator(): void {
  closed = ErrorCode.NONE;
}

/**
 * Lends the allocator to `use` and returns what that returns. Where there is nothing to lend, `use`
 * is not called and the answer is `runtimeAllocatorStatus`.
 */
export function withRuntimeAllocator(use: (allocator: PhysicalAllocator) => ErrorCode): ErrorCode {
  const borrowed = borrowAllocator();
  if (!borrowed) return runtimeAllocatorStatus();
  const status = use(borrowed);
  returnAllocator();
  return status;
}
