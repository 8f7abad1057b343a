/**
 * The mapping policy: which physical memory is mapped, and what a mapping may allow.
 *
 * Paging reads it as ranges, in address order. The rules, the strictest last:
 *
 *   - memory that is or may become the kernel's (usable, reclaimable) can be written;
 *   - a framebuffer can be written, write-combining;
 *   - the image, modules and ACPI's tables can be read;
 *   - the image's data can be written, its text and its read-only data cannot;
 *   - whatever else there is (devices, the firmware's own, holes) is not mapped at all: a cacheable
 *     mapping of a device is wrong even if nobody uses it;
 *   - nor is frame 0: address 0 means "none" throughout the kernel, so its use should fault.
 *
 * Nothing can be executed. Text is executed where the image is linked and nowhere else, and since
 * every other mapping of its frames is read-only, no frame is writable under one address and
 * executable under another.
 */

import { BootRegion } from "../../../abi/machine";
import { MemoryType } from "../../../abi/memory_type";
import { bootRegion } from "../../boot/shim";
import { alignDown, FRAME_SIZE, saturatingEnd } from "../frames";
import { region, regionCount } from "../map/memory_map";
import { Access, PHYSICAL_LIMIT } from "./page_table";

/** Access of memory that is not mapped. */
const NO_ACCESS: i32 = -1;

/** A range of physical memory with one access. */
@unmanaged
export class PhysicalRange {
  /** Physical address of the first byte, frame-aligned. */
  base: u64;
  /** First address after the range, frame-aligned. */
  end: u64;
  /** An `Access`. */
  access: i32;
}

const RECORD_BYTES: usize = 24;

/** The boot regions by kind, `{base, end, …}`, grown to whole frames; an absent one is empty. */
const bootRegions: usize = memory.data(168);

/** The sanitised region that `accessAt` looks at next: the first that ends above its address. */
let cursor: u32 = 0;

/** Where `nextPhysicalRange` goes on. */
let position: u64 = 0;

/** The next address above the last one asked about at which the access may change. */
let border: u64 = 0;

/** `address` rounded up to a frame, at most the end of physical memory. */
function frameEnd(address: u64): u64 {
  return min(alignDown(min(address, PHYSICAL_LIMIT) + FRAME_SIZE - 1, FRAME_SIZE), PHYSICAL_LIMIT);
}

/** Starts over at the first frame but 0. */
export function openMappingPolicy(): void {
  cursor = 0;
  position = FRAME_SIZE;
  for (let kind: i32 = 0; kind < BootRegion.KINDS; ++kind) {
    const record = bootRegions + usize(kind) * RECORD_BYTES;
    const exists = bootRegion(kind, record) != 0;
    const base = exists ? load<u64>(record) : 0;
    const end = exists ? saturatingEnd(base, load<u64>(record, 8)) : 0;
    store<u64>(record, alignDown(base, FRAME_SIZE));
    store<u64>(record, frameEnd(end), 8);
  }
}

function accessOfType(type: u64): i32 {
  switch (u32(min<u64>(type, MemoryType.UNKNOWN))) {
    case MemoryType.USABLE:
    case MemoryType.BOOTLOADER_RECLAIMABLE:
      return Access.WRITE;
    case MemoryType.FRAMEBUFFER:
      return Access.WRITE | Access.WRITE_COMBINING;
    case MemoryType.KERNEL_AND_MODULES:
    case MemoryType.ACPI_RECLAIMABLE:
    case MemoryType.ACPI_NVS:
      return Access.READ;
    default:
      return NO_ACCESS;
  }
}

function accessOfBootRegion(kind: BootRegion): i32 {
  switch (kind) {
    case BootRegion.IMAGE_DATA:
    case BootRegion.LINEAR_MEMORY:
    case BootRegion.BOOT_STACK:
      return Access.WRITE;
    case BootRegion.FRAMEBUFFER:
      return Access.WRITE | Access.WRITE_COMBINING;
    default:
      return Access.READ;
  }
}

/** The access at `address`; sets `border`. Addresses never decrease from call to call. */
function accessAt(address: u64): i32 {
  let access = NO_ACCESS;
  border = PHYSICAL_LIMIT;
  while (cursor < regionCount() && region(cursor).base + region(cursor).length <= address) ++cursor;
  if (cursor < regionCount()) {
    const found = region(cursor);
    if (found.base <= address) {
      access = accessOfType(found.type);
      border = found.base + found.length;
    } else {
      border = found.base;
    }
  }
  // From the last kind to the first: text and read-only data have the last word.
  for (let kind: i32 = BootRegion.KINDS - 1; kind >= 0; --kind) {
    const record = bootRegions + usize(kind) * RECORD_BYTES;
    const base = load<u64>(record);
    const end = load<u64>(record, 8);
    if (base < end && end > address) {
      border = min(border, base > address ? base : end);
      if (base <= address) access = accessOfBootRegion(kind);
    }
  }
  return access;
}

/** Sets `range` to the next range, maximal and mapped; false if there is none. */
export function nextPhysicalRange(range: PhysicalRange): bool {
  let access = NO_ACCESS;
  while (position < PHYSICAL_LIMIT) {
    access = accessAt(position);
    if (access != NO_ACCESS) break;
    position = border;
  }
  if (position >= PHYSICAL_LIMIT) return false;
  range.base = position;
  range.access = access;
  do {
    position = border;
  } while (position < PHYSICAL_LIMIT && accessAt(position) == access);
  range.end = position;
  return true;
}
