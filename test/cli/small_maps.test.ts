/**
 * Small texts, each of which shows one thing that a reader may get wrong: what each gives, figures
 * and notes. Those that are refused end the command with status 2.
 */

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MemoryType } from "../../abi/memory_type.ts";
import { type MemoryMapEntry } from "../../sim/memory_map.ts";
import { main } from "../../tools/cli/main.ts";
import { MapError, UnknownFormatError } from "../../tools/formats/map_input.ts";
import { readMemoryMap } from "../../tools/formats/read_map.ts";
import { decodeText } from "../../tools/formats/text.ts";
import { entry } from "./entry.ts";

const { USABLE, RESERVED, ACPI_RECLAIMABLE, ACPI_NVS } = MemoryType;

const FOLDER = new URL("fixtures/small/", import.meta.url);

/** Most of the texts are of this one range. */
const ONE_GIB = [entry(0x100000, 0x40000000, USABLE)];

function textOf(name: string): string {
  return decodeText(readFileSync(new URL(`${name}.txt`, FOLDER)));
}

type Reading = readonly [
  name: string,
  format: string,
  entries: readonly MemoryMapEntry[],
  notes?: readonly string[],
];

const E820 = "Linux boot log (BIOS-e820 lines)";
const EFI = "Linux boot log (efi: mem lines)";
const LABELS = "Memory map with labels, printed by a kernel";
const RANGES = "Memory map of ranges, printed by a kernel";
const XEN = "Xen boot log (RAM map)";
const LIMINE_CRATE = "Memory map of Rust's limine crate, printed by a kernel";

