/**
 * Random map and unmap calls in dense windows of the address space, side by side with a model that
 * is a list of pages. After every call the raw tables are walked as the processor manual says.
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import { Access, Code, PageTables } from "../support/page_table_harness.ts";
import { PageTableModel } from "../support/page_table_model.ts";
import { draws, usesOwnSeeds } from "../support/seeds.ts";

const SEED = 4_2026;
const PAGE = 1n << 12n;
const LARGE_PAGE = 1n << 21n;
const HUGE_PAGE = 1n << 30n;
const HALF = 1n << 47n;
const ADDRESS_SPACE = 1n << 64n;

/** Where windows are laid: borders of tables of each level, and of what is canonical. */
const BORDERS: readonly bigint[] = [
  0n,
  LARGE_PAGE * 3n,
  HUGE_PAGE,
  1n << 39n,
  HALF,
  ADDRESS_SPACE - HALF,
  ADDRESS_SPACE - (1n << 46n),
  ADDRESS_SPACE,
];

/** A whole number of some grain, small enough to collide with others. */
const distance = fc
  .tuple(
    fc.oneof(
      { weight: 3, arbitrary: fc.constant(PAGE) },
      { weight: 4, arbitrary: fc.constant(LARGE_PAGE) },
      { weight: 2, arbitrary: fc.constant(HUGE_PAGE) },
    ),
    fc.integer({ min: -3, max: 3 }),
  )
  .map(([grain, count]) => grain * BigInt(count));

/** Lengths around what one page and one table hold; now and then none, or no whole page. */
const length = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(
        fc.constantFrom(PAGE, LARGE_PAGE, HUGE_PAGE),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: -2, max: 2 }),
      )
      .map(([grain, count, slip]) => {
        const bytes = grain * BigInt(count) + PAGE * BigInt(slip);
        return bytes > 0n ? bytes : PAGE;
      }),
  },
  { weight: 1, arbitrary: fc.constantFrom(0n, 1n, PAGE + 8n, ADDRESS_SPACE - PAGE) },
);

/** Physical minus virtual address, modulo 2^40: what page sizes it permits differs. */
const skew = fc.constantFrom(0n, 5n * HUGE_PAGE, 7n * LARGE_PAGE, LARGE_PAGE + PAGE, PAGE * 511n);

const access = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(Access.READ, Access.WRITE, Access.EXECUTE, 5) },
  { weight: 1, arbitrary: fc.constantFrom(3, 4, 7) },
);

/** Frames that a call may use up; mostly as many as it likes. */
const frames = fc.oneof(
  { weight: 3, arbitrary: fc.constant(Infinity) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 6 }) },
);

const step = fc.record({
  kind: fc.constantFrom("map", "map", "unmap"),
  border: fc.nat({ max: 1 }),
  offset: fc.tuple(distance, distance).map(([a, b]) => a + b),
  slip: fc.oneof({ weight: 15, arbitrary: fc.constant(0n) }, fc.constantFrom(1n, 0x800n)),
  bytes: length,
  skew,
  access,
  frames,
});

const program = fc.record({
  cpu: fc.record({ nx: fc.boolean(), pages1G: fc.boolean() }),
  borders: fc.tuple(fc.constantFrom(...BORDERS), fc.constantFrom(...BORDERS)),
  steps: fc.array(step, { minLength: 1, maxLength: 16 }),
});

/** `value` modulo 2^64, as the code sees it. */
const u64 = (value: bigint) => BigInt.asUintN(64, value);

/** Checks that the tables hold exactly what the model says, in no more tables than that takes. */
function expectEqual(tables: PageTables, model: PageTableModel): void {
  const walk = tables.walk();
  expect(walk.mappings).toEqual(model.mappings());
  expect(walk.tables).toHaveLength(model.tables);
  expect(new Set(walk.tables).size).toBe(model.tables);
  expect([tables.ownedFrames, tables.tablesInUse]).toEqual([model.tables, model.tables]);
}

test("map, unmap and translate do what a list of pages does", () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(program, ({ cpu, borders, steps }) => {
      const tables = new PageTables(cpu);
      let model = new PageTableModel(cpu);
      for (const { kind, border, offset, slip, bytes, ...rest } of steps) {
        const virtual = u64(borders[border]! + offset + slip);
        // Pages of 4 KiB only: a range of gigabytes would be a matter of patience.
        const isSmall = rest.skew % LARGE_PAGE !== 0n;
        const size = isSmall && bytes > 8n * LARGE_PAGE ? 2n * LARGE_PAGE : bytes;
        const physical = u64(virtual + rest.skew) % (1n << 40n);
        const before = tables.snapshot();
        let code: number;
        let expected: PageTableModel | readonly number[];
        if (kind === "map") {
          tables.budget = rest.frames;
          expected = model.map(virtual, physical, size, rest.access, rest.frames);
          code = tables.map(virtual, physical, size, rest.access);
        } else {
          expected = model.unmap(virtual, size);
          code = tables.unmap(virtual, size);
        }
        if (expected instanceof PageTableModel) {
          expect(code).toBe(Code.NONE);
          model = expected;
          for (const inside of [0n, size / 2n, size - 1n, size]) {
            const address = u64(virtual + inside);
            expect(tables.translate(address)).toBe(model.translate(address));
          }
        } else {
          expect(expected).toContain(code);
          expect(tables.snapshot()).toEqual(before);
        }
        expectEqual(tables, model);
        seen.set(`${kind} ${code}`, (seen.get(`${kind} ${code}`) ?? 0) + 1);
      }
    }),
    draws(SEED, 150),
  );
  if (!usesOwnSeeds) return;
  // The programs reach every way in which a call can end.
  expect([...seen.keys()].sort()).toEqual(
    [
      ...[
        Code.NONE,
        Code.INVALID_DESCRIPTOR,
        Code.OUT_OF_FRAMES,
        Code.INVALID_ADDRESS,
        Code.BUSY,
      ].map((code) => `map ${code}`),
      ...[Code.NONE, Code.INVALID_DESCRIPTOR, Code.INVALID_ADDRESS].map((code) => `unmap ${code}`),
    ].sort(),
  );
});
