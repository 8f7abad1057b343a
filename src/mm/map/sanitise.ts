/**
 * Sanitising: from whatever the firmware says to regions that can be relied on.
 *
 * Input may be unsorted, overlapping, unaligned, empty or overflowing, its types unknown. Output is
 * sorted, disjoint, frame-aligned and maximal: neighbours differ in type or do not touch. Where
 * entries overlap the most restrictive type wins. Usable and reclaimable memory shrinks to
 * whole frames, all other memory grows to them; frames that reclaimable memory holds only in part
 * are reserved. Frame 0 is never usable or reclaimable. Memory that no frame number reaches is
 * dropped.
 *
 * Each entry becomes up to four intervals, each interval two events; the events are sorted and
 * swept once: O(n log n).
 */

import { MemoryType } from "../../../abi/memory_type";
import { debug } from "../../boot/log";
import {
  ADDRESS_LIMIT,
  FRAME_LIMIT,
  FRAME_SIZE,
  frameAddress,
  frameAtOrAfter,
  frameOf,
  saturatingEnd,
} from "../frames";
import { heapSort } from "./heap_sort";
import { entry, ENTRY_BYTES, entryCount, MemoryMapEntry, typeName } from "./memory_map";

/** What sanitising changed, for the log. Entries, but for the frames. */
@unmanaged
export class SanitiseReport {
  /** Entries of which nothing is left: empty, or without a whole frame that can be numbered. */
  dropped: u32;
  /** Usable or reclaimable entries that lost part of a frame, frame 0, or memory beyond 16 TiB. */
  clipped: u32;
  /** Other entries that grew to whole frames, or whose end overflowed. */
  grown: u32;
  /** Regions that came out. */
  regions: u32;
  /** Frames that more than one entry claims. */
  overlapping: u64;
  /** Usable frames at or above 16 TiB, which no frame number reaches. */
  unreachable: u64;
}

const report: usize = memory.data(32);

/** How restrictive a type is, 0 the least; the higher rank wins an overlap. */
const enum Rank {
  USABLE = 0,
  BOOTLOADER_RECLAIMABLE = 1,
  ACPI_RECLAIMABLE = 2,
  KERNEL_AND_MODULES = 3,
  FRAMEBUFFER = 4,
  ACPI_NVS = 5,
  RESERVED = 6,
  BAD = 7,
  COUNT = 8,
}

function rankOf(type: u64): Rank {
  switch (u32(min<u64>(type, MemoryType.UNKNOWN))) {
    case MemoryType.USABLE:
      return Rank.USABLE;
    case MemoryType.BOOTLOADER_RECLAIMABLE:
      return Rank.BOOTLOADER_RECLAIMABLE;
    case MemoryType.ACPI_RECLAIMABLE:
      return Rank.ACPI_RECLAIMABLE;
    case MemoryType.KERNEL_AND_MODULES:
      return Rank.KERNEL_AND_MODULES;
    case MemoryType.FRAMEBUFFER:
      return Rank.FRAMEBUFFER;
    case MemoryType.ACPI_NVS:
      return Rank.ACPI_NVS;
    case MemoryType.BAD:
      return Rank.BAD;
    default:
      return Rank.RESERVED;
  }
}

function typeOf(rank: i32): MemoryType {
  switch (rank) {
    case Rank.USABLE:
      return MemoryType.USABLE;
    case Rank.BOOTLOADER_RECLAIMABLE:
      return MemoryType.BOOTLOADER_RECLAIMABLE;
    case Rank.ACPI_RECLAIMABLE:
      return MemoryType.ACPI_RECLAIMABLE;
    case Rank.KERNEL_AND_MODULES:
      return MemoryType.KERNEL_AND_MODULES;
    case Rank.FRAMEBUFFER:
      return MemoryType.FRAMEBUFFER;
    case Rank.ACPI_NVS:
      return MemoryType.ACPI_NVS;
    case Rank.BAD:
      return MemoryType.BAD;
    default:
      return MemoryType.RESERVED;
  }
}

/*
 * An event says where an interval of some rank begins or ends:
 *
 *     63           37         4    1       0
 *     | 0   | frame (33 bits) | rank | starts |
 */
const EVENT_RANK_SHIFT: u64 = 1;
const EVENT_FRAME_SHIFT: u64 = 4;

/** Bytes of one event. */
const EVENT_BYTES: u64 = 8;

/** Most events of one entry: two for each of its intervals. */
const EVENTS_PER_ENTRY: u64 = 8;

/** Most frames of one entry at which a region can begin or end, not counting frames 0 and 1. */
const BORDERS_PER_ENTRY: u64 = 4;

/** Where events go, and how many there are. */
let events: usize = 0;
let eventTotal: u32 = 0;

function emitEvent(frame: u64, rank: Rank, starts: u64): void {
  const event = (frame << EVENT_FRAME_SHIFT) | (u64(rank) << EVENT_RANK_SHIFT) | starts;
  store<u64>(events + (usize(eventTotal++) << 3), event);
}

/** Adds the frames `[first, past)`, which may be none, as an interval of `rank`. */
function emitInterval(first: u64, past: u64, rank: Rank): void {
  if (first >= past) return;
  emitEvent(first, rank, 1);
  emitEvent(past, rank, 0);
}

/** Logs why an entry is not taken as it is. */
function logChange(source: MemoryMapEntry, change: string, reason: string): void {
  debug("memmap")
    .text(change)
    .range(source.base, saturatingEnd(source.base, source.length))
    .text(typeName(source.type))
    .word("reason", reason)
    .num("bytes", source.length)
    .end();
}

