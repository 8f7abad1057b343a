/**
 * The names that kernels give to types in the maps that they print.
 *
 * Kernels spell names in many ways: `LIMINE_MEMMAP_BOOTLOADER_RECLAIMABLE`, `Bootloader
 * reclaimable`, `EntryType::BOOTLOADER_RECLAIMABLE`. So letters alone are compared, but all of them:
 * a name is the whole of what it is looked for in.
 */

import { MemoryType } from "../../abi/memory_type.ts";

/** Types by the letters of their names, in lower case. */
const NAMES = new Map<string, number>([
  ["usable", MemoryType.USABLE],
  ["usableram", MemoryType.USABLE],
  ["usablememory", MemoryType.USABLE],
  ["available", MemoryType.USABLE],
  ["availableram", MemoryType.USABLE],
  ["availablememory", MemoryType.USABLE],
  ["reserved", MemoryType.RESERVED],
  ["reservedram", MemoryType.RESERVED],
  ["reservedmemory", MemoryType.RESERVED],
  ["reservedmapped", MemoryType.RESERVED_MAPPED],
  ["acpireclaimable", MemoryType.ACPI_RECLAIMABLE],
  ["acpireclaim", MemoryType.ACPI_RECLAIMABLE],
  ["acpidata", MemoryType.ACPI_RECLAIMABLE],
  ["acpinvs", MemoryType.ACPI_NVS],
  ["nvs", MemoryType.ACPI_NVS],
  ["bad", MemoryType.BAD],
  ["badram", MemoryType.BAD],
  ["badmemory", MemoryType.BAD],
  ["unusable", MemoryType.BAD],
  ["bootloaderreclaimable", MemoryType.BOOTLOADER_RECLAIMABLE],
  ["kernelandmodules", MemoryType.KERNEL_AND_MODULES],
  ["executableandmodules", MemoryType.KERNEL_AND_MODULES],
  ["kernelmodules", MemoryType.KERNEL_AND_MODULES],
  ["kernel", MemoryType.KERNEL_AND_MODULES],
  ["framebuffer", MemoryType.FRAMEBUFFER],
]);

/** Where a constant's name begins after its enumeration's: `EntryType::USABLE`, `LIMINE_MEMMAP_USABLE`. */
const ENUMERATION = /^(?:\w{1,40}::){1,6}|^(?:LIMINE_)?MEMMAP_/i;

/** Letters of the longest name, and what may stand between them. */
const LONGEST_NAME = 60;

/** The `MemoryType` that all of `text` names; undefined if it does not. */
export function printedType(text: string): number | undefined {
  if (text.length > LONGEST_NAME) return undefined;
  const letters = text
    .replace(ENUMERATION, "")
    .replaceAll(/[\s_/-]/g, "")
    .toLowerCase();
  return NAMES.get(letters);
}
