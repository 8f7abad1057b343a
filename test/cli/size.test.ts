import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryType } from "../../abi/memory_type.ts";
import { MapError } from "../../tools/formats/map_input.ts";
import { formatBytes, parseSize, syntheticMap } from "../../tools/formats/size.ts";
import { draws } from "../support/seeds.ts";

const GIB = 2n ** 30n;

describe("sizes as people write them", () => {
  it.each([
    ["4096", 4096n],
    ["512M", 512n * 2n ** 20n],
    ["512 MB", 512n * 2n ** 20n],
    ["16TiB", 16n * 2n ** 40n],
    ["2g", 2n * GIB],
    ["64 KiB", 65536n],
    ["10 bytes", 10n],
    ["0b", 0n],
  ])("%s", (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each(["", "M", "-1", "1.5G", "0x1000", "12 apples", "1 M B", "1e3", "999999999999999999999"])(
    "refuses %j",
    (text) => {
      expect(parseSize(text)).toBeNull();
      expect(() => syntheticMap(text)).toThrow(MapError);
    },
  );

  it.each([
    [0, "0 bytes"],
    [512, "512 bytes"],
    [4096, "4 KiB"],
    [5376, "5.25 KiB"],
    [225280, "220 KiB"],
    [2 ** 30 - 2 ** 20, "1023 MiB"],
    [2n ** 40n - 2n ** 28n, "1.00 TiB"],
    [2n ** 40n - 2n ** 29n - 1n, "1023 GiB"],
    [2 ** 20 - 1, "1.00 MiB"],
    [12n * GIB, "12 GiB"],
    [2n ** 64n, "16777216 TiB"],
    [1234567, "1.18 MiB"],
    [234567, "229.1 KiB"],
  ])("writes %s as %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe("a PC of a given size", () => {
  it.each(["1M", "4097T", "0M"])("is not one of %s", (size) => {
    expect(() => syntheticMap(size)).toThrow(/between 2 MiB and 4096 TiB/);
  });

  it.each(["4096", "16", "2097151", " 512 "])("lacks a unit if it is %j", (size) => {
    const number = size.trim();
    expect(() => syntheticMap(size)).toThrow(
      `"${size}" has no unit; write ${number}M for MiB or ${number}G for GiB`,
    );
  });

  it("has as much memory as asked for, but for what hides below 1 MiB", () => {
    const sizes = fc.oneof(
      fc.bigInt({ min: 2n ** 21n, max: 2n ** 52n }),
      fc.constantFrom(3n * GIB, 3n * GIB - 4096n, 3n * GIB + 4096n, 4n * GIB, 2n ** 44n),
    );
    fc.assert(
      fc.property(sizes, (size) => {
        const { entries } = syntheticMap(size);
        const memory = entries.filter(
          ({ base, type }) => type !== MemoryType.RESERVED || base < 640n * 1024n,
        );
        const bytes = memory.reduce((sum, { length }) => sum + length, 0n);
        // 640 KiB to 1 MiB is memory that addresses of devices lie over.
        expect(bytes).toBe(size - (size % 4096n) - 384n * 1024n);
        let past = 0n;
        for (const { base, length } of entries) {
          expect(base).toBeGreaterThanOrEqual(past);
          expect(length).toBeGreaterThan(0n);
          past = base + length;
        }
        // Nothing but devices between 3 and 4 GiB.
        const inHole = memory.filter(
          ({ base, length }) => base < 4n * GIB && base + length > 3n * GIB,
        );
        expect(inHole).toEqual([]);
      }),
      draws(7011, 500),
    );
  });

  it("takes bytes as a number, as a big one and as a text", () => {
    expect(syntheticMap(2 ** 29)).toEqual(syntheticMap("512M"));
    expect(syntheticMap(2n ** 29n)).toEqual(syntheticMap("512M"));
  });
});