/** Adds the intervals of `source`: see the rules at the top of this file. */
function emitEntry(source: MemoryMapEntry, counts: SanitiseReport): void {
  const base = source.base;
  const end = saturatingEnd(base, source.length);
  const overflows = end - base < source.length || end == u64.MAX_VALUE;
  const rank = rankOf(source.type);
  const outerFirst = min(frameOf(base), FRAME_LIMIT);
  // No address lies beyond the last frame, so neither does an end that saturated.
  const outerPast = min(frameAtOrAfter(end), FRAME_LIMIT);
  let innerFirst = min(frameAtOrAfter(base), FRAME_LIMIT);
  const innerPast = min(frameOf(end), FRAME_LIMIT);
  if (!source.length) {
    ++counts.dropped;
    logChange(source, "dropped", "empty");
    return;
  }

  if (rank > Rank.BOOTLOADER_RECLAIMABLE) {
    if (outerFirst >= outerPast) {
      ++counts.dropped;
      logChange(source, "dropped", "beyond_16_tib");
    } else if (overflows || outerFirst != innerFirst || outerPast != innerPast) {
      ++counts.grown;
      logChange(source, "grown", overflows ? "overflow" : "partial_frame");
    }
    emitInterval(outerFirst, outerPast, rank);
    return;
  }

  let clipped =
    overflows || end > ADDRESS_LIMIT || outerFirst != innerFirst || outerPast != innerPast;
  if (rank == Rank.BOOTLOADER_RECLAIMABLE) {
    if (outerFirst != innerFirst) emitInterval(outerFirst, innerFirst, Rank.RESERVED);
    if (outerPast != innerPast) emitInterval(max(innerPast, outerFirst), outerPast, Rank.RESERVED);
  } else if (end > ADDRESS_LIMIT) {
    counts.unreachable += frameOf(end) - max(frameAtOrAfter(base), FRAME_LIMIT);
  }
  if (innerFirst == 0 && innerPast) {
    emitInterval(0, 1, Rank.RESERVED);
    innerFirst = 1;
    clipped = true;
  }
  if (innerFirst >= innerPast) ++counts.dropped;
  else if (clipped) ++counts.clipped;
  logCuts(source, innerFirst >= innerPast ? "dropped" : "clipped");
  emitInterval(innerFirst, innerPast, rank);
}

/** Logs what a usable or reclaimable entry loses, a line for each reason. */
function logCuts(source: MemoryMapEntry, change: string): void {
  const end = saturatingEnd(source.base, source.length);
  if (!source.base) logChange(source, change, "frame_zero");
  if ((source.base | end) & (FRAME_SIZE - 1)) logChange(source, change, "partial_frame");
  if (end > ADDRESS_LIMIT) logChange(source, change, "beyond_16_tib");
}

/** Writes the events of all entries of the memory map to `scratch`. */
function emitAll(scratch: usize): SanitiseReport {
  events = scratch;
  eventTotal = 0;
  memory.fill(report, 0, 32);
  const counts = changetype<SanitiseReport>(report);
  for (let index: u32 = 0; index < entryCount(); ++index) emitEntry(entry(index), counts);
  return counts;
}

/** Bytes of the scratch memory that `sanitise` needs. */
export function sanitiseScratchBytes(): u64 {
  return u64(entryCount()) * EVENTS_PER_ENTRY * EVENT_BYTES;
}

/** Most regions that the memory map can have once it is sanitised. */
export function mostRegions(): u64 {
  return u64(entryCount()) * BORDERS_PER_ENTRY + 1;
}

/** Intervals of each rank that are open at the sweep's frame. */
const open: usize = memory.data(32);

/** The highest rank that is open; -1 if none is. */
function winningRank(): i32 {
  let rank: i32 = Rank.COUNT - 1;
  while (rank >= 0 && !load<u32>(open + (usize(rank) << 2))) --rank;
  return rank;
}

/**
 * Sanitises the memory map: writes the regions to `regions`, which has room for `mostRegions()`, by
 * way of `sanitiseScratchBytes()` of memory at `scratch`. Returns what was changed on the way.
 */
export function sanitise(regions: usize, scratch: usize): SanitiseReport {
  const counts = emitAll(scratch);
  heapSort(scratch, eventTotal);
  memory.fill(open, 0, 32);

  let written: u32 = 0;
  let rank: i32 = -1;
  let since: u64 = 0;
  let openTotal: u32 = 0;
  let lastFrame: u64 = 0;
  for (let index: u32 = 0; index < eventTotal;) {
    const frame = load<u64>(scratch + (usize(index) << 3)) >> EVENT_FRAME_SHIFT;
    if (openTotal > 1) counts.overlapping += frame - lastFrame;
    lastFrame = frame;
    do {
      const event = load<u64>(scratch + (usize(index) << 3));
      if (event >> EVENT_FRAME_SHIFT != frame) break;
      const cell = open + (usize((event >> EVENT_RANK_SHIFT) & 7) << 2);
      const change: i32 = event & 1 ? 1 : -1;
      store<u32>(cell, load<u32>(cell) + change);
      openTotal += change;
    } while (++index < eventTotal);
    const next = winningRank();
    if (next == rank) continue;
    if (rank >= 0) {
      const region = changetype<MemoryMapEntry>(regions + usize(written++) * ENTRY_BYTES);
      region.base = frameAddress(since);
      region.length = frameAddress(frame - since);
      region.type = typeOf(rank);
    }
    rank = next;
    since = frame;
  }
  counts.regions = written;
  return counts;
}
