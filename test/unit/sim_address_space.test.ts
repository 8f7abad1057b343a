import { describe, expect, test } from "vitest";
import { AddressSpace } from "../../sim/address_space.ts";
import { LoaderTables } from "../../sim/loader_tables.ts";
import { Ownership } from "../../sim/ownership.ts";
import { type CpuFeatures, translatedBits } from "../../sim/page_entry.ts";
import { PhysicalMemory } from "../../sim/physical_memory.ts";
import { mappingAt, walkPageTables } from "../support/page_walker.ts";

const ALL: CpuFeatures = { nx: true, pages1G: true };
const ROOT = 0x1000;
const PDPT = 0x2000;
const PD = 0x3000;
const PT = 0x4000;

/** A virtual address from its four table indices and an offset. */
function virtualAt(pml4: number, pdpt: number, pd: number, pt: number, offset = 0): number {
  return pml4 * 2 ** 39 + pdpt * 2 ** 30 + pd * 2 ** 21 + pt * 2 ** 12 + offset;
}

/** One path of hand-made tables: entry 1 of each, down to a page at 0x7000. */
function handMade(features = ALL) {
  const memory = new PhysicalMemory();
  const ownership = new Ownership([{ base: 0n, length: 0x10000n, type: 0 }]);
  memory.store(ROOT + 8, BigInt(PDPT) | 3n);
  memory.store(PDPT + 8, BigInt(PD) | 3n);
  memory.store(PD + 8, BigInt(PT) | 3n);
  memory.store(PT + 8, 0x7003n);
  const space = new AddressSpace(memory, ownership, features, ROOT);
  const read = (address: bigint) => memory.load(Number(address));
  const walk = () => walkPageTables(read, BigInt(ROOT), features);
  return { memory, space, walk };
}

const PATH = virtualAt(1, 1, 1, 1);

describe("translation by hand-made tables", () => {
  test("follows four levels", () => {
    const { space, walk } = handMade();
    expect(space.translate(PATH + 0x123)).toEqual({
      physical: 0x7123,
      pageBytes: 4096,
      writable: true,
      executable: true,
    });
    expect(space.tables()).toEqual([ROOT, PDPT, PD, PT]);
    expect(walk()).toEqual({
      tables: [ROOT, PDPT, PD, PT].map(BigInt),
      mappings: [
        {
          virtual: BigInt(PATH),
          physical: 0x7000n,
          bytes: 4096n,
          pageSize: 4096n,
          writable: true,
          executable: true,
          user: false,
          pat: 0,
          global: false,
        },
      ],
    });
  });

  test.each([
    [4, virtualAt(2, 1, 1, 1)],
    [3, virtualAt(1, 2, 1, 1)],
    [2, virtualAt(1, 1, 2, 1)],
    [1, virtualAt(1, 1, 1, 2)],
  ])("an absent level-%i entry is a fault that names the level", (level, virtual) => {
    expect(handMade().space.translate(virtual)).toBe(`its level-${level} entry is not present`);
  });

  test.each([ROOT, PDPT, PD, PT])("rights add up: the entry in table 0x%x decides", (table) => {
    const { memory, space, walk } = handMade();
    const entry = memory.load(table + 8);
    memory.store(table + 8, entry & ~2n);
    expect(space.translate(PATH)).toMatchObject({ writable: false, executable: true });
    expect(walk().mappings[0]).toMatchObject({ writable: false, executable: true });
    memory.store(table + 8, entry | (1n << 63n));
    expect(space.translate(PATH)).toMatchObject({ writable: true, executable: false });
    expect(walk().mappings[0]).toMatchObject({ writable: true, executable: false });
  });

  test("large pages: 2 MiB and 1 GiB, with PAT at bit 12", () => {
    const { memory, space, walk } = handMade();
    memory.store(PD + 8, 0x200000n | 0x1083n | 0x8n);
    expect(space.translate(PATH + 0x123)).toMatchObject({
      physical: 0x200000 + 0x1123,
      pageBytes: 2 ** 21,
    });
    expect(walk().mappings[0]).toMatchObject({ physical: 0x200000n, pat: 5, pageSize: 2n ** 21n });
    memory.store(PDPT + 8, 0x40000083n);
    expect(space.translate(PATH)).toMatchObject({
      physical: 0x40000000 + 0x201000,
      pageBytes: 2 ** 30,
    });
    expect(walk().mappings[0]).toMatchObject({ physical: 0x40000000n, pageSize: 2n ** 30n });
    expect(walk().tables).toHaveLength(2);
  });

  test("physical addresses reach 52 bits, virtual ones the upper half", () => {
    const { memory, space, walk } = handMade();
    memory.store(ROOT + 8 * 511, BigInt(PDPT) | 3n);
    memory.store(PT + 8, 0x000ffffffffff003n);
    expect(space.translate(virtualAt(511, 1, 1, 1))).toMatchObject({ physical: 2 ** 52 - 4096 });
    expect(walk().mappings[1]).toMatchObject({
      virtual: 0xffffff8040201000n,
      physical: 0xffffffffff000n,
    });
  });

  test.each<[string, number, bigint, Partial<CpuFeatures>]>([
    ["bit 7 of a top-level entry", ROOT, 0x80n, {}],
    ["address bits below the page size", PD, 0x80n | 0x2000n, {}],
    ["bit 7 without 1 GiB pages", PDPT, 0x80n, { pages1G: false }],
    ["bit 63 without NX", PT, 1n << 63n, { nx: false }],
  ])("reserved: %s", (reason, table, bits, features) => {
    const { memory, space, walk } = handMade({ ...ALL, ...features });
    memory.store(table + 8, (table === PD ? 0x200003n : memory.load(table + 8)) | bits);
    expect(space.translate(PATH)).toContain(reason);
    expect(walk).toThrow(/reserved bits 0x/);
  });

  test("a table outside memory is a fault", () => {
    const { memory, space } = handMade();
    memory.store(PD + 8, 0x80000003n);
    expect(space.translate(PATH)).toBe("the level-1 table at 0x80000000 is not memory");
  });

  test("canonical addresses only", () => {
    expect(translatedBits(0x00007fffffffffffn)).toBe(2 ** 47 - 1);
    expect(translatedBits(0xffff800000000000n)).toBe(2 ** 47);
    expect(translatedBits(-1n)).toBe(2 ** 48 - 1);
    expect(translatedBits(0x0000800000000000n)).toBe(-1);
    expect(translatedBits(0xffff7fffffffffffn)).toBe(-1);
  });
});

