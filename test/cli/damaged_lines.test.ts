/**
 * Maps in every form whose lines are cut, swapped or of unknown types: what is lost is said, with
 * the line, and nothing else changes. There is never less memory without a word.
 */

import { describe, expect, it } from "vitest";
import { MemoryType } from "../../abi/memory_type.ts";
import { type MemoryMapEntry } from "../../sim/memory_map.ts";
import { MapError, type MapInput } from "../../tools/formats/map_input.ts";
import { FORMS, readMemoryMap } from "../../tools/formats/read_map.ts";
import { entry } from "./entry.ts";
import { end, type MapWriter } from "./map_writer.ts";
import { MAP_WRITERS } from "./map_writers.ts";

const { USABLE, RESERVED } = MemoryType;

/** A map that every form can express: usable memory, and reserved where the form has that. */
function mapFor({ types }: MapWriter): readonly MemoryMapEntry[] {
  const other = types.includes(RESERVED) ? RESERVED : USABLE;
  return [
    entry(0x1000, 0x9f000, USABLE),
    entry(0xa0000, 0x100000, other),
    entry(0x100000, 0x7ff00000, USABLE),
    entry(0x100000000, 0x4fe000000, USABLE),
  ];
}

function read(text: string): MapInput | MapError {
  try {
    return readMemoryMap(text);
  } catch (error) {
    if (error instanceof MapError) return error;
    throw error;
  }
}

const LINE_NOTE = /^line \d+: /;

/** Where `base` ends in `text` after `from`, however it is spelled. */
function endOfBase(text: string, from: number, base: bigint): number {
  const hex = base.toString(16);
  const spellings = [hex.padStart(16, "0"), hex.padStart(12, "0"), hex, `${base}`];
  for (const spelling of [...spellings, ...spellings.map((each) => each.toUpperCase())]) {
    const at = text.indexOf(spelling, from);
    if (at >= 0) return at + spelling.length;
  }
  throw new Error(`${text.slice(from)} does not show ${hex}`);
}

describe("a text that ends in the middle of its last entry", () => {
  it.each(MAP_WRITERS)("$form, $style", (writer) => {
    const entries = mapFor(writer);
    const text = writer.write(entries);
    const from = writer.write(entries.slice(0, -1)).length;
    // A number at the end of a line does not show that it was longer.
    const ending = /(?<!\w)(?:0x)?[0-9a-f]*\s*$/.exec(text)?.index ?? text.length;
    for (let at = endOfBase(text, from, entries.at(-1)!.base) + 1; at < ending; ++at) {
      const map = read(text.slice(0, at));
      if (map instanceof MapError) continue;
      const whole =
        map.entries.length === entries.length &&
        map.entries.every(({ base, length, type }, index) => {
          const meant = entries[index]!;
          return base === meant.base && length === meant.length && type === meant.type;
        });
      if (whole) continue;
      expect(map.notes.join("\n"), text.slice(from, at)).toMatch(/line \d+: |entries are missing/);
      expect(map.entries.slice(0, 3)).toEqual(entries.slice(0, 3));
    }
  });
});

/** Forms that tell a range's second address, and so show when the two are swapped. */
const WITH_TWO_ADDRESSES = MAP_WRITERS.filter(
  ({ style, form }) =>
    !/crate|SMAP|GRUB|labels|FreeBSD/.test(form) || (form.includes("bootloader") && style !== ""),
).filter(({ form }) => form !== "JSON map file");

describe("a range whose addresses are swapped", () => {
  it.each(WITH_TWO_ADDRESSES)("$form, $style", (writer) => {
    const entries = mapFor(writer);
    const [first, , third, fourth] = entries as [
      MemoryMapEntry,
      MemoryMapEntry,
      MemoryMapEntry,
      MemoryMapEntry,
    ];
    const swapped = { ...third, base: end(third), length: -third.length };
    const map = read(writer.write([first, swapped, fourth]));
    if (map instanceof MapError) return;
    expect(map.entries).toEqual([first, fourth]);
    expect(map.notes.filter((note) => LINE_NOTE.test(note))).not.toEqual([]);
  });
});

