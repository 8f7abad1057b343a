/**
 * The firmware's memory map, as the boot loader serves it.
 */

import { info } from "../boot/log";
import { memmapEntry } from "../boot/shim";
import { frameAtOrAfter, frameOf, saturatingEnd } from "./frames";

/** Types of memory, numbered as in the Limine boot protocol (Memory Map Feature). */
export const enum MemoryType {
  USABLE = 0,
  RESERVED = 1,
  ACPI_RECLAIMABLE = 2,
  ACPI_NVS = 3,
  BAD = 4,
  BOOTLOADER_RECLAIMABLE = 5,
  KERNEL_AND_MODULES = 6,
  FRAMEBUFFER = 7,
}

/** The name of a type in the log; `unknown` for a number that is none. */
export function memoryTypeName(type: u64): string {
  switch (u32(min<u64>(type, u32.MAX_VALUE))) {
    case MemoryType.USABLE:
      return "usable";
    case MemoryType.RESERVED:
      return "reserved";
    case MemoryType.ACPI_RECLAIMABLE:
      return "acpi_reclaimable";
    case MemoryType.ACPI_NVS:
      return "acpi_nvs";
    case MemoryType.BAD:
      return "bad";
    case MemoryType.BOOTLOADER_RECLAIMABLE:
      return "bootloader_reclaimable";
    case MemoryType.KERNEL_AND_MODULES:
      return "kernel_and_modules";
    case MemoryType.FRAMEBUFFER:
      return "framebuffer";
    default:
      return "unknown";
  }
}

/**
 * One entry of the map.
 *
 *     0        8        16       24
 *     | base   | length | type   |
 */
@unmanaged
export class MemoryMapEntry {
  /** Physical address of the first byte; the firmware may leave it unaligned. */
  base: u64;
  /** Bytes; `base + length` may overflow in what the firmware says. */
  length: u64;
  /** A `MemoryType`, or a number that a later protocol revision defines. */
  type: u64;
}

const record: usize = memory.data(24);

/** Logs each of the firmware's entries and the whole frames they hold, by type. */
export function logMemoryMap(entries: u32): void {
  const entry = changetype<MemoryMapEntry>(record);
  let usable: u64 = 0;
  let reclaimable: u64 = 0;
  let reserved: u64 = 0;
  for (let index: u32 = 0; index < entries && memmapEntry(index, record); ++index) {
    const end = saturatingEnd(entry.base, entry.length);
    info("memmap")
      .range(entry.base, end)
      .text(memoryTypeName(entry.type))
      .num("bytes", entry.length)
      .end();
    const first = frameAtOrAfter(entry.base);
    const past = frameOf(end);
    const frames = past > first ? past - first : 0;
    if (entry.type == MemoryType.USABLE) usable += frames;
    else if (entry.type == MemoryType.BOOTLOADER_RECLAIMABLE) reclaimable += frames;
    else reserved += frames;
  }
  info("memmap")
    .text("totals")
    .num("usable", usable)
    .num("reclaimable", reclaimable)
    .num("reserved", reserved)
    .num("entries", entries)
    .end();
}
