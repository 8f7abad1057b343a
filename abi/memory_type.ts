/** Types of memory, and their names in the log and in map files. */

/** Numbered as in the Limine boot protocol, "Memory Map Feature". */
export enum MemoryType {
  USABLE = 0,
  RESERVED = 1,
  ACPI_RECLAIMABLE = 2,
  ACPI_NVS = 3,
  BAD = 4,
  BOOTLOADER_RECLAIMABLE = 5,
  KERNEL_AND_MODULES = 6,
  FRAMEBUFFER = 7,
  /** Reserved, yet in the loader's direct map; came with base revision 4. */
  RESERVED_MAPPED = 8,
  /** First number that is none of these; treated as reserved. */
  UNKNOWN = 9,
}

/** The name of `type`; `unknown` for a number that is none. */
export function memoryTypeName(type: MemoryType): string {
  switch (type) {
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
    case MemoryType.RESERVED_MAPPED:
      return "reserved_mapped";
    case MemoryType.UNKNOWN:
    default:
      return "unknown";
  }
}
