/**
 * The arithmetic behind the benchmark's figures, on numbers that can be checked by eye and on drawn
 * ones by counting.
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { quantile, ratios, summarise } from "../../tools/judge/workloads/statistics.ts";

describe("statistics of samples", () => {
  test("of one are that one, without noise", () => {
    expect(summarise([7])).toEqual({ median: 7, min: 7, max: 7, spread: 0 });
  });

  test("do not depend on the order and leave the samples as they were", () => {
    const samples = [9, 1, 5, 3, 7];
    expect(summarise(samples)).toEqual({ median: 5, min: 1, max: 9, spread: 4 });
    expect(samples).toEqual([9, 1, 5, 3, 7]);
  });

  test("sort by value and not by spelling", () => {
    expect(summarise([10, 9, 100]).median).toBe(10);
  });

  test("lie between two samples where there is no middle one", () => {
    expect(summarise([1, 2]).median).toBe(1.5);
    expect(quantile([0, 10], 0.25)).toBe(2.5);
  });

  test("need a sample", () => {
    expect(() => summarise([])).toThrow(RangeError);
  });

  test("have as many samples below the median as above it", () => {
    const samples = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(samples, (values) => {
        const { median, min, max } = summarise(values);
        const below = values.filter((value) => value < median).length;
        const above = values.filter((value) => value > median).length;
        expect(Math.max(below, above)).toBeLessThanOrEqual(values.length / 2);
        expect([min, max]).toEqual([Math.min(...values), Math.max(...values)]);
      }),
    );
  });

  test("divide round by round", () => {
    expect(ratios([2, 9], [4, 3])).toEqual([0.5, 3]);
    expect(() => ratios([1], [1, 2])).toThrow(RangeError);
  });
});
