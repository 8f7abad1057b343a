import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type MemoryMapEntry } from "../../sim/memory_map.ts";
import { MapError, UnknownFormatError } from "../../tools/formats/map_input.ts";
import { FORMS, readMemoryMap } from "../../tools/formats/read_map.ts";
import { decodeText } from "../../tools/formats/text.ts";
import { recordedMap } from "../support/memmaps.ts";
import { draws } from "../support/seeds.ts";
import { MAP_WRITERS } from "./map_writers.ts";
import { NOISE } from "./noise.ts";

/** The texts in a folder of this one. */
function textsIn(folder: string): string[] {
  const url = new URL(folder, import.meta.url);
  const names = readdirSync(url).filter((name) => name.endsWith(".txt"));
  return names.map((name) => decodeText(readFileSync(new URL(name, url))));
}

/** Whole pages of a recorded machine, in each form and style that can express them. */
const RECORDED = recordedMap("qemu-i440fx-128m").entries.map(({ base, length, type }) => ({
  base: base & ~0xfffn,
  length: (length | 0xfffn) + 1n,
  type,
}));
const WRITTEN = MAP_WRITERS.map(({ types, write }) =>
  write(RECORDED.filter(({ type }) => types.includes(type))),
);

const TEXTS = [
  ...textsIn("fixtures/"),
  ...textsIn("fixtures/small/"),
  ...FORMS.map(({ example }) => example),
  ...WRITTEN,
];

const ADDRESS_SPACE = 1n << 64n;

/** True for an entry that a loader can report. */
function isEntry({ base, length, type }: MemoryMapEntry): boolean {
  return [base, length].every((value) => value >= 0n && value < ADDRESS_SPACE) && type >= 0;
}

/** Reads `text` and checks what came of it: a map that a loader can report, or a MapError. */
function judge(text: string): void {
  try {
    const { entries, notes, format, source } = readMemoryMap(text);
    expect(entries.find((entry) => !isEntry(entry))).toBeUndefined();
    expect([...notes, format, source].every((words) => typeof words === "string")).toBe(true);
    expect(notes.length).toBeLessThan(24);
  } catch (error) {
    if (!(error instanceof MapError)) throw error;
    expect(error.message).not.toBe("");
  }
}

/** What lines of memory maps are made of. */
const FRAGMENT = fc.oneof(
  fc.constantFrom(
    "BIOS-e820: ",
    "user: ",
    "efi: mem00: ",
    "efi:   0x",
    "(XEN)  [",
    "(XEN)  ",
    "type=7 attr=",
    "Early memory node ranges\n",
    "node   0: [mem 0x",
    "Available  ",
    "ConventionalMemory ",
    "MMap[0]: 0x",
    " len=",
    "e820 map has 3 items:\n",
    "  0: ",
    " 0. ",
    " = 1 RAM",
    ": RAM",
    "base_addr = 0x",
    ", length = 0x",
    ", available RAM",
    "SMAP type=01 base=",
    "MemoryDescriptor { ty: CONVENTIONAL, phys_start: ",
    ", virt_start: 0, page_count: ",
    ", att: WB }",
    "MemoryRegion { start: ",
    ", end: ",
    ", kind: Usable }",
    "Entry { base: ",
    ", entry_type: EntryType(0) }",
    "Limine memory map:\n",
    " -> 0x",
    "..0x",
    "1.5 GiB",
    "[mem 0x",
    "range=[0x",
    "-0x",
    " - ",
    "] ",
    ") ",
    "(",
    ": ",
    "\n",
    "\r",
    " ",
    "  ",
    "base: ",
    "length=",
    "type: ",
    "usable",
    "System RAM",
    "[    0.000001] memmap: 0x",
    " bytes=",
    "|WB",
    "{",
    '"entries": [',
    "\u001b[0m",
    "ffffffffffffffff",
    "99999999999999999999",
    "KiB",
  ),
  fc.bigInt({ min: 0n, max: ADDRESS_SPACE - 1n }).map((value) => value.toString(16)),
  fc.string({ maxLength: 8 }),
);

/** A text of which a piece was replaced by something else, as often as not by nothing. */
const DAMAGED = fc
  .tuple(
    fc.constantFrom(...TEXTS),
    fc.array(
      fc.tuple(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(40),
        fc.array(FRAGMENT, { maxLength: 3 }),
      ),
      {
        minLength: 1,
        maxLength: 6,
      },
    ),
  )
  .map(([text, damages]) =>
    damages.reduce((damaged, [place, bytes, pieces]) => {
      const at = Math.floor(place * damaged.length);
      return damaged.slice(0, at) + pieces.join("") + damaged.slice(at + bytes);
    }, text),
  );

describe("whatever the text, there is a map or an error that says why not", () => {
  it("made of pieces of maps", () => {
    const texts = fc.array(FRAGMENT, { maxLength: 60 }).map((pieces) => pieces.join(""));
    fc.assert(fc.property(texts, judge), draws(7001, 3000));
  });

  it("real and damaged", () => {
    fc.assert(fc.property(DAMAGED, judge), draws(7002, 3000));
  });

  it("any JSON", () => {
    const json = fc.oneof(
      fc.json(),
      fc.record({ source: fc.jsonValue(), entries: fc.jsonValue() }).map((v) => JSON.stringify(v)),
      fc
        .array(fc.record({ base: fc.jsonValue(), length: fc.jsonValue(), type: fc.jsonValue() }))
        .map((entries) => JSON.stringify({ entries })),
    );
    fc.assert(fc.property(json, judge), draws(7003, 2000));
  });
});

