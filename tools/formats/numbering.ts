/**
 * The three ways in which memory maps number their types, and the Limine type of each number.
 *
 * The numbers contradict each other: 1 is usable memory to a BIOS, reserved to Limine, and a boot
 * loader's to UEFI. So a map whose types are numbers is read only if its numbering is known.
 */

import { MemoryType } from "../../abi/memory_type.ts";
import { efiType } from "./efi_types.ts";

/** Whose numbers they are. Multiboot passes E820's on. */
export type Numbering = "limine" | "e820" | "efi";

/** All of them, in the order in which a user is told of them. */
export const NUMBERINGS: readonly Numbering[] = ["limine", "e820", "efi"];

/** Limine's numbers are the kernel's own ("Memory Map Feature"). */
function limineType(number: number): number | undefined {
  return number < Number(MemoryType.UNKNOWN) ? number : undefined;
}

/** ACPI specification 6.5, chapter 15, "Address Range Types"; 12 is persistent memory before ACPI 6. */
const E820 = new Map<number, number>([
  [1, MemoryType.USABLE],
  [2, MemoryType.RESERVED],
  [3, MemoryType.ACPI_RECLAIMABLE],
  [4, MemoryType.ACPI_NVS],
  [5, MemoryType.BAD],
  [6, MemoryType.RESERVED],
  [7, MemoryType.RESERVED],
  [12, MemoryType.RESERVED],
]);

/** The Limine type of `number` in `numbering`; undefined for a number that it does not define. */
export function typeOfNumber(number: number, numbering: Numbering): number | undefined {
  switch (numbering) {
    case "limine":
      return limineType(number);
    case "e820":
      return E820.get(number);
    case "efi":
      return efiType(number);
  }
}
