/**
 * One way down: what the kernel's files may import of each other, read from the sources. A file of
 * `src/mm` imports from its own floor and from lower ones, and no file stands in a circle.
 */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const SOURCES = fileURLToPath(new URL("../../src", import.meta.url));

/** The kernel's files, as paths below `src`. */
const FILES = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter((file) =>
  file.endsWith(".ts"),
);

/** The contract's files, as seen from `src`. */
const CONTRACT = readdirSync(join(SOURCES, "../abi")).map((file) => `../abi/${file}`);

/** What the shim calls, above everything. */
const ENTRY = "boot/kernel.ts";

/** Above src/mm: the entry, and what it does on request to show how a boot can end. */
const ABOVE = [ENTRY, "boot/crash.ts"];

/** The program's files, which stand on src/mm; only the entry stands on them. */
const PROGRAM = FILES.filter((file) => file.startsWith("program/"));

/** The floors of `src/mm`, lowest first: its folders, and the files that stand beside them. */
const FLOORS = [
  "frames.ts",
  "map",
  "buddy",
  "early",
  "paging",
  "runtime",
  "self_test",
  "memory_init.ts",
];

/** The floor of a file of `src/mm`, -1 for any other file. */
function floorOf(file: string): number {
  return file.startsWith("mm/") ? FLOORS.indexOf(file.split("/")[1]!) : -1;
}

/** The files that `file` imports or re-exports from. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(SOURCES, file), "utf8");
  return [...text.matchAll(/^(?:import|export|\}) .*from "(\.[^"]+)";$/gm)].map(
    ([, path]) => `${normalize(join(dirname(file), path!))}.ts`,
  );
}

/** Every file that `file` reaches, by any number of steps. */
function reachedFrom(file: string, seen = new Set<string>()): Set<string> {
  for (const next of importsOf(file)) {
    if (!seen.has(next)) reachedFrom(next, seen.add(next));
  }
  return seen;
}

describe("the kernel's sources", () => {
  test("import files that exist", () => {
    for (const file of FILES) {
      for (const imported of importsOf(file)) {
        expect([...FILES, ...CONTRACT], `${file} imports`).toContain(imported);
      }
    }
    // The pattern finds imports at all.
    expect(importsOf(ENTRY).length).toBeGreaterThan(5);
  });

  test.each(CONTRACT)("%s is below everything: it imports nothing", (file) => {
    const text = readFileSync(join(SOURCES, file), "utf8");
    expect(text).not.toMatch(/\b(import|from|require)\b.*["']/);
  });

  test.each(FILES)("%s is in no circle", (file) => {
    expect([...reachedFrom(file)]).not.toContain(file);
  });

  test.each(FILES.filter((file) => file.startsWith("boot/") && !ABOVE.includes(file)))(
    "%s is below src/mm: it imports nothing of it",
    (file) => {
      expect([...reachedFrom(file)].filter((reached) => reached.startsWith("mm/"))).toEqual([]);
    },
  );

  test.each(FILES.filter((file) => file.startsWith("mm/")))("%s imports no floor above", (file) => {
    expect(floorOf(file), "its floor").toBeGreaterThanOrEqual(0);
    const higher = importsOf(file).filter((imported) => floorOf(imported) > floorOf(file));
    expect(higher).toEqual([]);
  });

  test("have the program above src/mm, and the entry alone above the program", () => {
    expect(PROGRAM.length).toBeGreaterThan(10);
    for (const file of FILES.filter((other) => other !== ENTRY && !PROGRAM.includes(other))) {
      expect(
        importsOf(file).filter((imported) => PROGRAM.includes(imported)),
        file,
      ).toEqual([]);
    }
    for (const file of PROGRAM) {
      expect(
        importsOf(file).filter((imported) => ABOVE.includes(imported)),
        file,
      ).toEqual([]);
    }
  });

  test("stand on every floor", () => {
    expect(new Set(FILES.map(floorOf))).toEqual(new Set([-1, ...FLOORS.keys()]));
  });
});

describe("the judge's sources", () => {
  const JUDGE = fileURLToPath(new URL("../../tools/judge", import.meta.url));
  const files = readdirSync(JUDGE, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && !file.endsWith("_entry.ts"),
  );

  /** What `file` imports, as paths below the repository. */
  function importedBy(file: string): string[] {
    const text = readFileSync(join(JUDGE, file), "utf8");
    return [...text.matchAll(/ from "(\.[^"]+)";$/gm)].map(([, path]) =>
      normalize(join("tools/judge", dirname(file), path!)).replaceAll("\\", "/"),
    );
  }

  test.each(files)(
    "%s imports nothing of the benchmark, which stands on them, or of the command",
    (file) => {
      const below = /^(?:abi|sim|tools\/(?:formats|trace|judge))\//;
      expect(importedBy(file).filter((path) => !below.test(path))).toEqual([]);
    },
  );

  test("are what the benchmark stands on", () => {
    expect(files.length).toBeGreaterThan(20);
    expect(importedBy("measuring.ts")).toContain("sim/memory_map.ts");
  });
});