describe("the loader's tables", () => {
  test.each([
    { pages1G: true, sizes: [4096n, 2n ** 21n, 2n ** 30n, 2n ** 21n, 4096n] },
    { pages1G: false, sizes: [4096n, 2n ** 21n, 4096n] },
  ])("use the largest pages that fit (1 GiB pages: $pages1G)", ({ pages1G, sizes }) => {
    const memory = new PhysicalMemory(0xa5);
    let next = 0x100000;
    const tables = new LoaderTables(memory, { nx: true, pages1G }, () => (next += 4096));
    const start = 2 ** 30 - 2 ** 21 - 4096;
    const bytes = 2 ** 30 + 2 * (2 ** 21 + 4096);
    tables.map(2 ** 47 + start, start, bytes, { write: true, execute: false });
    const read = (address: bigint) => memory.load(Number(address));
    const walk = walkPageTables(read, BigInt(tables.root), { pages1G });
    expect(walk.mappings.map(({ pageSize }) => pageSize)).toEqual(sizes);
    expect(walk.mappings.reduce((sum, mapping) => sum + mapping.bytes, 0n)).toBe(BigInt(bytes));
    for (const { virtual, physical, writable, executable } of walk.mappings) {
      expect(virtual - physical).toBe(0xffff800000000000n);
      expect([writable, executable]).toEqual([true, false]);
    }
    expect(walk.tables.length).toBe((next - 0x100000) / 4096);
    expect(mappingAt(walk, 0xffff800000000000n)).toBeUndefined();
  });

  test("map write-combining through PAT entry 5", () => {
    const memory = new PhysicalMemory();
    let next = 0x100000;
    const tables = new LoaderTables(memory, ALL, () => (next += 4096));
    const combine = { write: true, execute: true, combine: true };
    tables.map(2 ** 21 - 4096, 2 ** 21 - 4096, 2 ** 21 + 4096, combine);
    const read = (address: bigint) => memory.load(Number(address));
    const { mappings } = walkPageTables(read, BigInt(tables.root));
    expect(mappings.map(({ pageSize, pat }) => [pageSize, pat])).toEqual([
      [4096n, 5],
      [2n ** 21n, 5],
    ]);
  });
});
