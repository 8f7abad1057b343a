/** The README's figures of speed are those that docs/performance.md keeps of the last whole run. */

import { describe, expect, test } from "vitest";
import { page, rows, section } from "../support/markdown.ts";

const README = section(page("README.md"), "How fast it is");

/** Its words, wherever the lines break. */
const WORDS = README.replaceAll(/\s+/g, " ");
const RESULTS = page("docs/performance.md");

/** The columns of the README's table that are ratios, and the engines that they are of. */
const ENGINES = ["V8", "wasm3", "wasm2c"];

/** Those that are instructions in the guest, and the sections that they come from. */
const COUNTED: readonly (readonly [column: string, section: string])[] = [
  ["interpreted", "guest, instructions, median (min-max)"],
  ["machine code", "guest, aot, instructions, median (min-max)"],
];

/** The row of `name` in the section `title` of the results. */
function resultsOf(title: string, name: string): string[] {
  const row = rows(section(RESULTS, title)).find(([cell]) => cell === name);
  expect(row, `${title}: ${name}`).toBeDefined();
  return row!.slice(1);
}

describe("the README's figures", () => {
  const [head = [], ...table] = rows(README);

  test("have a row for each workload and a column for each engine", () => {
    expect(head.slice(1)).toEqual([...ENGINES, ...COUNTED.map(([column]) => column)]);
    expect(table).toHaveLength(
      resultsOf("V8: ratio to list buddy + per-CPU, median", "this kernel").length,
    );
  });

  test.each(ENGINES)("of %s are the ratios that were measured", (engine) => {
    const title = `${engine}: ratio to list buddy + per-CPU, median`;
    const column = table.map((cells) => cells[1 + ENGINES.indexOf(engine)]);
    expect(column).toEqual(resultsOf(title, "this kernel"));
  });

  test.each(COUNTED)("%s are the instructions that were counted", (name, title) => {
    const column = table.map((cells) => cells[head.indexOf(name)]);
    const counted = resultsOf(title, "this kernel").map((cell) => cell.replace(/ .*/, ""));
    expect(column).toEqual(counted);
  });

  test("of memory and of large blocks are those that were measured", () => {
    const seeding = rows(section(RESULTS, "Seeding from a memory map"));
    const [, , , bytes, time] = seeding.find(([map]) => map === "1 TiB")!;
    expect(WORDS).toContain(`${Number(bytes).toFixed(2)} bytes for each frame`);
    expect(WORDS).toContain(`${Number.parseFloat(time!).toFixed(0)} µs for 1 TiB`);
    const drop = "Free 2 MiB blocks after a load drop, share of the ideal";
    expect(WORDS).toContain(`${resultsOf(drop, "this kernel")[2]} of the free 2 MiB blocks`);
    expect(WORDS).toContain(`has ${resultsOf(drop, "list buddy + per-CPU")[2]}`);
  });

  test("of the goals count those that are not met", () => {
    const goals = rows(section(RESULTS, "Goals for this kernel")).slice(1);
    const missed = goals.filter((cells) => cells.at(-1) === "NOT MET");
    expect(WORDS).toContain(`Of the ${goals.length} goals ${missed.length} are not met`);
  });
});
