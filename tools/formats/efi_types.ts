/**
 * UEFI's memory types, the names that programs give them, and the Limine type of each.
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

/** Names by EFI_MEMORY_TYPE, as one program spells them; in lower case. */
export type EfiNames = readonly (readonly string[])[];

/** Linux (`memory_type_name` in drivers/firmware/efi/efi.c). */
export const LINUX_EFI_NAMES: EfiNames = [
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

/** The UEFI shell's `memmap`, in its several versions. */
export const SHELL_EFI_NAMES: EfiNames = [
  ["reserved"],
  ["loadercode", "loadcode"],
  ["loaderdata", "loaddata"],
  ["bs_code"],
  ["bs_data"],
  ["rt_code"],
  ["rt_data"],
  ["available"],
  ["unusable"],
  ["acpi_recl"],
  ["acpi_nvs"],
  ["mmio", "memmapio"],
  ["mmio_port", "memportio"],
  ["palcode"],
  ["persistent"],
  ["unaccepted"],
];

/** FreeBSD's kernel and loader. */
export const FREEBSD_EFI_NAMES: EfiNames = [
  ["reserved"],
  ["loadercode"],
  ["loaderdata"],
  ["bootservicescode"],
  ["bootservicesdata"],
  ["runtimeservicescode"],
  ["runtimeservicesdata"],
  ["conventionalmemory"],
  ["unusablememory"],
  ["acpireclaimmemory"],
  ["acpimemorynvs"],
  ["memorymappedio"],
  ["memorymappedioportspace"],
  ["palcode"],
  ["persistentmemory"],
  ["unacceptedmemory"],
];

/** The uefi crate for Rust. */
export const UEFI_CRATE_NAMES: EfiNames = [
  ["reserved"],
  ["loader_code"],
  ["loader_data"],
  ["boot_services_code"],
  ["boot_services_data"],
  ["runtime_services_code"],
  ["runtime_services_data"],
  ["conventional"],
  ["unusable"],
  ["acpi_reclaim"],
  ["acpi_non_volatile"],
  ["mmio"],
  ["mmio_port_space"],
  ["pal_code"],
  ["persistent_memory"],
  ["unaccepted"],
];

/** The Limine type of EFI_MEMORY_TYPE `number`; undefined for a number that UEFI does not define. */
export function efiType(number: number): number | undefined {
  return TYPES[number];
}

/** The Limine type of what `names` calls `name`, in any case; undefined if it is none of them. */
export function efiTypeNamed(name: string, names: EfiNames): number | undefined {
  const key = name.trim().toLowerCase();
  return efiType(names.findIndex((each) => each.includes(key)));
}

/** EFI_MEMORY_SP: memory that the firmware sets apart for a purpose (section 7.2). */
const SPECIFIC_PURPOSE = 0x40000n;

/** True if `attributes`, EFI_MEMORY_DESCRIPTOR.Attribute in hexadecimal digits, sets memory apart. */
export function isSpecificPurpose(attributes: string): boolean {
  return (BigInt(`0x${attributes}`) & SPECIFIC_PURPOSE) !== 0n;
}
