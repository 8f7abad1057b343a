/**
 * What Linux calls the types of its e820 table, and the Limine type of each.
 *
 * Two spellings are in use: that of boot logs (`e820_print_type` in arch/x86/kernel/e820.c), and
 * that of resources (`e820_type_to_string` there; Documentation/ABI/testing/sysfs-firmware-memmap),
 * which /proc/iomem shows. What the types mean: ACPI specification 6.5, chapter 15,
 * "Address Range Types".
 *
 * Memory that may hold data which outlives a boot (persistent), or that the firmware sets apart
 * (soft reserved), is reserved: only plain memory is the kernel's to write to.
 */

import { MemoryType } from "../../abi/memory_type.ts";

const TYPES: Readonly<Record<string, number>> = {
  // Boot logs.
  usable: MemoryType.USABLE,
  reserved: MemoryType.RESERVED,
  "acpi data": MemoryType.ACPI_RECLAIMABLE,
  "acpi nvs": MemoryType.ACPI_NVS,
  unusable: MemoryType.BAD,
  "soft reserved": MemoryType.RESERVED,
  "persistent (type 7)": MemoryType.RESERVED,
  "persistent (type 12)": MemoryType.RESERVED,
  // Resources.
  "system ram": MemoryType.USABLE,
  "acpi tables": MemoryType.ACPI_RECLAIMABLE,
  "acpi non-volatile storage": MemoryType.ACPI_NVS,
  "unusable memory": MemoryType.BAD,
  "persistent memory": MemoryType.RESERVED,
  "persistent memory (legacy)": MemoryType.RESERVED,
};

/** The Limine type of what Linux calls `name`, in any case; undefined if it is none of its names. */
export function linuxType(name: string): number | undefined {
  const key = name.toLowerCase();
  return Object.hasOwn(TYPES, key) ? TYPES[key] : undefined;
}
