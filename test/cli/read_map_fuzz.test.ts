import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type MemoryMapEntry } from "../../sim/memory_map.ts";
import { MapError } from "../../tools/formats/map_input.ts";
import { FORMS, readMemoryMap } from "../../tools/formats/read_map.ts";
import { draws } from "../support/seeds.ts";

const FOLDER = new URL("fixtures/", import.meta.url);
const FIXTURES = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".txt"))
  .map((name) => readFileSync(new URL(name, FOLDER), "utf8"));
const TEXTS = [...FIXTURES, ...FORMS.map(({ example }) => example)];

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
    expect(notes.length).toBeLessThan(12);
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
    ["an unfinished file", `{"entries": [${repeated('{"base": 0},')}`],
  ])("%s", (_, text) => {
    const start = performance.now();
    judge(text);
    expect(performance.now() - start).toBeLessThan(3000);
  });
});
