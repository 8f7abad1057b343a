/** The labels of a plot's horizontal axis. */

import { expect, test } from "vitest";
import { countTicks, shortCount } from "../../explorer/src/allocator/plot_ticks.ts";
import { Random } from "../../tools/trace/random.ts";

test.each([
  [0, "0"],
  [9999, "9,999"],
  [10_000, "10 k"],
  [250_000, "250 k"],
  [2_500_000, "2.5 M"],
  [16_000_000, "16 M"],
])("%i is written %s", (count, text) => {
  expect(shortCount(count)).toBe(text);
});

test.each([
  [0, 1, 8, [0, 1]],
  [0, 10, 5, [0, 2, 4, 6, 8, 10]],
  [0, 8_300_000, 9, [0, 1e6, 2e6, 3e6, 4e6, 5e6, 6e6, 7e6, 8e6]],
  [1200, 4100, 3, [2000, 3000, 4000]],
] as const)("from %i to %i with room for %i", (from, to, most, ticks) => {
  expect(countTicks(from, to, most)).toEqual(ticks);
});

test("there are never more than fit, and always some", () => {
  const random = new Random(2);
  for (let round = 0; round < 2000; ++round) {
    const from = random.below(10 ** random.below(8));
    const to = from + 1 + random.below(10 ** random.below(9));
    const most = random.below(12);
    const ticks = countTicks(from, to, most);
    expect(ticks.length).toBeLessThanOrEqual(Math.max(1, most) + 1);
    const gaps = ticks.slice(1).map((tick, at) => tick - ticks[at]!);
    expect(new Set(gaps).size).toBeLessThanOrEqual(1);
    for (const tick of ticks) expect(tick >= from && tick <= to && tick % 1 === 0).toBe(true);
  }
});
