/**
 * Excerpts of logs that people published, read by the tools and by a parser of this test: a few
 * lines for each form that split text at fixed places, and share nothing with the readers.
 */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MemoryType } from "../../abi/memory_type.ts";
import { type MemoryMapEntry } from "../../sim/memory_map.ts";
import { readMemoryMap } from "../../tools/formats/read_map.ts";
import { decodeText } from "../../tools/formats/text.ts";

const { USABLE, RESERVED, ACPI_RECLAIMABLE, ACPI_NVS, BAD, BOOTLOADER_RECLAIMABLE } = MemoryType;

const hex = (digits: string) => BigInt(digits.startsWith("0x") ? digits : `0x${digits}`);

/** An entry by its first and its last byte, as hexadecimal digits. */
function inclusive(first: string, last: string, type: number | undefined): MemoryMapEntry {
  return { base: hex(first), length: hex(last) - hex(first) + 1n, type: type ?? -1 };
}

function exclusive(first: string, end: string, type: number | undefined): MemoryMapEntry {
  return { base: hex(first), length: hex(end) - hex(first), type: type ?? -1 };
}

/** An entry of pages of 4 KiB. */
function paged(base: bigint, pages: bigint, type: number | undefined): MemoryMapEntry {
  return { base, length: pages << 12n, type: type ?? -1 };
}

/** The part of `text` after `before` and up to `after`. */
function between(text: string, before: string, after: string): string {
  const at = text.indexOf(before) + before.length;
  return text.slice(at, text.indexOf(after, at));
}

/** Types by what the logs call them; the keys are unique among all forms. */
const TYPES: Readonly<Record<string, number>> = {
  "(usable)": USABLE,
  "(reserved)": RESERVED,
  "(ACPI data)": ACPI_RECLAIMABLE,
  "(ACPI NVS)": ACPI_NVS,
  "(unusable)": BAD,
  "System RAM": USABLE,
  "device reserved": RESERVED,
  "ACPI data": ACPI_RECLAIMABLE,
  "ACPI NVS": ACPI_NVS,
  Reserved: RESERVED,
  "Conventional Memory": USABLE,
  "Boot Data": USABLE,
  "Loader Code": BOOTLOADER_RECLAIMABLE,
  "Loader Data": BOOTLOADER_RECLAIMABLE,
  "Runtime Code": RESERVED,
  "Runtime Data": RESERVED,
  "Memory Mapped I/O": RESERVED,
  BS_Code: USABLE,
  BS_Data: USABLE,
  Available: USABLE,
  ACPI_NVS: ACPI_NVS,
  ACPI_Recl: ACPI_RECLAIMABLE,
  LoaderCode: BOOTLOADER_RECLAIMABLE,
  LoaderData: BOOTLOADER_RECLAIMABLE,
  RT_Data: RESERVED,
  RT_Code: RESERVED,
  MMIO: RESERVED,
  RuntimeServicesData: RESERVED,
  ConventionalMemory: USABLE,
  BootServicesCode: USABLE,
  BootServicesData: USABLE,
  BOOT_SERVICES_CODE: USABLE,
  BOOT_SERVICES_DATA: USABLE,
  CONVENTIONAL: USABLE,
  ACPI_NON_VOLATILE: ACPI_NVS,
  Usable: USABLE,
  "UnknownUefi(0)": RESERVED,
  "UnknownUefi(9)": ACPI_RECLAIMABLE,
  "UnknownUefi(a)": ACPI_NVS,
  RAM: USABLE,
  RAMSTAGE: USABLE,
  RESERVED: RESERVED,
  "CONFIGURATION TABLES": RESERVED,
  "available RAM": USABLE,
  "reserved RAM": RESERVED,
  NVS: ACPI_NVS,
  "ACPI Reclaimable": ACPI_RECLAIMABLE,
  "???": RESERVED,
};

/** EFI_MEMORY_TYPE, as far as the logs have it. */
const EFI = [
  RESERVED,
  BOOTLOADER_RECLAIMABLE,
  BOOTLOADER_RECLAIMABLE,
  USABLE,
  USABLE,
  RESERVED,
  RESERVED,
  USABLE,
  BAD,
  ACPI_RECLAIMABLE,
  ACPI_NVS,
  RESERVED,
];
const SMAP = [-1, USABLE, RESERVED, ACPI_RECLAIMABLE, ACPI_NVS];

interface Log {
  readonly file: string;
  readonly form: string;
  /** How many entries the excerpt has, counted by hand. */
  readonly count: number;
  /** What the line of an entry contains, and no other line. */
  readonly mark: string;
  readonly parse: (line: string) => MemoryMapEntry;
  readonly notes?: number;
}

