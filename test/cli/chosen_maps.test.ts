/**
 * Texts that hold several maps: which of them is read, and whether what is said of the others is
 * true.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryType } from "../../abi/memory_type.ts";
import { MapError } from "../../tools/formats/map_input.ts";
import { readMemoryMap } from "../../tools/formats/read_map.ts";
import { missingUsable, usableBytes } from "../../tools/formats/usable.ts";
import { draws } from "../support/seeds.ts";
import { entry } from "./entry.ts";

const { USABLE, RESERVED } = MemoryType;

const E820 = "Linux boot log (BIOS-e820 lines)";
const EFI = "Linux boot log (efi: mem lines)";
const HEADER = "BIOS-provided physical RAM map:\n";

const bios = (first: string, last: string) => `BIOS-e820: [mem 0x${first}-0x${last}] usable\n`;
const efi = (index: number, first: string, last: string) =>
  `efi: mem0${index}: [Conventional|WB] range=[0x${first}-0x${last}] (0MB)\n`;

describe("maps of different forms in one text", () => {
  it("reads the firmware's own where both are whole", () => {
    const map = readMemoryMap(bios("1000", "1fff") + efi(0, "1000", "1fff"));
    expect(map.format).toBe(EFI);
    expect(map.notes).toEqual([`${E820}: also in the text, left out`]);
  });

  it("reads the whole one, even if the other covers the same memory", () => {
    const map = readMemoryMap(bios("1000", "1fff") + efi(1, "1000", "1fff"));
    expect(map.format).toBe(E820);
    expect(map.notes).toEqual([`${EFI}: incomplete, left out`]);
  });

  it("reads the one with the most memory where each has some that the other lacks", () => {
    const map = readMemoryMap(bios("1000", "4fff") + efi(0, "8000", "8fff"));
    expect(map.format).toBe(E820);
    expect(map.notes).toEqual([
      `${EFI}: lacks 16 KiB of usable memory, left out, though it has 4 KiB that the other lacks`,
    ]);
  });

  it("reads the firmware's rather than a system's that has more, and says so", () => {
    const map = readMemoryMap(`${bios("1000", "1fff")}00001000-00004fff : System RAM`);
    expect(map.format).toBe(E820);
    expect(map.notes).toEqual([
      "/proc/iomem: made from the firmware's map, left out, though it has 12 KiB that the other lacks",
    ]);
  });

  it("says nothing of a system's that has nothing to add", () => {
    const map = readMemoryMap(`${bios("1000", "4fff")}00001000-00001fff : System RAM`);
    expect(map.format).toBe(E820);
    expect(map.notes).toEqual([]);
  });

  it("reads a system's rather than the rest of the firmware's", () => {
    const map = readMemoryMap(`${efi(5, "1000", "1fff")}00001000-00004fff : System RAM`);
    expect(map.format).toBe("/proc/iomem");
    expect(map.notes).toEqual([`${EFI}: incomplete, left out`]);
  });

  it("says that another form in the text cannot be read", () => {
    const map = readMemoryMap(`${bios("1000", "1fff")}efi: mem00: gone`);
    expect(map.notes[0]).toMatch(
      /^Linux boot log \(efi: mem lines\): cannot be read: no "efi: mem"/,
    );
  });

  it("reads a hypervisor's rather than its guest's", () => {
    const map = readMemoryMap(
      "(XEN)  [0000000000001000, 0000000000001fff] (usable)\nXen: [mem 0x1000-0x8fff] usable",
    );
    expect(map.format).toBe("Xen boot log (RAM map)");
    expect(map.entries).toEqual([entry(0x1000, 0x2000, USABLE)]);
  });
});

describe("tables of Linux in one text", () => {
  it("reads the firmware's, though a later one has more, if its header is there", () => {
    const text = `${HEADER}${bios("1000", "1fff")}user: [mem 0x1000-0x4fff] usable`;
    expect(readMemoryMap(text).entries).toEqual([entry(0x1000, 0x2000, USABLE)]);
  });

  it("reads a later one that has more, if the firmware's was cut", () => {
    const modified = "modified: [mem 0x1000-0x4fff] usable";
    const map = readMemoryMap(bios("4000", "4fff") + modified);
    expect(map.entries).toEqual([entry(0x1000, 0x5000, USABLE)]);
    expect(map.notes).toEqual([
      'the table "BIOS" is not whole: it lacks 12 KiB of usable memory that "modified" lists',
      'the firmware\'s own table is not there; read from "modified"',
    ]);
    const damaged = `${HEADER}${bios("4000", "4fff")}BIOS-e820: [mem 0x10\n${modified}`;
    expect(readMemoryMap(damaged).entries).toEqual([entry(0x1000, 0x5000, USABLE)]);
  });

  it("does not take a guest's addresses for the machine's", () => {
    const map = readMemoryMap(`${bios("1000", "1fff")}Xen: [mem 0x10000-0x4ffff] usable`);
    expect(map.entries).toEqual([entry(0x1000, 0x2000, USABLE)]);
  });
});

describe("logs of several boots", () => {
  const whole = efi(0, "1000", "1fff") + efi(1, "2000", "2fff");

  it("reads the last, unless it was cut off and an earlier one is whole", () => {
    const both = [entry(0x1000, 0x2000, USABLE), entry(0x2000, 0x3000, USABLE)];
    const cut = readMemoryMap(whole + efi(0, "1000", "1fff"));
    expect(cut.entries).toEqual(both);
    expect(cut.notes).toEqual([
      "the map is there 2 times; the last is cut off, so an earlier one is read",
    ]);
    // What follows the last shows that it was not cut: memory was taken out of the machine.
    const smaller = readMemoryMap(`${whole}${efi(0, "1000", "1fff")}efi: EFI v2.7\n`);
    expect(smaller.entries).toEqual(both.slice(0, 1));
    expect(smaller.notes).toEqual(["the map is there 2 times; the last is read"]);
  });

  it("reads the last of the kernel's own", () => {
    const boot = (base: string) =>
      '[    0.000001] boot: SlopOS 0.1.0 loader="x" hhdm=0x0 entries=1\n' +
      `[    0.000002] memmap: 0x000000000000${base}000-0x000000000000${base}fff usable bytes=4096\n`;
    const map = readMemoryMap(boot("1") + boot("2"));
    expect(map.entries).toEqual([entry(0x2000, 0x3000, USABLE)]);
    expect(map.notes).toEqual([]);
  });

  it("reads the last that a kernel printed", () => {
    const lines = (last: string) => `0x1000 - 0x1fff : usable\n0x2000 - ${last} : usable\n`;
    const map = readMemoryMap(`${lines("0x2fff")}${lines("0x3fff")}end`);
    expect(map.entries).toEqual([entry(0x1000, 0x2000, USABLE), entry(0x2000, 0x4000, USABLE)]);
    expect(map.notes).toEqual(["the map is there 2 times; the last is read"]);
  });
});

describe("entries that the text counts", () => {
  it.each([
    [
      "MMap[0]: 0x1000 - 0x1fff len=4096, type=7, attr=0xf\nMMap[2]: 0x3000 - 0x3fff len=4096, type=7, attr=0xf",
      "1 of 3 entries are missing",
    ],
    [
      "e820 map has 4 items:\n  0: 0000000000001000 - 0000000000002000 = 1 RAM\n  1: 0000000000002000 - 0000000000003000 = 1 RAM",
      "2 of 4 entries are missing",
    ],
    [
      " 1. 0000000000001000-0000000000001fff: RAM\n 2. 0000000000002000-0000000000002fff: RAM",
      "1 of 3 entries are missing",
    ],
  ])("%j", (text, note) => {
    expect(readMemoryMap(text).notes).toEqual([note]);
    // So another form is better.
    expect(readMemoryMap(text + "\n" + bios("1000", "3fff")).format).toBe(E820);
  });
});

describe("lines that say things in more than one way", () => {
  it("are taken apart where a line holds several of a log", () => {
    const prefix = "<6>[    0.000000][    T0] ";
    const map = readMemoryMap(prefix + bios("1000", "1fff").trim() + prefix + bios("2000", "2fff"));
    expect(map.entries).toEqual([entry(0x1000, 0x2000, USABLE), entry(0x2000, 0x3000, USABLE)]);
    expect(map.notes).toEqual([]);
  });

  it("have a name beside the number, which needs no numbering then", () => {
    const map = readMemoryMap(
      "base=0x1000 len=0x1000 type=1 (usable)\nbase=0x2000 len=0x1000 type=2 (reserved)",
    );
    expect(map.entries).toEqual([entry(0x1000, 0x2000, USABLE), entry(0x2000, 0x3000, RESERVED)]);
  });

  it.each([
    ["0x1000 - 0x1fff : usable\n0x2000 - 0x3000 : usable", /^some ranges of this map end at odd/],
    ["base=0x1000 len=0x1000 type=0 attr=0xf", /^the types of this map are numbers/],
    ["base=4096000 len=4096000 usable", /^the numbers of this map may be decimal or hexadecimal/],
    ["base=1000 len=1001 usable", /^the numbers of this map may be decimal or hexadecimal/],
  ])("are refused if they contradict each other or do not say enough: %j", (text, message) => {
    expect(() => readMemoryMap(text)).toThrow(MapError);
    expect(() => readMemoryMap(text)).toThrow(message);
  });

  it("have a number that is none in the map's radix", () => {
    const map = readMemoryMap(
      "MemoryRegion { start: 0x1000, end: 0x2000, kind: Usable }\nMemoryRegion { start: 0x2000, end: 0x3000, kind: UnknownUefi(a) }",
    );
    expect(map.entries[1]).toEqual(entry(0x2000, 0x3000, RESERVED));
    expect(map.notes[0]).toMatch(/^line 2: unknown type "UnknownUefi\(a\)", taken as reserved/);
  });

  it("say that a device tree's region is the system's until a device wants it", () => {
    const map = readMemoryMap(
      "OF: reserved mem: 0x0000000080000000..0x0000000080000fff (4 KiB) map reusable linux,cma\n" +
        "OF: reserved mem: 0x0000000080001000..0x0000000080001fff (4 KiB) map non-reusable x@1\n" +
        "Early memory node ranges\n  node   0: [mem 0x0000000080000000-0x00000000800fffff]",
    );
    expect(map.entries).toEqual([
      entry(0x80000000, 0x80100000, USABLE),
      entry(0x80001000, 0x80002000, RESERVED),
    ]);
  });
});

describe("how much usable memory a map lacks", () => {
  const ENTRIES = fc.array(
    fc
      .tuple(fc.nat(40), fc.nat(12), fc.constantFrom(USABLE, RESERVED))
      .map(([base, length, type]) => ({
        base: BigInt(base),
        length: BigInt(length),
        type,
      })),
    { maxLength: 8 },
  );

  /** Addresses that `entries` have, one by one. */
  function addresses(entries: readonly { base: bigint; length: bigint }[]): Set<bigint> {
    const all = new Set<bigint>();
    for (const { base, length } of entries) {
      for (let at = base; at < base + length; ++at) all.add(at);
    }
    return all;
  }

  it("is what counting address by address comes to", () => {
    fc.assert(
      fc.property(ENTRIES, ENTRIES, (map, other) => {
        const usable = addresses(other.filter(({ type }) => type === USABLE));
        const told = addresses(map);
        expect(usableBytes(other)).toBe(BigInt(usable.size));
        const missing = [...usable].filter((at) => !told.has(at)).length;
        expect(missingUsable(map, other)).toBe(BigInt(missing));
      }),
      draws(7006, 500),
    );
  });
});
