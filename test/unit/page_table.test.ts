/**
 * Page tables by example: each rule about sizes, refusals and unwinding by name. Random ones are in
 * test/property/page_table.test.ts.
 */

import { beforeAll, describe, expect, test } from "vitest";
import { Access, Code, PageTables, pageTableModule } from "../support/page_table_harness.ts";
import { mappingAt } from "../support/page_walker.ts";

const KIB = 1n << 10n;
const MIB = 1n << 20n;
const GIB = 1n << 30n;
const PAGE = 4n * KIB;
const HIGH = 0xffff_c000_0000_0000n;
const FIRST_HIGH = 0xffff_8000_0000_0000n;
const PAST_LOW = 0x8000_0000_0000n;
const LAST_PAGE = 0xffff_ffff_ffff_f000n;

beforeAll(() => {
  pageTableModule();
}, 60_000);

/** `[pageSize, bytes]` of each mapping, in address order. */
function sizes(tables: PageTables): (readonly [bigint, bigint])[] {
  return tables.walk().mappings.map(({ pageSize, bytes }) => [pageSize, bytes]);
}

describe("the size of pages", () => {
  test("grows towards the middle of a range and shrinks towards its end", () => {
    const tables = new PageTables();
    const start = HIGH + GIB - 2n * MIB - PAGE;
    const bytes = PAGE + 2n * MIB + GIB + 2n * MIB + PAGE;
    expect(tables.map(start, start - HIGH, bytes, Access.WRITE)).toBe(Code.NONE);
    expect(sizes(tables)).toEqual([
      [PAGE, PAGE],
      [2n * MIB, 2n * MIB],
      [GIB, GIB],
      [2n * MIB, 2n * MIB],
      [PAGE, PAGE],
    ]);
    // Root, one below it, two and two at the ends.
    expect(tables.ownedFrames).toBe(6);
  });

  test.each([
    ["1 GiB needs a processor that has it", { pages1G: false }, 0n, 2n * MIB],
    ["1 GiB needs physical memory aligned to it", {}, 2n * MIB, 2n * MIB],
    ["2 MiB needs physical memory aligned to it", {}, PAGE, PAGE],
    ["else it is 1 GiB", {}, 0n, GIB],
  ])("%s", (_, cpu, physical, pageSize) => {
    const tables = new PageTables(cpu);
    expect(tables.map(HIGH, physical, GIB, Access.READ)).toBe(Code.NONE);
    expect(sizes(tables)).toEqual([[pageSize, GIB]]);
  });

  test("is 4 KiB where the range ends before a whole larger page", () => {
    const tables = new PageTables();
    expect(tables.map(HIGH, 0n, 2n * MIB - PAGE, Access.READ)).toBe(Code.NONE);
    expect(sizes(tables)).toEqual([[PAGE, 2n * MIB - PAGE]]);
  });
});

describe("what a mapping allows", () => {
  const rights = (access: number, physical: bigint, nx = true) => {
    const tables = new PageTables({ nx });
    expect(tables.map(HIGH, physical, 2n * MIB, access)).toBe(Code.NONE);
    return mappingAt(tables.walk(), HIGH);
  };

  test.each([
    ["read", Access.READ, { writable: false, executable: false, pat: 0 }],
    ["write", Access.WRITE, { writable: true, executable: false, pat: 0 }],
    ["execute", Access.EXECUTE, { writable: false, executable: true, pat: 0 }],
    [
      "write-combining",
      Access.WRITE | Access.WRITE_COMBINING,
      { writable: true, executable: false, pat: 5 },
    ],
  ])("%s, in small pages and in large ones, and nothing for users", (_, access, expected) => {
    expect(rights(access, PAGE)).toMatchObject({ ...expected, pageSize: PAGE, user: false });
    expect(rights(access, 0n)).toMatchObject({ ...expected, pageSize: 2n * MIB, user: false });
  });

  test("without NX nothing forbids execution, and the reserved bit stays clear", () => {
    expect(rights(Access.READ, 0n, false)).toMatchObject({ executable: true, writable: false });
  });
});

