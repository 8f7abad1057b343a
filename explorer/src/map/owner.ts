/**
 * Who owns a piece of physical memory, as the map colours it. Each owner has a colour (from the style
 * sheet), a pattern and a letter, so that the map can be read without colours.
 */

export type OwnerId =
  | "managed"
  | "program"
  | "usable"
  | "reclaimed"
  | "reclaimable"
  | "carved"
  | "page_tables"
  | "image"
  | "framebuffer"
  | "reserved"
  | "acpi"
  | "bad"
  | "hole";

/** Patterns that `pattern.ts` draws. */
export type PatternName =
  | "plain"
  | "rising"
  | "falling"
  | "dots"
  | "grid"
  | "vertical"
  | "horizontal"
  | "cross"
  | "checks"
  | "rings"
  | "pluses"
  | "chevrons";

export interface Owner {
  readonly id: OwnerId;
  /** In legend and on the map. */
  readonly label: string;
  /** One sentence for a person who sees it for the first time. */
  readonly meaning: string;
  readonly pattern: PatternName;
}

/** In the order of the legend. */
export const OWNERS: readonly Owner[] = [
  {
    id: "managed",
    label: "Usable, managed",
    meaning: "The firmware calls it usable, and the allocators hand it out.",
    pattern: "plain",
  },
  {
    id: "program",
    label: "Program",
    meaning: "On loan to the program that runs: memory, heap, stack, files, page tables.",
    pattern: "chevrons",
  },
  {
    id: "reclaimed",
    label: "Loader's, managed",
    meaning: "Was the boot loader's; managed since the kernel stands on its own page tables.",
    pattern: "rising",
  },
  {
    id: "carved",
    label: "Carved",
    meaning: "Carved out for the memory manager itself: map copy, lists, allocator tables.",
    pattern: "dots",
  },
  {
    id: "page_tables",
    label: "Page tables",
    meaning: "What the processor translates addresses with.",
    pattern: "grid",
  },
  {
    id: "image",
    label: "Kernel image",
    meaning: "Code, data, stack and the wasm module, where the loader placed them.",
    pattern: "vertical",
  },
  {
    id: "usable",
    label: "Usable, not managed",
    meaning: "The firmware calls it usable; not under management: not yet, or cut off.",
    pattern: "falling",
  },
  {
    id: "reclaimable",
    label: "Loader's",
    meaning: "The boot loader's own memory, to be reclaimed.",
    pattern: "checks",
  },
  {
    id: "reserved",
    label: "Reserved",
    meaning: "The firmware keeps it: devices, runtime services, management.",
    pattern: "cross",
  },
  {
    id: "acpi",
    label: "ACPI",
    meaning: "Tables of the firmware and memory that it needs to sleep and wake.",
    pattern: "horizontal",
  },
  {
    id: "framebuffer",
    label: "Framebuffer",
    meaning: "What is on the screen.",
    pattern: "rings",
  },
  {
    id: "bad",
    label: "Bad",
    meaning: "The firmware says that it is defective.",
    pattern: "pluses",
  },
  { id: "hole", label: "Nothing there", meaning: "No entry speaks of it.", pattern: "plain" },
];

const BY_ID = new Map(OWNERS.map((owner) => [owner.id, owner]));

export function ownerOf(id: OwnerId): Owner {
  return BY_ID.get(id)!;
}

/** The owner of memory that has `type` in a memory map. */
export function ownerOfType(type: string): OwnerId {
  switch (type) {
    case "usable":
      return "usable";
    case "bootloader_reclaimable":
      return "reclaimable";
    case "kernel_and_modules":
      return "image";
    case "acpi_reclaimable":
    case "acpi_nvs":
      return "acpi";
    case "framebuffer":
    case "bad":
      return type;
    default:
      return "reserved";
  }
}

/** Reasons of reservations that are not the memory manager's own storage. */
const REASON_OWNERS: Readonly<Record<string, OwnerId>> = {
  kernel_image: "image",
  boot_stack: "image",
  first_linear_memory: "image",
  wasm_module: "image",
  boot_file: "image",
  framebuffer: "framebuffer",
  page_tables: "page_tables",
  caller: "reserved",
};

/** The owner of memory that the kernel reserves for `reason`. */
export function ownerOfReason(reason: string): OwnerId {
  return REASON_OWNERS[reason] ?? "carved";
}

/** A type or reason of the log in words: `acpi_nvs` becomes "ACPI NVS". */
export function inWords(name: string): string {
  return name
    .replaceAll("_", " ")
    .replace(/\bacpi\b/, "ACPI")
    .replace(/\bnvs\b/, "NVS");
}
