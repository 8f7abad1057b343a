/**
 * The names that programs give to the types of the e820 table, and the Limine type of each.
 *
 * What the types mean: ACPI specification 6.5, chapter 15, "Address Range Types". Memory that may
 * hold data which outlives a boot (persistent), or that the firmware sets apart (soft reserved), is
 * reserved: only plain memory is the kernel's to write to.
 */

import { MemoryType } from "../../abi/memory_type.ts";

/** Limine types by name, in lower case. */
export type TypeNames = Readonly<Record<string, number>>;

/**
 * Linux's boot log (`e820_print_type` in arch/x86/kernel/e820.c, before and since Linux 7), its
 * resources (`e820_type_to_string` there), and Xen, which took the names over.
 */
export const LINUX_NAMES: TypeNames = {
  // Boot logs.
  usable: MemoryType.USABLE,
  reserved: MemoryType.RESERVED,
  "acpi data": MemoryType.ACPI_RECLAIMABLE,
  "acpi nvs": MemoryType.ACPI_NVS,
  unusable: MemoryType.BAD,
  "soft reserved": MemoryType.RESERVED,
  "persistent (type 7)": MemoryType.RESERVED,
  "persistent (type 12)": MemoryType.RESERVED,
  // Boot logs since Linux 7.
  "device reserved": MemoryType.RESERVED,
  "persistent ram (type 7)": MemoryType.RESERVED,
  "persistent ram (type 12)": MemoryType.RESERVED,
  // Resources, and boot logs since Linux 7.
  "system ram": MemoryType.USABLE,
  "acpi tables": MemoryType.ACPI_RECLAIMABLE,
  "acpi non-volatile storage": MemoryType.ACPI_NVS,
  "unusable memory": MemoryType.BAD,
  "persistent memory": MemoryType.RESERVED,
  "persistent memory (legacy)": MemoryType.RESERVED,
};

/** SeaBIOS, and boot firmware that took its dump over. */
export const SEABIOS_NAMES: TypeNames = {
  ram: MemoryType.USABLE,
  reserved: MemoryType.RESERVED,
  acpi: MemoryType.ACPI_RECLAIMABLE,
  nvs: MemoryType.ACPI_NVS,
  unusable: MemoryType.BAD,
};

/**
 * coreboot (`bootmem` in src/lib). Its own stages and its payload lie in memory that it hands over
 * as RAM; its tables stay.
 */
export const COREBOOT_NAMES: TypeNames = {
  ram: MemoryType.USABLE,
  ramstage: MemoryType.USABLE,
  payload: MemoryType.USABLE,
  reserved: MemoryType.RESERVED,
  "soft reserved": MemoryType.RESERVED,
  "vendor reserved": MemoryType.RESERVED,
  "configuration tables": MemoryType.RESERVED,
  "open sbi": MemoryType.RESERVED,
  bl31: MemoryType.RESERVED,
  acpi: MemoryType.ACPI_RECLAIMABLE,
  nvs: MemoryType.ACPI_NVS,
  unusable: MemoryType.BAD,
};

/** GRUB's `lsmmap`. */
export const GRUB_NAMES: TypeNames = {
  "available ram": MemoryType.USABLE,
  "reserved ram": MemoryType.RESERVED,
  "acpi reclaimable ram": MemoryType.ACPI_RECLAIMABLE,
  "acpi non-volatile storage ram": MemoryType.ACPI_NVS,
  "faulty ram (badram)": MemoryType.BAD,
  "persistent ram": MemoryType.RESERVED,
  "persistent ram (legacy)": MemoryType.RESERVED,
  "ram holding coreboot tables": MemoryType.RESERVED,
  "ram holding firmware code": MemoryType.RESERVED,
};

/** The Limine type of what `names` calls `name`, in any case; undefined if it is none of them. */
export function typeNamed(name: string, names: TypeNames): number | undefined {
  const key = name.trim().toLowerCase();
  return Object.hasOwn(names, key) ? names[key] : undefined;
}
