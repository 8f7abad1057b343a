/**
 * The allocator core against the model, over windows that lie where it could go wrong.
 */

import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { allocatorModule, type Run } from "../support/allocator_harness.ts";
import { Duel, type Step, steps } from "../support/allocator_steps.ts";
import { draws } from "../support/seeds.ts";

const SEED = 20_260;
const GIB = 2 ** 18;
const TOP = 2 ** 32;

let module: WebAssembly.Module;
beforeAll(() => {
  module = allocatorModule();
}, 60_000);

/** Windows with holes: [start, count] pairs, sorted, around the border that gives the name. */
const WINDOWS: Record<string, [number, number][]> = {
  "a word": [[64 * 100, 64]],
  "first frames": [[1, 200]],
  "holes within words": [
    [6400, 3],
    [6404, 1],
    [6410, 54],
    [6465, 62],
    [6529, 130],
  ],
  "border of a pageblock": [
    [512 * 40 - 65, 64],
    [512 * 40, 511],
    [512 * 41 + 1, 600],
  ],
  "several pageblocks": [[512 * 64, 512 * 4]],
  "16 MiB": [
    [4096 - 130, 129],
    [4096, 140],
    [4096 + 512, 512],
  ],
  "1 GiB": [
    [GIB - 600, 600],
    [GIB, 600],
  ],
  "4 GiB": [
    [4 * GIB - 300, 300],
    [4 * GIB, 200],
  ],
  "all zones": [
    [4000, 90],
    [4096 + 64, 100],
    [4 * GIB - 64, 64],
    [4 * GIB + 100, 100],
    [9 * GIB + 640, 70],
  ],
  "last frames": [[TOP - 700, 700]],
  "far islands in one GiB": [
    [7 * GIB + 5, 20],
    [7 * GIB + 20_000, 70],
  ],
};

function toRuns(pairs: [number, number][]): Run[] {
  return pairs.map(([start, count]) => ({ start, count }));
}

describe("windows", () => {
  for (const [name, pairs] of Object.entries(WINDOWS)) {
    test(name, { timeout: 60_000 }, () => {
      fc.assert(
        fc.property(steps(9, 60), (list: Step[]) => {
          const duel = new Duel(module, toRuns(pairs));
          duel.run(list, { lookEvery: 12 });
          duel.drain();
        }),
        draws(SEED, 50),
      );
    });
  }
});

/** Runs drawn around a border: gaps and lengths from frames to pageblocks. */
const drawnRuns = fc
  .record({
    border: fc.constantFrom(1, 64, 512, 4096, GIB, 4 * GIB, 5 * GIB, TOP - 3000),
    pieces: fc.array(
      fc.tuple(
        fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 600 })),
        fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 900 })),
      ),
      { minLength: 1, maxLength: 5 },
    ),
    before: fc.integer({ min: 0, max: 700 }),
  })
  .map(({ border, pieces, before }) => {
    const runs: Run[] = [];
    let at = Math.max(1, border - before);
    for (const [gap, count] of pieces) {
      const start = at + (runs.length ? gap : 0);
      if (start >= TOP) break;
      runs.push({ start, count: Math.min(count, TOP - start) });
      at = start + count;
    }
    return runs;
  });

test("drawn windows", { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(drawnRuns, steps(9, 40), (runs, list) => {
      const duel = new Duel(module, runs);
      duel.run(list, { lookEvery: 20 });
      duel.drain();
    }),
    draws(SEED, 250),
  );
});

test("GiBs of memory and blocks of every order", { timeout: 240_000 }, () => {
  const runs = toRuns([
    [3 * GIB + 512 * 3 + 7, GIB - 512 * 3 - 7],
    [4 * GIB, GIB + 1000],
  ]);
  fc.assert(
    fc.property(steps(18, 40), (list) => {
      const duel = new Duel(module, runs);
      duel.run(list, { lookEvery: 25 });
    }),
    draws(SEED, 25),
  );
});

test("the model itself tells right from wrong", () => {
  const duel = new Duel(module, toRuns([[64, 64]]));
  const frame = duel.page(0);
  expect(() => duel.model.allocated(frame, 0, 0)).not.toThrow();
  expect(duel.model.allocated(frame, 0, 0)).toBe("not free");
  expect(duel.model.allocated(0, 5, 0)).toMatch(/no frame/);
});