const READ: readonly Reading[] = [
  [
    "esxi-two-descriptors",
    "ESXi boot loader log (MMap lines)",
    [entry(0x100000, 0x73500000, USABLE), entry(0x80000000, 0x80100000, RESERVED)],
  ],
  ["xen-one-range", XEN, [entry(0x100000, 0x80000000, USABLE)]],
  [
    "xen-three-ranges",
    XEN,
    [
      entry(0x100000, 0x40000000, USABLE),
      entry(0x40000000, 0x50000000, RESERVED),
      entry(0x100000000, 0x140000000, USABLE),
    ],
  ],
  [
    "xen-acpi-data",
    XEN,
    [entry(0x100000, 0x3fff0000, USABLE), entry(0x3fff0000, 0x40000000, ACPI_RECLAIMABLE)],
  ],
  [
    "xen-e820-and-efi",
    "Xen boot log (EFI memory map)",
    [entry(0x100000000, 0x47c800000, USABLE)],
    ["Xen boot log (RAM map): also in the text, left out"],
  ],
  [
    "xen-guest-cut-line",
    E820,
    ONE_GIB,
    [
      "line 2: not a whole entry, left out: Xen: [mem 0x0000000100000000-0x00000004",
      'the firmware\'s own table is not there; read from "Xen"',
    ],
  ],
  [
    "xenserver-guest",
    E820,
    [entry(0x100000, 0x7fff0000, USABLE), entry(0x7fff0000, 0x80000000, ACPI_RECLAIMABLE)],
    ['the table "Xen", which Xen shows its guest, is left out'],
  ],
  [
    "efi-cut-e820-whole",
    E820,
    [entry(0x100000, 0x9c742000, USABLE), entry(0x100000000, 0x25f000000, USABLE)],
    [`${EFI}: lacks 7.08 GiB of usable memory, left out, though it has 1 MiB that the other lacks`],
  ],
  [
    "two-efi-maps",
    EFI,
    [entry(0x100000, 0x80000000, USABLE)],
    ["the map is there 2 times; the last is read"],
  ],
  [
    "arm64-efi",
    "Linux boot log of ARM and RISC-V (EFI memory map)",
    [entry(0, 0x1000, RESERVED), entry(0x1000, 0x38200000, USABLE)],
  ],
  [
    "uefi-shell",
    "UEFI shell (memmap)",
    [entry(0x100000, 0x1000000, USABLE), entry(0x1000000, 0x12fe000, RESERVED)],
  ],
  [
    "freebsd-efi",
    "FreeBSD boot log (EFI memory map)",
    [entry(0x210000, 0x2f366000, USABLE), entry(0x1f0000, 0x210000, RESERVED)],
  ],
  [
    "seabios",
    "SeaBIOS log (e820 map)",
    [entry(0x100000, 0x7f7ff000, USABLE), entry(0x7f7ff000, 0x7f800000, RESERVED)],
  ],
  [
    "coreboot",
    "coreboot log (memory table)",
    [entry(0x100000, 0x76899000, USABLE), entry(0x77000000, 0x80400000, RESERVED)],
  ],
  [
    "grub-lsmmap",
    "GRUB (lsmmap)",
    [entry(0x100000, 0x7fe0000, USABLE), entry(0x7fe0000, 0x8000000, RESERVED)],
  ],
  [
    "bootloader-crate-kinds",
    "Memory regions of Rust's bootloader crate, printed by a kernel",
    [
      entry(0x100000, 0x7faef000, USABLE),
      entry(0x7faef000, 0x7fb6f000, RESERVED),
      entry(0x7fb6f000, 0x7fbff000, RESERVED),
    ],
    ["what the boot loader keeps for the kernel is taken as reserved"],
  ],
  ["linux-7", E820, [entry(0x100000, 0x40000000, USABLE), entry(0x40000000, 0x40200000, RESERVED)]],
  [
    "linux-7-persistent",
    E820,
    [entry(0x100000, 0x40000000, USABLE), entry(0x100000000, 0x140000000, RESERVED)],
  ],
  ["utf-16", E820, ONE_GIB],
  [
    "two-entries-a-line",
    E820,
    [entry(0x100000, 0x40000000, USABLE), entry(0x40000000, 0x80000000, USABLE)],
  ],
  [
    "nine-entries-a-line",
    E820,
    [1, 2, 3, 4, 5, 6, 7, 8, 9].map((at) => entry(at * 2 ** 28, (at + 1) * 2 ** 28, USABLE)),
  ],
  ["nothing-below-4g", E820, [entry(0x100000000, 0x280000000, USABLE)]],
  [
    "iomem-reserved-inside",
    "/proc/iomem",
    [entry(0x40000000, 0x80000000, USABLE), entry(0x7e400000, 0x7fc00000, RESERVED)],
    ["1 reservation inside System RAM is kept"],
  ],
  [
    "iomem-cxl",
    "/proc/iomem",
    [entry(0x100000, 0x80000000, USABLE), entry(0xc080000000, 0xc480000000, USABLE)],
    ["1 range is memory of a device that a driver added", "1 range of a device is left out"],
  ],
  ["limine-crate", LIMINE_CRATE, ONE_GIB],
  ["limine-crate-in-gdb", LIMINE_CRATE, [entry(0x80000000, 0x87efb000, USABLE)]],
  ["json-list", "JSON map file", ONE_GIB],
  ["json-upper-case", "JSON map file", ONE_GIB],
  ["empty-entry-and-another", LABELS, [entry(0, 0, RESERVED), ...ONE_GIB]],
  [
    "fraction",
    LABELS,
    [entry(0x100000, 0x40000000, USABLE), entry(0x40000000, 0xa0000000, USABLE)],
    ["sizes are given in rounded units, so ends may be off by as much"],
  ],
  ["nvs-name", LABELS, [...ONE_GIB, entry(0x40000000, 0x40001000, ACPI_NVS)]],
  ["decimal-after-counter", LABELS, [...ONE_GIB, entry(0x100000000, 0x140000000, USABLE)]],
  ["pointer-before-base", LABELS, ONE_GIB],
  ["epoch-before-base", LABELS, ONE_GIB],
  ["hex-type-number", LABELS, ONE_GIB],
  ["entry-type-label", LABELS, ONE_GIB],
  ["dots", RANGES, ONE_GIB],
  ["spaced-dots", RANGES, ONE_GIB],
  ["en-dash", RANGES, ONE_GIB],
];

/** Texts of no form, and whether they come from a log of Linux whose beginning is missing. */
const REFUSED: readonly (readonly [name: string, isLinux: boolean])[] = [
  ["dmesg-without-map", true],
  ["arm64-nodes-without-header", true],
  ["arm64-cma", true],
  ["memblock", false],
  ["quoted-iomem", false],
  ["short-hex", false],
  ["two-columns", false],
];

