/**
 * One way down: what the kernel's files may import of each other, read from the sources.
 */

import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const SOURCES = fileURLToPath(new URL("../../src", import.meta.url));

/** The kernel's files, as paths below `src`. */
const FILES = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter((file) =>
  file.endsWith(".ts"),
);

/** What the shim calls, above everything. */
const ENTRY = "boot/kernel.ts";

/** The roof: the entry, and what it does on request to show how a boot can end. */
const ROOF = [ENTRY, "boot/crash.ts"];

/** Floors of `src/mm` that the design names, ground first. */
const FLOORS = [
  "frames",
  "memory_map",
  "reservations",
  "page_table",
  "linear_memory",
  "storage_plan",
  "carve",
  "physical_allocator",
  "memory_init",
];

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
      for (const imported of importsOf(file)) expect(FILES, `${file} imports`).toContain(imported);
    }
    // The pattern finds imports at all.
    expect(importsOf(ENTRY).length).toBeGreaterThan(5);
  });

  test.each(FILES)("%s is in no circle", (file) => {
    expect([...reachedFrom(file)]).not.toContain(file);
  });

  test.each(FILES.filter((file) => file.startsWith("boot/") && !ROOF.includes(file)))(
    "%s is ground: it imports nothing of src/mm",
    (file) => {
      expect([...reachedFrom(file)].filter((reached) => reached.startsWith("mm/"))).toEqual([]);
    },
  );

  test.each(FILES.filter((file) => FLOORS.includes(basename(file, ".ts"))))(
    "%s stands on lower floors only",
    (file) => {
      const floor = FLOORS.indexOf(basename(file, ".ts"));
      const higher = FLOORS.slice(floor).map((name) => `mm/${name}.ts`);
      expect([...reachedFrom(file)].filter((reached) => higher.includes(reached))).toEqual([]);
    },
  );
});