describe("refused without a change:", () => {
  /** Tables that hold a page of 2 MiB and a small one. */
  function mapped(): PageTables {
    const tables = new PageTables();
    expect(tables.map(HIGH, 0n, 2n * MIB + PAGE, Access.WRITE)).toBe(Code.NONE);
    return tables;
  }

  test.each([
    ["an empty range", HIGH + GIB, 0n, 0n, Access.READ, Code.INVALID_DESCRIPTOR],
    ["a crooked virtual address", HIGH + GIB + 8n, 0n, PAGE, Access.READ, Code.INVALID_DESCRIPTOR],
    ["a crooked physical address", HIGH + GIB, 8n, PAGE, Access.READ, Code.INVALID_DESCRIPTOR],
    ["a crooked length", HIGH + GIB, 0n, PAGE + 1n, Access.READ, Code.INVALID_DESCRIPTOR],
    ["writable and executable", HIGH + GIB, 0n, PAGE, 3, Code.INVALID_DESCRIPTOR],
    ["2^52 and above", HIGH + GIB, 1n << 52n, PAGE, Access.READ, Code.INVALID_DESCRIPTOR],
    ["across 2^52", HIGH, (1n << 52n) - PAGE, 2n * PAGE, Access.READ, Code.INVALID_DESCRIPTOR],
    ["the hole of addresses", PAST_LOW, 0n, PAGE, Access.READ, Code.INVALID_ADDRESS],
    ["into the hole", PAST_LOW - PAGE, 0n, 2n * PAGE, Access.READ, Code.INVALID_ADDRESS],
    ["out of the hole", FIRST_HIGH - PAGE, 0n, 2n * PAGE, Access.READ, Code.INVALID_ADDRESS],
    ["round the end", LAST_PAGE, 0n, 2n * PAGE, Access.READ, Code.INVALID_ADDRESS],
    ["over a large page", HIGH - PAGE, 0n, 2n * PAGE, Access.READ, Code.BUSY],
    ["inside a large page", HIGH + PAGE, 0n, PAGE, Access.READ, Code.BUSY],
    ["over a small page", HIGH + 2n * MIB, 0n, 2n * MIB, Access.READ, Code.BUSY],
    ["behind 2 GiB of room", HIGH - 2n * GIB, 0n, 3n * GIB, Access.READ, Code.BUSY],
  ])("map, %s", (_, virtual, physical, bytes, access, code) => {
    const tables = mapped();
    const before = tables.snapshot();
    expect(tables.map(virtual, physical, bytes, access)).toBe(code);
    expect(tables.snapshot()).toEqual(before);
  });

  test.each([
    ["an empty range", HIGH, 0n, Code.INVALID_DESCRIPTOR],
    ["a crooked address", HIGH + 1n, PAGE, Code.INVALID_DESCRIPTOR],
    ["the hole of addresses", PAST_LOW, PAGE, Code.INVALID_ADDRESS],
    ["from inside a large page", HIGH + PAGE, 2n * MIB, Code.INVALID_ADDRESS],
    ["to inside a large page", HIGH - PAGE, 2n * PAGE, Code.INVALID_ADDRESS],
  ])("unmap, %s", (_, virtual, bytes, code) => {
    const tables = mapped();
    const before = tables.snapshot();
    expect(tables.unmap(virtual, bytes)).toBe(code);
    expect(tables.snapshot()).toEqual(before);
    expect(tables.flushed).toEqual([]);
  });
});

