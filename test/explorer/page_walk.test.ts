/**
 * The explorer's page walker against the oracle of the paging tests, over every bundled machine and
 * over tables full of random bits.
 */

import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { walkAddress, walkAll } from "../../explorer/src/machine/page_walk.ts";
import { readMemoryMap } from "../../tools/formats/read_map.ts";
import { bootMap } from "../../tools/plan/boot_map.ts";
import { kernelModule } from "../support/kernel_module.ts";
import { type Mapping, mappingAt, walkPageTables } from "../support/page_walker.ts";

const MAPS = new URL("../memmaps/", import.meta.url);
const BOOTABLE = readdirSync(MAPS).filter((name) => !name.includes("pr288"));

/** What both walkers say of a run, in one form. */
function comparable({ virtual, physical, bytes, pageSize, writable, executable, pat }: Mapping) {
  return {
    virtual,
    physical: Number(physical),
    bytes: Number(bytes),
    pageBytes: Number(pageSize),
    writable,
    executable,
    memoryType: pat,
  };
}

describe("on machines", () => {
  test.each(BOOTABLE)("%s: every run and every table as the manual says", (name) => {
    const map = readMemoryMap(readFileSync(new URL(name, MAPS), "utf8"));
    const { machine } = bootMap(kernelModule(), map);
    const load = (address: number) => machine.physicalMemory.load(address);
    const expected = walkPageTables((address) => load(Number(address)), BigInt(machine.pageRoot));
    const found = walkAll(load, machine.pageRoot);
    // The oracle sorts by address as well; identity mappings are in the lower half, hence first.
    expect(found.runs).toEqual(expected.mappings.map(comparable));
    expect(found.tables.map(BigInt)).toEqual(expected.tables);
    for (const { virtual, bytes } of expected.mappings) {
      const walk = walkAddress(load, machine.pageRoot, virtual + bytes - 1n);
      const mapping = mappingAt(expected, virtual)!;
      expect(walk.page).toEqual({
        physical: Number(mapping.physical + mapping.bytes - 1n),
        pageBytes: Number(mapping.pageSize),
        writable: mapping.writable,
        executable: mapping.executable,
        user: mapping.user,
      });
      expect(walk.steps.at(-1)!.outcome).toBe("page");
    }
  });
});

describe("on random tables", () => {
  const FRAMES = 6;

  /** Entries that lead to a few frames, with all flags; reserved bits are left to the next test. */
  const entry = fc
    .record({
      present: fc.constantFrom(true, true, false),
      frame: fc.nat(FRAMES - 1),
      flags: fc.nat(0x1ff),
      large: fc.boolean(),
      noExecute: fc.boolean(),
    })
    .map(({ present, frame, flags, large, noExecute }) => {
      let value = BigInt(flags & 0x17e) | (BigInt(frame) * 4096n);
      if (present) value |= 1n;
      if (large) value = (value & ~0x3ffff000n) | 0x80n | (BigInt(frame) * 0x40000000n);
      if (noExecute) value |= 1n << 63n;
      return value;
    });
  const tables = fc.array(
    fc.record({ frame: fc.nat(FRAMES - 1), index: fc.nat(511), value: entry }),
    { minLength: 4, maxLength: 40 },
  );

  test("an address is walked to where the oracle's run maps it", () => {
    let mapped = 0;
    fc.assert(
      fc.property(tables, (entries) => {
        const words = new Map(
          entries.map(({ frame, index, value }) => [frame * 4096 + index * 8, value]),
        );
        // The top level never maps a page.
        for (let index = 0; index < 512; ++index) {
          const value = words.get(index * 8);
          if (value !== undefined) words.set(index * 8, value & ~0x80n);
        }
        const read = (address: number) => words.get(address) ?? 0n;
        let expected;
        try {
          expected = walkPageTables((address) => read(Number(address)), 0n);
        } catch {
          // A loop that comes back to the top level finds a reserved bit there.
          return;
        }
        for (const mapping of expected.mappings.slice(0, 50)) {
          ++mapped;
          const { page } = walkAddress(read, 0, mapping.virtual);
          expect(page?.physical).toBe(Number(mapping.physical));
          expect(page?.pageBytes).toBe(Number(mapping.pageSize));
          expect(page?.writable).toBe(mapping.writable);
          expect(page?.executable).toBe(mapping.executable);
          expect(page?.user).toBe(mapping.user);
        }
      }),
      { numRuns: 300 },
    );
    expect(mapped).toBeGreaterThan(100);
  });

  test("neighbours of different memory types are different runs, of one type the same", () => {
    const types = [0x3n, 0x3n, 0xbn, 0x9bn, 0x13n];
    const read = (address: number) => {
      const level = Math.floor(address / 4096);
      const index = (address % 4096) / 8;
      if (level < 3) return index === 0 ? BigInt((level + 1) * 4096) | 3n : 0n;
      const type = types[index];
      return type === undefined ? 0n : (BigInt(index + 16) * 4096n) | type;
    };
    const expected = walkPageTables((address) => read(Number(address)), 0n);
    expect(expected.mappings.length).toBe(4);
    expect(walkAll(read, 0).runs).toEqual(expected.mappings.map(comparable));
  });

  test("what the oracle refuses as reserved is a fault here", () => {
    const reserved: readonly (readonly [levels: number, value: bigint])[] = [
      [0, 0x80n],
      [1, 0x80n | 0x2000n],
      [2, 0x80n | 0x100000n],
    ];
    for (const [levels, value] of reserved) {
      const read = (address: number) => {
        const level = Math.floor(address / 4096);
        if (address % 4096) return 0n;
        return level < levels ? BigInt((level + 1) * 4096) | 3n : value | 3n;
      };
      expect(() => walkPageTables((address) => read(Number(address)), 0n)).toThrow(/reserved/);
      const walk = walkAddress(read, 0, 0n);
      expect(walk.page).toBeNull();
      expect(walk.fault).toContain("reserved bit");
    }
  });

  test.each([0x0000_8000_0000_0000n, 0xffff_7fff_ffff_ffffn, 0x1234_0000_0000_0000n])(
    "0x%s is not canonical",
    (virtual) => {
      const walk = walkAddress(() => 0n, 0, virtual);
      expect(walk.steps).toEqual([]);
      expect(walk.fault).toContain("not canonical");
    },
  );
});
