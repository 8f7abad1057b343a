/**
 * The names that kernels give to the Limine boot protocol's memory types ("Memory Map Feature").
 *
 * Kernels spell them as they like: `LIMINE_MEMMAP_BOOTLOADER_RECLAIMABLE`, `Bootloader reclaimable`,
 * `BootloaderReclaimable`. So letters alone are compared.
 */

import { MemoryType } from "../../abi/memory_type.ts";

/** Types by the letters of their names; a name that contains another comes before it. */
const NAMES: readonly (readonly [string, number])[] = [
  ["bootloaderreclaimable", MemoryType.BOOTLOADER_RECLAIMABLE],
  ["acpireclaimable", MemoryType.ACPI_RECLAIMABLE],
  ["acpinvs", MemoryType.ACPI_NVS],
  ["kernelandmodules", MemoryType.KERNEL_AND_MODULES],
  ["executableandmodules", MemoryType.KERNEL_AND_MODULES],
  ["kernelmodules", MemoryType.KERNEL_AND_MODULES],
  ["framebuffer", MemoryType.FRAMEBUFFER],
  ["reservedmapped", MemoryType.RESERVED],
  ["reserved", MemoryType.RESERVED],
  ["badmemory", MemoryType.BAD],
  ["unusable", MemoryType.BAD],
  ["usable", MemoryType.USABLE],
];

/** Names so short that they mean a type only where the line says that one follows. */
const SHORT_NAMES: Readonly<Record<string, number>> = {
  kernel: MemoryType.KERNEL_AND_MODULES,
  bad: MemoryType.BAD,
};

const LABELLED_NUMBER = /\btype *[:=]? *(\d)\b/i;
const LABELLED_NAME = /\btype *[:=] *([a-z]+)/i;

/** Types in use: the protocol's eight, and `reserved mapped`. */
const LARGEST_TYPE = 8;

/** The type that `text`, a line without its addresses, names; undefined if it names none. */
export function limineType(text: string): number | undefined {
  const number = LABELLED_NUMBER.exec(text)?.[1];
  if (number !== undefined && Number(number) <= LARGEST_TYPE) {
    return Number(number) === LARGEST_TYPE ? MemoryType.RESERVED : Number(number);
  }
  const letters = text.toLowerCase().replaceAll(/[^a-z]/g, "");
  const named = NAMES.find(([name]) => letters.includes(name));
  if (named) return named[1];
  const short = LABELLED_NAME.exec(text)?.[1]?.toLowerCase() ?? "";
  return Object.hasOwn(SHORT_NAMES, short) ? SHORT_NAMES[short] : undefined;
}