describe("when frames run out", () => {
  test.each([
    ["small and large pages", HIGH + GIB - PAGE, GIB + 2n * MIB + 2n * PAGE, {}],
    ["small pages in three tables", HIGH + PAGE, 6n * MIB, {}],
    ["large pages in three tables", HIGH + 2n * MIB, 3n * GIB, { pages1G: false }],
    ["two top-level entries", HIGH - 2n * PAGE, 4n * PAGE, {}],
    ["the end of the address space", LAST_PAGE - 2n * MIB, 2n * MIB + PAGE, {}],
  ])("at any table, every frame comes back: %s", (_, virtual, bytes, cpu) => {
    const physical = virtual & (GIB - 1n);
    const enough = new PageTables(cpu);
    expect(enough.map(virtual, physical, bytes, Access.WRITE)).toBe(Code.NONE);
    const needed = enough.ownedFrames - 1;
    expect(needed).toBeGreaterThanOrEqual(3);

    const tables = new PageTables(cpu);
    const before = tables.snapshot();
    for (let frames = 0; frames < needed; ++frames) {
      tables.budget = frames;
      expect(tables.map(virtual, physical, bytes, Access.WRITE)).toBe(Code.OUT_OF_FRAMES);
      expect(tables.snapshot()).toEqual(before);
      expect([tables.budget, tables.tablesInUse]).toEqual([frames, 1]);
    }
    tables.budget = needed;
    expect(tables.map(virtual, physical, bytes, Access.WRITE)).toBe(Code.NONE);
    expect(tables.budget).toBe(0);
  });

  test("the translations dropped cover every page that was there for a moment", () => {
    const tables = new PageTables();
    tables.budget = 3;
    // Three tables map the page in front; the fourth would be for the page behind.
    const start = HIGH + 2n * MIB - PAGE;
    expect(tables.map(start, 0n, 2n * PAGE, Access.WRITE)).toBe(Code.OUT_OF_FRAMES);
    expect(tables.flushed).toContain(start);
  });
});

describe("unmap", () => {
  test("drops each translation and every table that became empty", () => {
    const tables = new PageTables();
    const bytes = 2n * MIB + 2n * PAGE;
    expect(tables.map(HIGH, 0n, bytes, Access.WRITE)).toBe(Code.NONE);
    expect(tables.map(HIGH + 4n * MIB, 0n, PAGE, Access.READ)).toBe(Code.NONE);
    expect(tables.unmap(HIGH, bytes)).toBe(Code.NONE);
    expect(tables.flushed).toEqual(
      expect.arrayContaining([HIGH, HIGH + 2n * MIB, HIGH + 2n * MIB + PAGE]),
    );
    expect(sizes(tables)).toEqual([[PAGE, PAGE]]);
    expect(tables.ownedFrames).toBe(4);
    expect(tables.translate(HIGH)).toBeNull();
    expect(tables.translate(HIGH + 4n * MIB + 5n)).toBe(5n);
  });

  test("of what is not mapped is no error", () => {
    const tables = new PageTables();
    expect(tables.unmap(HIGH, GIB)).toBe(Code.NONE);
    expect(tables.ownedFrames).toBe(1);
  });
});

describe("a root", () => {
  test("is released with all its tables and without its pages", () => {
    const tables = new PageTables();
    expect(tables.map(HIGH + PAGE, 0n, 2n * GIB, Access.WRITE)).toBe(Code.NONE);
    expect(tables.ownedFrames).toBeGreaterThan(3);
    tables.release(tables.root);
    expect([tables.ownedFrames, tables.tablesInUse]).toEqual([0, 0]);
  });

  test("shares the subtree of a top-level entry with another", () => {
    const tables = new PageTables();
    expect(tables.map(HIGH + PAGE, 0n, PAGE, Access.WRITE)).toBe(Code.NONE);
    const other = tables.newRoot();
    tables.share(other, HIGH);
    expect(tables.walk(other).mappings).toEqual(tables.walk().mappings);
    expect(tables.map(HIGH, 0n, PAGE, Access.READ)).toBe(Code.NONE);
    expect(tables.walk(other).mappings).toEqual(tables.walk().mappings);
  });
});

test("an address that is not canonical translates to nothing", () => {
  const tables = new PageTables();
  expect(tables.map(FIRST_HIGH, 0n, PAGE, Access.WRITE)).toBe(Code.NONE);
  expect(tables.translate(FIRST_HIGH)).toBe(0n);
  expect(tables.translate(PAST_LOW)).toBeNull();
});
