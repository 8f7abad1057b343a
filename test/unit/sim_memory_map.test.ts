import { describe, expect, test } from "vitest";
import { MemoryType } from "../../abi/memory_type.ts";
import { MEMORY_TYPE_NAMES, parseMemoryMap, parseU64 } from "../../sim/memory_map.ts";
import { Owner, Ownership } from "../../sim/ownership.ts";
import { recordedMaps } from "../support/memmaps.ts";

describe("memory map files", () => {
  test("numbers may be hexadecimal, decimal or plain, up to 64 bits", () => {
    expect(parseU64("0xFFFFFFFFFFFFFFFF", "x")).toBe(2n ** 64n - 1n);
    expect(parseU64("18446744073709551615", "x")).toBe(2n ** 64n - 1n);
    expect(parseU64(4096, "x")).toBe(4096n);
  });

  test.each(["", "0x", "12k", "-1", "1e3", "0x10000000000000000", "18446744073709551616", 1.5, -1])(
    "%j is refused by name",
    (text) => {
      expect(() => parseU64(text, "entry 3: base")).toThrow(/entry 3: base.*not a 64-bit number/);
    },
  );

  test("types have names and numbers; an unknown name is refused", () => {
    const entry = { base: 0, length: 0 };
    const types = [...MEMORY_TYPE_NAMES, 0, 7, 99].map((type) => ({ ...entry, type }));
    const parsed = parseMemoryMap({ source: "", entries: types });
    expect(parsed.map(({ type }) => type)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 7, 99]);
    expect(MEMORY_TYPE_NAMES[MemoryType.FRAMEBUFFER]).toBe("framebuffer");
    const wrong = { source: "", entries: [{ ...entry, type: "ram" }] };
    expect(() => parseMemoryMap(wrong)).toThrow(/entry 0: unknown type "ram".*usable/);
  });

  test("something else than a map file is refused", () => {
    expect(() => parseMemoryMap({} as never)).toThrow(/a memory map file holds/);
    expect(() => parseMemoryMap(null as never)).toThrow(/a memory map file holds/);
  });

  test("every recorded map has usable memory", () => {
    const maps = recordedMaps();
    expect(maps.length).toBeGreaterThan(10);
    for (const { name, entries } of maps) {
      expect(entries.filter(({ type }) => type === MemoryType.USABLE).length, name).not.toBe(0);
    }
  });
});

describe("ownership of frames", () => {
  const own = (...entries: [number, number, number][]) =>
    new Ownership(
      entries.map(([base, length, type]) => ({ base: BigInt(base), length: BigInt(length), type })),
    );

  test("the stricter class wins where entries overlap", () => {
    const map = own([0x1000, 0x5000, MemoryType.USABLE], [0x3000, 0x1000, MemoryType.RESERVED]);
    expect(map.runs).toEqual([
      { start: 1, end: 3, owner: Owner.KERNEL },
      { start: 3, end: 4, owner: Owner.OTHERS },
      { start: 4, end: 6, owner: Owner.KERNEL },
    ]);
  });

  test("a frame in doubt is nobody's or the others'", () => {
    expect(own([0x1800, 0x1000, MemoryType.USABLE]).runs).toEqual([]);
    expect(own([0x1fff, 0x2, MemoryType.ACPI_NVS]).runs).toEqual([
      { start: 1, end: 3, owner: Owner.OTHERS },
    ]);
    expect(own([0x1800, 0x2000, MemoryType.BOOTLOADER_RECLAIMABLE]).runs).toEqual([
      { start: 1, end: 2, owner: Owner.OTHERS },
      { start: 2, end: 3, owner: Owner.LOADER },
      { start: 3, end: 4, owner: Owner.OTHERS },
    ]);
    expect(own([0x1800, 0x100, MemoryType.FRAMEBUFFER]).runs).toEqual([
      { start: 1, end: 2, owner: Owner.OTHERS },
    ]);
  });

  test("adjacent entries of one class are one run, empty ones nothing", () => {
    const map = own(
      [0x2000, 0x1000, MemoryType.USABLE],
      [0x1000, 0x1000, MemoryType.USABLE],
      [0x1000, 0, MemoryType.BAD],
    );
    expect(map.runs).toEqual([{ start: 1, end: 3, owner: Owner.KERNEL }]);
  });

  test("pieces fill the gaps", () => {
    const map = own([0x2000, 0x1000, MemoryType.USABLE], [0x5000, 0x2000, MemoryType.RESERVED]);
    expect([...map.pieces(0, 6)]).toEqual([
      { start: 0, end: 2, owner: Owner.NOBODY },
      { start: 2, end: 3, owner: Owner.KERNEL },
      { start: 3, end: 5, owner: Owner.NOBODY },
      { start: 5, end: 6, owner: Owner.OTHERS },
    ]);
    expect([...map.pieces(7, 9)]).toEqual([{ start: 7, end: 9, owner: Owner.NOBODY }]);
    expect([...map.pieces(3, 3)]).toEqual([]);
    expect([0, 2, 3, 6, 7].map((frame) => map.of(frame))).toEqual([
      Owner.NOBODY,
      Owner.KERNEL,
      Owner.NOBODY,
      Owner.OTHERS,
      Owner.NOBODY,
    ]);
  });
});
