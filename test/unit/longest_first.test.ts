/** The list of the slowest test files names files that are there, each once. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { LONGEST } from "../support/longest_first.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

it.each(LONGEST)("%s is there", (file) => {
  expect(existsSync(join(ROOT, file))).toBe(true);
});

it("no file comes twice", () => {
  expect(new Set(LONGEST).size).toBe(LONGEST.length);
});
