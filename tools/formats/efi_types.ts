/**
 * UEFI's memory types and the Limine type of each.
 *
 * UEFI specification 2.10, section 7.2 "Memory Allocation Services", table "Memory Type Usage after
 * ExitBootServices()". A boot loader that is gone leaves its own memory (loader code and data)
 * to be reclaimed; the firmware's boot services leave theirs free. Its runtime services stay.
 */

import { MemoryType } from "../../abi/memory_type.ts";

/** Limine types by EFI_MEMORY_TYPE. */
const TYPES: readonly number[] = [
  MemoryType.RESERVED, // EfiReservedMemoryType
  MemoryType.BOOTLOADER_RECLAIMABLE, // EfiLoaderCode
  MemoryType.BOOTLOADER_RECLAIMABLE, // EfiLoaderData
  MemoryType.USABLE, // EfiBootServicesCode
  MemoryType.USABLE, // EfiBootServicesData
  MemoryType.RESERVED, // EfiRuntimeServicesCode
  MemoryType.RESERVED, // EfiRuntimeServicesData
  MemoryType.USABLE, // EfiConventionalMemory
  MemoryType.BAD, // EfiUnusableMemory
  MemoryType.ACPI_RECLAIMABLE, // EfiACPIReclaimMemory
  MemoryType.ACPI_NVS, // EfiACPIMemoryNVS
  MemoryType.RESERVED, // EfiMemoryMappedIO
  MemoryType.RESERVED, // EfiMemoryMappedIOPortSpace
  MemoryType.RESERVED, // EfiPalCode
  MemoryType.RESERVED, // EfiPersistentMemory
  MemoryType.RESERVED, // EfiUnacceptedMemoryType
];

/** Linux's names by EFI_MEMORY_TYPE (`memory_type_name` in drivers/firmware/efi/efi.c), lower case. */
const LINUX_NAMES: readonly (readonly string[])[] = [
  ["reserved"],
  ["loader code"],
  ["loader data"],
  ["boot code"],
  ["boot data"],
  ["runtime code"],
  ["runtime data"],
  ["conventional", "conventional memory"],
  ["unusable", "unusable memory"],
  ["acpi reclaim", "acpi reclaim memory"],
  ["acpi mem nvs", "acpi memory nvs"],
  ["mmio", "memory mapped i/o"],
  ["mmio port", "mmio port space"],
  ["pal code"],
  ["persistent", "persistent memory"],
  ["unaccepted", "unaccepted memory"],
];

/** The Limine type of EFI_MEMORY_TYPE `number`; undefined for a number that UEFI does not define. */
export function efiType(number: number): number | undefined {
  return TYPES[number];
}

/** The EFI_MEMORY_TYPE that Linux calls `name`; undefined if it is none of its names. */
export function efiTypeNumber(name: string): number | undefined {
  const key = name.trim().toLowerCase();
  const typed = /^type=(\d{1,10})$/.exec(key)?.[1];
  if (typed !== undefined) return Number(typed);
  const number = LINUX_NAMES.findIndex((names) => names.includes(key));
  return number < 0 ? undefined : number;
}