/** A line of each form that has a type by name or by number, and an entry before it. */
const UNKNOWN_TYPES: readonly (readonly [text: string, quoted: string])[] = [
  ["BIOS-e820: [mem 0x1000-0x1fff] usable\nBIOS-e820: [mem 0x2000-0x2fff] odd", "odd"],
  ["BIOS-e820: 00001000 - 00002000 (usable)\nBIOS-e820: 00002000 - 00003000 (odd)", "odd"],
  [
    "efi: mem00: [Conventional|WB] range=[0x1000-0x1fff] (0MB)\nefi: mem01: [Odd |WB] range=[0x2000-0x2fff] (0MB)",
    "Odd",
  ],
  [
    "efi: mem00: type=7, attr=0xf, range=[0x1000-0x2000) (0MB)\nefi: mem01: type=70, attr=0xf, range=[0x2000-0x3000) (0MB)",
    "70",
  ],
  [
    "efi:   0x000000001000-0x000000001fff [Conventional Memory|WB]\nefi:   0x000000002000-0x000000002fff [Odd|WB]",
    "Odd",
  ],
  [
    "(XEN)  [0000000000001000, 0000000000001fff] (usable)\n(XEN)  [0000000000002000, 0000000000002fff] (type 9)",
    "type 9",
  ],
  [
    "(XEN)  0000000001000-0000000001fff type=7 attr=000000000000000f\n(XEN)  0000000002000-0000000002fff type=99 attr=000000000000000f",
    "99",
  ],
  [
    "Available  0000000000001000-0000000000001FFF 0000000000000001 000000000000000F\nOdd        0000000000002000-0000000000002FFF 0000000000000001 000000000000000F",
    "Odd",
  ],
  [
    "MMap[0]: 0x1000 - 0x1fff len=4096, type=7, attr=0xf\nMMap[1]: 0x2000 - 0x2fff len=4096, type=99, attr=0xf",
    "99",
  ],
  [
    "MemoryDescriptor { ty: CONVENTIONAL, phys_start: 4096, virt_start: 0, page_count: 1, att: WB }\nMemoryDescriptor { ty: MemoryType(2147483648), phys_start: 8192, virt_start: 0, page_count: 1, att: WB }",
    "MemoryType(2147483648)",
  ],
  [
    "ConventionalMemory 000000001000 000000000000 00000001 WB\nOdd 000000002000 000000000000 00000001 WB",
    "Odd",
  ],
  [
    "SMAP type=01 base=0000000000001000 len=0000000000001000\nSMAP type=20 base=0000000000002000 len=0000000000001000",
    "20",
  ],
  [
    "e820 map has 2 items:\n  0: 0000000000001000 - 0000000000002000 = 1 RAM\n  1: 0000000000002000 - 0000000000003000 = 9 UNKNOWN",
    "9 UNKNOWN",
  ],
  [" 0. 0000000000001000-0000000000001fff: RAM\n 1. 0000000000002000-0000000000002fff: ODD", "ODD"],
  [
    "base_addr = 0x1000, length = 0x1000, available RAM\nbase_addr = 0x2000, length = 0x1000, type = 0x9",
    "type = 0x9",
  ],
  [
    "MemoryRegion { start: 0x1000, end: 0x2000, kind: Usable }\nMemoryRegion { start: 0x2000, end: 0x3000, kind: UnknownBios(0x20) }",
    "UnknownBios(0x20)",
  ],
  [
    "Entry { base: 0x1000, length: 0x1000, entry_type: EntryType(0) }\nEntry { base: 0x2000, length: 0x1000, entry_type: EntryType(99) }",
    "99",
  ],
  ["base: 0x1000, length: 0x1000, type: usable\nbase: 0x2000, length: 0x1000, type: odd", "odd"],
  ["0x1000 - 0x1fff : usable\n0x2000 - 0x2fff : odd\n0x3000 - 0x3fff : usable", "odd"],
  [
    "[    0.000001] memmap: 0x0000000000001000-0x0000000000001fff usable bytes=4096\n[    0.000001] memmap: 0x0000000000002000-0x0000000000002fff unknown bytes=4096 type=9",
    "9",
  ],
];

describe("a type that nobody knows", () => {
  it.each(UNKNOWN_TYPES)("%j", (text, quoted) => {
    const { entries, notes } = readMemoryMap(text);
    const line = text.startsWith("e820 map") ? 3 : 2;
    expect(entries.slice(0, 2)).toEqual([
      entry(0x1000, 0x2000, USABLE),
      entry(0x2000, 0x3000, RESERVED),
    ]);
    expect(notes[0]).toContain(`line ${line}: unknown type "${quoted}", taken as reserved: `);
  });

  it("is tried for every form that has types by name or number, but for two", () => {
    const tried = new Set(UNKNOWN_TYPES.map(([text]) => readMemoryMap(text).format));
    const others = FORMS.map(({ name }) => name).filter((name) => !tried.has(name));
    // A map file with such a type is refused, a device may have any name, and ranges have no type.
    expect(others).toEqual([
      "JSON map file",
      "/proc/iomem",
      "Linux boot log (early memory node ranges)",
    ]);
  });
});

describe("columns that say the same and disagree", () => {
  it.each([
    [
      "Available  0000000000001000-0000000000001FFF 0000000000000002 000000000000000F",
      "its end and its pages disagree",
    ],
    ["MMap[0]: 0x1000 - 0x1fff len=4095, type=7, attr=0xf", "its end and its length disagree"],
    ["  0: 0000000000001000 - 0000000000002000 = 2 RAM", "its type's number and name disagree"],
    [
      "[    0.000001] memmap: 0x0000000000001000-0x0000000000001fff usable bytes=40",
      "its end and its bytes disagree",
    ],
    ["0x1000 - 0x1fff (0x2000) usable", "its end and its length disagree"],
  ])("%j", (line, fault) => {
    const form = FORMS.find(({ example }) => {
      const whole = `${example}\n${line}`;
      const map = read(whole);
      return !(map instanceof MapError) && map.notes.some((note) => note.includes(fault));
    });
    expect(form).toBeDefined();
  });
});

describe("memory that the firmware sets apart", () => {
  it.each([
    "efi: mem00: type=7, attr=0x4000f, range=[0x1000-0x2000) (0MB)",
    "(XEN)  0000000001000-0000000001fff type=7 attr=000000000004000f",
    "Available  0000000000001000-0000000000001FFF 0000000000000001 000000000004000F",
    "MMap[0]: 0x1000 - 0x1fff len=4096, type=7, attr=0x4000f",
    "efi:   0x000000001000-0x000000001fff [Conventional Memory|   |  |SP|WB]",
    "MemoryDescriptor { ty: CONVENTIONAL, phys_start: 4096, virt_start: 0, page_count: 1, att: SPECIAL_PURPOSE | WRITE_BACK }",
  ])("%s", (line) => {
    const { entries, notes } = readMemoryMap(line);
    expect(entries).toEqual([entry(0x1000, 0x2000, RESERVED)]);
    expect(notes[0]).toMatch(/^line 1: set apart for a specific purpose, taken as reserved: /);
  });
});