/** Texts of a form that does not say enough. */
const UNDECIDED: readonly (readonly [name: string, message: RegExp])[] = [
  ["multiboot-type-numbers", /^the types of this map are numbers, and nothing says whose/],
  ["empty-entry", /^the types of this map are numbers, and nothing says whose/],
  ["json-one-entry", /^a memory map file holds /],
];

function errorOf(text: string): unknown {
  try {
    return readMemoryMap(text).entries;
  } catch (error) {
    return error;
  }
}

async function statusOf(text: string, ...words: string[]): Promise<number> {
  const silent = () => undefined;
  const input = () => Promise.resolve(text);
  return main(["plan", "-", ...words], { out: silent, err: silent, input, colours: false });
}

describe("what is read of", () => {
  for (const [name, format, entries, notes = []] of READ) {
    it(name, () => {
      const map = readMemoryMap(textOf(name));
      expect({ ...map, source: "" }).toEqual({ format, source: "", entries, notes });
    });
  }
});

describe("what is refused", () => {
  it.each(REFUSED)("%s: of no form", async (name, isLinux) => {
    const error = errorOf(textOf(name));
    expect(error).toBeInstanceOf(UnknownFormatError);
    const { message } = error as Error;
    expect(message).toMatch(/^no memory map is in this text; these forms are understood:\n/);
    expect(message.includes("journalctl -k -b")).toBe(isLinux);
    expect(await statusOf(textOf(name))).toBe(2);
  });

  it.each(UNDECIDED)("%s: says what is missing", async (name, message) => {
    const error = errorOf(textOf(name));
    expect(error).toBeInstanceOf(MapError);
    expect(error).not.toBeInstanceOf(UnknownFormatError);
    expect((error as Error).message).toMatch(message);
    expect(await statusOf(textOf(name))).toBe(2);
  });
});

describe("types that are numbers", () => {
  const text = textOf("multiboot-type-numbers");
  const e820 = [
    entry(0x100000, 0x100000 + 3542827008, USABLE),
    entry(0xdd2b4000, 0xdd3cd000, RESERVED),
  ];

  it("are read as the user says, and as a line above says", () => {
    expect(readMemoryMap(text, { types: "e820" }).entries).toEqual(e820);
    expect(readMemoryMap(`Multiboot memory map\n${text}`).entries).toEqual(e820);
    expect(readMemoryMap(`log\n\ne820 (3 entries)\n-----\n${text}`).entries).toEqual(e820);
    const efi = readMemoryMap(`${text}mmap: address=0xe0000000, length=4096, type=7`, {
      types: "efi",
    });
    expect(efi.entries.map(({ type }) => type)).toEqual([
      MemoryType.BOOTLOADER_RECLAIMABLE,
      MemoryType.BOOTLOADER_RECLAIMABLE,
      USABLE,
    ]);
  });

  it("are refused where a line above says two things, or what it says is far away", () => {
    expect(errorOf(`E820, and Limine\n${text}`)).toBeInstanceOf(MapError);
    expect(errorOf(`E820\na\nb\nc\n${text}`)).toBeInstanceOf(MapError);
  });

  it("are no map if none of them is usable memory", () => {
    expect(errorOf(`Limine memory map:\n${text}`)).toBeInstanceOf(UnknownFormatError);
  });

  it("may be Limine's or UEFI's if there is a 7 and all are whole pages", () => {
    const lines = "base: 0x1000, length: 0x1000, type: 0\nbase: 0x2000, length: 0x1000, type: 7\n";
    expect(errorOf(lines)).toBeInstanceOf(MapError);
    expect(errorOf(lines.replaceAll("type", "attr=0xf type"))).toBeInstanceOf(MapError);
    const unaligned = lines.replace("0x1000, type: 0", "0xc00, type: 0");
    expect(readMemoryMap(unaligned).entries.map(({ type }) => type)).toEqual([
      USABLE,
      MemoryType.FRAMEBUFFER,
    ]);
  });

  it("are told apart by an option of the command", async () => {
    expect(await statusOf(text, "--types", "e820")).toBe(0);
    expect(await statusOf(text)).toBe(2);
    expect(await statusOf(text, "--types", "bios")).toBe(2);
  });
});

it("every small text is judged here", () => {
  const judged = [...READ, ...REFUSED, ...UNDECIDED].map(([name]) => `${name}.txt`);
  expect(readdirSync(FOLDER).sort()).toEqual(judged.sort());
});