const LOGS: readonly Log[] = [
  {
    file: "xen-fam10h.txt",
    form: "Xen boot log (RAM map)",
    count: 10,
    mark: "(XEN)  [",
    parse: (line) =>
      inclusive(between(line, "[", ","), between(line, ", ", "]"), TYPES[line.split("] ")[1]!]),
  },
  {
    file: "xen-tboot.txt",
    form: "Xen boot log (RAM map)",
    count: 24,
    mark: " - ",
    parse: (line) => {
      const [, first, , end, ...name] = line.replace("  ", " ").split(" ");
      return exclusive(first!, end!, TYPES[name.join(" ")]);
    },
  },
  {
    file: "xen-c2750.efi.txt",
    form: "Xen boot log (EFI memory map)",
    count: 35,
    mark: " attr=",
    parse: (line) => {
      const [first, last] = line.slice(7).split(" ", 1)[0]!.split("-");
      return inclusive(first!, last!, EFI[Number(between(line, "type=", " "))]);
    },
  },
  {
    file: "linux7-ser8.txt",
    form: "Linux boot log (BIOS-e820 lines)",
    count: 21,
    mark: "e820: [mem ",
    parse: (line) =>
      inclusive(
        between(line, "[mem ", "-"),
        between(line, "-0x", "]"),
        TYPES[line.split("]  ")[1]!],
      ),
  },
  {
    file: "linux7-ser8.wrapped.txt",
    form: "Linux boot log (early memory node ranges)",
    count: 7,
    mark: " node   0: ",
    parse: (line) => inclusive(between(line, "[mem ", "-"), between(line, "-0x", "]"), USABLE),
    notes: 1,
  },
  {
    file: "arm64-rpi4-uboot.txt",
    form: "Linux boot log of ARM and RISC-V (EFI memory map)",
    count: 26,
    mark: "fff [",
    parse: (line) => {
      const name = between(line, "fff [", "|").trim();
      return inclusive(between(line, "efi:   ", "-"), between(line, "-0x", " "), TYPES[name]);
    },
  },
  {
    file: "ovmf-128m.memmap.txt",
    form: "UEFI shell (memmap)",
    count: 20,
    mark: "-0000",
    parse: (line) => {
      const [name, range, pages] = line.split(" ").filter((word) => word !== "");
      return paged(hex(range!.slice(0, 16)), hex(pages!), TYPES[name!]);
    },
  },
  {
    file: "esxi-mboot.txt",
    form: "ESXi boot loader log (MMap lines)",
    count: 19,
    mark: "<6>MMap[",
    parse: (line) => ({
      base: hex(between(line, "]: ", " ")),
      length: BigInt(between(line, "len=", ",")),
      type: EFI[Number(between(line, "type=", ","))]!,
    }),
  },
  {
    file: "uefi-crate-qemu.txt",
    form: "UEFI memory map, printed with Rust's uefi crate",
    count: 8,
    mark: "MemoryDescriptor",
    parse: (line) =>
      paged(
        BigInt(between(line, "phys_start: ", ",")),
        BigInt(between(line, "page_count: ", ",")),
        TYPES[between(line, "ty: ", ",")],
      ),
  },
  {
    file: "freebsd-rpi5.txt",
    form: "FreeBSD boot log (EFI memory map)",
    count: 8,
    mark: " WB",
    parse: freebsdEfi,
  },
  {
    file: "freebsd-rpi4.txt",
    form: "FreeBSD boot log (EFI memory map)",
    count: 4,
    mark: " WB",
    parse: freebsdEfi,
  },
  {
    file: "freebsd-machdep.smap.txt",
    form: "FreeBSD boot log (SMAP lines)",
    count: 17,
    mark: "SMAP",
    parse: (line) => ({
      base: hex(between(line, "base=", ",")),
      length: hex(line.slice(-16)),
      type: SMAP[Number(line.slice(10, 12))]!,
    }),
  },
  {
    file: "seabios-9g.txt",
    form: "SeaBIOS log (e820 map)",
    count: 8,
    mark: " - 0",
    parse: (line) => exclusive(line.slice(5, 21), line.slice(24, 40), TYPES[line.slice(45)]),
  },
  {
    file: "coreboot-nitropad.txt",
    form: "coreboot log (memory table)",
    count: 8,
    mark: ". 0000",
    parse: (line) => inclusive(line.slice(13, 29), line.slice(30, 46), TYPES[line.split(": ")[1]!]),
  },
  {
    file: "grub-qemu-128m.txt",
    form: "GRUB (lsmmap)",
    count: 6,
    mark: "base_addr",
    parse: (line) => labelled(line.split(", ")[2]!, line),
  },
  {
    file: "multiboot-ovmf-2g.txt",
    form: "Memory map with labels, printed by a kernel",
    count: 14,
    mark: "base_addr",
    parse: (line) => labelled(between(line, "type = ", ","), line),
    notes: 1,
  },
  {
    file: "bootloader-qemu-6g.txt",
    form: "Memory regions of Rust's bootloader crate, printed by a kernel",
    count: 16,
    mark: "MemoryRegion",
    parse: (line) =>
      exclusive(
        between(line, "start: ", ","),
        between(line, "end: ", ","),
        TYPES[between(line, "kind: ", " }")],
      ),
  },
];

function freebsdEfi(line: string): MemoryMapEntry {
  const [name, base, , pages] = line.split(" ").filter((word) => word !== "");
  return paged(hex(base!), hex(pages!), TYPES[name!]);
}

function labelled(type: string, line: string): MemoryMapEntry {
  return {
    base: hex(between(line, "base_addr = ", ",")),
    length: hex(between(line, "length = ", ",")),
    type: TYPES[type] ?? -1,
  };
}

function textOf(file: string): string {
  return decodeText(readFileSync(new URL(`fixtures/${file}`, import.meta.url)));
}

describe("logs that people published", () => {
  it.each(LOGS)("$file", ({ file, form, count, mark, parse, notes = 0 }) => {
    const text = textOf(file);
    const parsed = text
      .split(/\r?\n/)
      .filter((line) => line.includes(mark))
      .map(parse);
    expect(parsed).toHaveLength(count);
    const map = readMemoryMap(text);
    expect(map.entries).toEqual(parsed);
    expect(map.format).toBe(form);
    expect(map.notes).toHaveLength(notes);
  });

  it("riscv-qemu-128m.txt: what a device tree reserves is kept", () => {
    const map = readMemoryMap(textOf("riscv-qemu-128m.txt"));
    expect(map.entries).toEqual([
      exclusive("80000000", "800a0000", USABLE),
      exclusive("800a0000", "88000000", USABLE),
      exclusive("80000000", "80080000", RESERVED),
      exclusive("80080000", "800a0000", RESERVED),
    ]);
  });
});
