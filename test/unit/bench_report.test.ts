/**
 * What a reader gets to see of the benchmark: the tables, their place in a document, the plot.
 */

import { describe, expect, test } from "vitest";
import { REFERENCE, SUBJECT } from "../../bench/allocators.ts";
import { plot } from "../../bench/plot.ts";
import { report, withResults } from "../../bench/report.ts";
import { type Results } from "../../bench/results.ts";
import { table } from "../../bench/table.ts";

function around(median: number) {
  return { median, min: median / 2, max: median * 2, spread: 0 };
}

const RESULTS: Results = {
  facts: { processor: "a slow one" },
  rounds: 3,
  sampleMilliseconds: 100,
  speed: [
    { engine: "V8", measure: "W1", allocator: REFERENCE, frames: 1024, time: around(4) },
    {
      engine: "V8",
      measure: "W1",
      allocator: SUBJECT,
      frames: 1024,
      time: around(2),
      ratio: around(0.5),
    },
  ],
  fragmentation: [{ allocator: SUBJECT, mix: "order 0", share: 0.9612 }],
  seeding: [
    { allocator: SUBJECT, map: "4 GiB", frames: 1000, tableBytes: 300, time: around(2000) },
  ],
  startUp: [{ machine: "simulated", memory: "4 GiB", handoff: 1234.5, started: 9 }],
};

describe("a table", () => {
  test("has columns as wide as their widest cell, numbers to the right", () => {
    expect(
      table(
        ["", "n"],
        [
          ["one", "1"],
          ["eleven", "11"],
        ],
      ),
    ).toBe(["|        |  n |", "| ------ | -: |", "| one    |  1 |", "| eleven | 11 |"].join("\n"));
  });
});

describe("the report", () => {
  const text = report(RESULTS);

  test("shows machine, medians with ranges, ratios and goals", () => {
    expect(text).toContain("- processor: a slow one");
    expect(text).toMatch(/\| this kernel +\| 2\.00 \(1\.00-4\.00\) \|/);
    expect(text).toMatch(/\| this kernel +\| 0\.500 \|/);
    expect(text).toMatch(/\| W1, V8 +\| +<= 0\.40 \| +0\.50 \| +NOT MET \|/);
    expect(text).toMatch(/\| this kernel +\| +96\.1 % \|/);
    expect(text).toContain("0.300");
    expect(text).toMatch(/\| simulated +\| +4 GiB \| +1235 \|/);
  });

  test("leaves out what was not measured", () => {
    const { facts, rounds, sampleMilliseconds } = RESULTS;
    const nothing = { speed: [], fragmentation: [], seeding: [], startUp: [] };
    expect(report({ facts, rounds, sampleMilliseconds, ...nothing })).not.toContain("###");
  });

  test("takes its place in a document, again and again", () => {
    const marks = [
      "<!-- results: written by npm run bench -- --save -->",
      "<!-- end of results -->",
    ];
    const once = withResults(`before\n\n${marks.join("\n")}\n\nbehind\n`, RESULTS);
    expect(once.startsWith(`before\n\n${marks[0]}\n\n- processor`)).toBe(true);
    expect(once.endsWith(`|\n\n${marks[1]}\n\nbehind\n`)).toBe(true);
    expect(withResults(once, RESULTS)).toBe(once);
    expect(() => withResults("no place", RESULTS)).toThrow("results");
  });
});

describe("the plot", () => {
  test("is an SVG with a name for each allocator and measure, and colours for the dark", async () => {
    const svg = await plot(RESULTS);
    expect(svg).toMatch(/^<svg [^>]*><style>@media \(prefers-color-scheme:dark\)/);
    expect(svg).toContain(">this kernel<");
    expect(svg).toContain(">W3 uniform<");
    // The point, where its legend has another.
    expect(svg.match(/fill="#1f7ae0"/g)).toHaveLength(2);
  });
});
