import { describe, expect, it } from "vitest";
import { MemoryType } from "../../abi/memory_type.ts";
import { MapError, UnknownFormatError } from "../../tools/formats/map_input.ts";
import { FORMS, readMemoryMap } from "../../tools/formats/read_map.ts";
import { entry } from "./entry.ts";

const { USABLE, RESERVED } = MemoryType;

/** The error that reading `text` ends with. */
function errorOf(text: string): MapError {
  try {
    readMemoryMap(text);
  } catch (error) {
    if (error instanceof MapError) return error;
    throw error;
  }
  throw new Error("a map was read");
}

describe("texts that are whole only in part", () => {
  it("leaves a cut line out and names it", () => {
    const map = readMemoryMap(
      "BIOS-e820: [mem 0x0000-0x0fff] usable\nBIOS-e820: [mem 0x1000-0x1f\n",
    );
    expect(map.entries).toEqual([entry(0, 0x1000, USABLE)]);
    expect(map.notes).toEqual(["line 2: not a whole entry, left out: BIOS-e820: [mem 0x1000-0x1f"]);
  });

  it("leaves a range out that ends before it begins", () => {
    const map = readMemoryMap(
      "BIOS-e820: [mem 0x0-0xfff] usable\nBIOS-e820: [mem 0x2000-0x1ffe] usable",
    );
    expect(map.entries).toEqual([entry(0, 0x1000, USABLE)]);
    expect(map.notes[0]).toMatch(/^line 2: ends before it begins, left out/);
  });

  it("takes an inclusive range that ends right before it begins as empty", () => {
    const map = readMemoryMap("BIOS-e820: [mem 0x1000-0xfff] usable");
    expect(map.entries).toEqual([entry(0x1000, 0x1000, USABLE)]);
  });

  it("takes the last address that there is", () => {
    const map = readMemoryMap("BIOS-e820: [mem 0xfffffffffffff000-0xffffffffffffffff] reserved");
    expect(map.entries).toEqual([{ base: 0xfffffffffffff000n, length: 0x1000n, type: RESERVED }]);
  });

  it("takes all of the address space for as long as a length can say", () => {
    const map = readMemoryMap("BIOS-e820: [mem 0x0-0xffffffffffffffff] reserved");
    expect(map.entries).toEqual([{ base: 0n, length: 2n ** 64n - 1n, type: RESERVED }]);
  });

  it("counts faulty lines that are too many to be shown", () => {
    const map = readMemoryMap(
      "BIOS-e820: [mem 0x0-0xfff] usable\n" + "BIOS-e820: nonsense\n".repeat(20),
    );
    expect(map.notes).toHaveLength(6);
    expect(map.notes.at(-1)).toBe("15 more lines like these");
  });

  it("reads the last of several boots, with headers between them or not", () => {
    const boot = (last: string) =>
      `BIOS-e820: [mem 0x0-0xfff] usable\nBIOS-e820: [mem 0x1000-${last}] usable\n`;
    const headed = readMemoryMap(
      `BIOS-provided physical RAM map:\n${boot("0x1fff")}BIOS-provided physical RAM map:\n${boot("0x2fff")}`,
    );
    expect(headed.entries).toEqual([entry(0, 0x1000, USABLE), entry(0x1000, 0x3000, USABLE)]);
    expect(headed.notes).toEqual(["the map is there 2 times; the last is read"]);
    expect(readMemoryMap(boot("0x1fff") + boot("0x2fff"))).toEqual(headed);
    // Another machine's log before it, with nothing in common but the header.
    const other = "BIOS-e820: [mem 0x7000-0x8fff] usable\nLinux version 6.1\n";
    expect(readMemoryMap(other + boot("0x2fff")).entries).toEqual(headed.entries);
  });

  it("reads the best table that there is where the firmware's is missing", () => {
    const map = readMemoryMap(
      "modified: [mem 0x0-0xfff] reserved\nXen: [mem 0x0-0xfff] usable\nuser: hello\n",
    );
    expect(map.format).toBe("Linux boot log (BIOS-e820 lines)");
    expect(map.entries).toEqual([entry(0, 0x1000, USABLE)]);
    expect(map.notes).toEqual([
      'the tables "modified" that Linux made of it are left out',
      'the firmware\'s own table is not there; read from "Xen"',
    ]);
  });

  it("says that a map without usable memory may be a part of one", () => {
    const map = readMemoryMap("BIOS-e820: [mem 0x0-0xfff] ACPI data");
    expect(map.notes).toEqual(["no usable memory is listed; is the text whole?"]);
  });

  it("does not mind the escapes of a terminal, nor other ends of lines", () => {
    const map = readMemoryMap(
      "\u001b[32m[    0.000000]\u001b[0m BIOS-e820: [mem 0x0-0xfff] \u001b[1musable\u001b[0m\r\nend",
    );
    expect(map.entries).toEqual([entry(0, 0x1000, USABLE)]);
  });
});

describe("texts that are no memory map", () => {
  it.each([
    ["", "there is nothing to read"],
    [" \n\t\n", "there is nothing to read"],
    ["hello, world", "no memory map is in this text"],
    ["[    0.000000] Linux version 6.1.0\n[    0.1] usable", "no memory map is in this text"],
  ])("%j: lists every form, with an example that it reads", (text, beginning) => {
    const error = errorOf(text);
    expect(error).toBeInstanceOf(UnknownFormatError);
    expect(error.message.startsWith(beginning)).toBe(true);
    for (const { name, example } of FORMS) {
      expect(error.message).toContain(`  ${name}\n    ${example.replaceAll("\n", "\n    ")}`);
      expect(readMemoryMap(example)).toMatchObject({ format: name, entries: [{ type: USABLE }] });
    }
  });

  it.each([
    ["{", /^this begins like JSON and is not: /],
    ['{"source": "x"}', /^a memory map file holds /],
    ['{"entries": [null]}', /^each entry of a memory map is an object/],
    ['{"entries": [{"base": "0x0", "length": "-1", "type": 0}]}', /^entry 0: length: "-1" is not/],
    ['{"entries": [{"base": 0, "length": 1, "type": "ram"}]}', /^entry 0: unknown type "ram"/],
    ["00000000-00000000 : System RAM\n  00000000-00000000 : Kernel code", /sudo cat \/proc\/iomem/],
    ["a0000000-bfffffff : PCI Bus 0000:00", /lists no memory/],
    ["BIOS-e820: [mem gone", /^no BIOS-e820 line can be read; line 1: not a whole entry/],
    ["efi: mem00: gone", /^no "efi: mem" line can be read; line 1: not a whole entry/],
    ['[    0.000000] boot: SlopOS 0.1.0 loader="x" hhdm=0x0 entries=9', /lists no memory map/],
  ])("%j: says what is wrong with it", (text, message) => {
    const error = errorOf(text);
    expect(error).not.toBeInstanceOf(UnknownFormatError);
    expect(error.message).toMatch(message);
  });

  it("reads a file that lists no entries: what the kernel says to that is its own affair", () => {
    expect(readMemoryMap('{"entries": []}').entries).toEqual([]);
  });
});