/** Forms whose grammar is so wide that a line with a range may be of them: it is noted then. */
const WIDE = FORMS.filter(({ last }) => last).map(({ name }) => name);

/** Lines of `NOISE` around a map, and between its lines where it is of one line an entry. */
const NOISY = fc
  .tuple(
    fc.constantFrom(...MAP_WRITERS.keys()),
    fc.array(fc.tuple(fc.nat(30), fc.constantFrom(...NOISE))),
  )
  .map(([index, inserted]) => {
    const text = WRITTEN[index]!;
    const isWhole = text.includes("{\n") || WIDE.includes(MAP_WRITERS[index]!.form);
    const lines = isWhole ? [text] : text.split("\n");
    const places = isWhole ? 1 : lines.length + 1;
    for (const [place, line] of inserted) lines.splice(place % places, 0, line);
    return { text, noisy: lines.join("\n") };
  })
  .filter(({ text }) => !text.startsWith("{"));

describe("lines of a log that are no entries", () => {
  it("are no map, whatever words and ranges they have", () => {
    const logs = fc.array(fc.constantFrom(...NOISE), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(logs, (lines) => {
        expect(() => readMemoryMap(lines.join("\n"))).toThrow(UnknownFormatError);
      }),
      draws(7004, 1000),
    );
  });

  it("change nothing between those that are", () => {
    fc.assert(
      fc.property(NOISY, ({ text, noisy }) => {
        const clean = readMemoryMap(text);
        const map = readMemoryMap(noisy);
        expect(map.entries).toEqual(clean.entries);
        expect(map.format).toBe(clean.format);
      }),
      draws(7005, 2000),
    );
  });
});

describe("a megabyte is read in time, whatever is in it", () => {
  const MEGABYTE = 2 ** 20;
  const repeated = (piece: string) => piece.repeat(MEGABYTE / piece.length);

  it.each([
    ["one line of digits", repeated("0")],
    ["one line of blanks", repeated(" ")],
    ["one line of an entry and blanks", `BIOS-e820: [mem 0x0-0x0] u${repeated(" ")}x`],
    ["one line of an entry's beginning", repeated("BIOS-e820: [mem 0x")],
    ["empty lines", repeated("\n")],
    ["lines of digits", repeated(`${"0".repeat(500)}\n`)],
    ["lines of blanks", repeated(`BIOS-e820: [mem 0x0-0x0] u${" ".repeat(480)}x\n`)],
    ["lines of escapes", repeated(`${"\u001b[".repeat(250)}\n`)],
    ["lines of numbers with a type", repeated(`usable ${"12345678 ".repeat(50)}\n`)],
    ["lines of labels with a type", repeated(`usable ${"base".repeat(100)}\n`)],
    ["lines of keys", repeated(`[    0.000001] mm: ${"a=".repeat(200)}\n`)],
    ["entries", repeated("BIOS-e820: [mem 0x0000-0x1fff] usable\n")],
    ["faulty entries", repeated("BIOS-e820: [mem 0x1000-0x0] usable\n")],
    ["descriptors", repeated("efi: mem00: [Conventional|WB] range=[0x0-0xfff] (0MB)\n")],
    ["resources", repeated("00000000-00000fff : System RAM\n")],
    ["printed maps", repeated("base: 0x1000, length: 0x1000, type: 0\n")],
    ["one line of entries", repeated("BIOS-e820: [mem 0x0000-0x1fff] usable ")],
    ["one line of labels", repeated("base: 0x1000, length: 0x1000, type: usable ")],
    ["one line of ranges", repeated("0x1000 - 0x1fff usable ")],
    ["one line of structures", repeated("Entry { base: 0x1000, length: 0x1000, entry_type: ")],
    ["lines of structures that do not end", repeated("MemoryDescriptor {\n")],
    ["lines of types", repeated(`type: ${"usable ".repeat(60)}\n`)],
    ["lines of fields", repeated(`base: 0x1 ${"word: 1 ".repeat(60)}\n`)],
    ["lines of tags", repeated(`${"[tag] word: ".repeat(40)}0x1000 - \n`)],
    ["hypervisor's lines", repeated("(XEN)  [0000000000001000, 0000000000001fff] (usable)\n")],
    ["shell's lines", repeated("Available  0000000000001000-0000000000001FFF 0000000000000001\n")],
    [
      "maps of two tables",
      repeated("BIOS-e820: [mem 0x0-0xfff] usable\nuser: [mem 0x0-0xfff] usable\n"),
    ],
    ["an unfinished file", `{"entries": [${repeated('{"base": 0},')}`],
  ])("%s", (_, text) => {
    const start = performance.now();
    judge(text);
    expect(performance.now() - start).toBeLessThan(3000);
  });
});
