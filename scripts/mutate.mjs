/**
 * Shows that the tests can fail: applies each mutant of test/mutation/mutants.mjs to a copy of the
 * tree, rebuilds what it touches and runs the unit and property tests, which must fail.
 *
 *     npm run test:mutate                 all mutants
 *     npm run test:mutate -- sanitise 12  those of a file, or the one with a number
 *
 * exit status: 0 every mutant died, 1 some survived (the report names them), 2 a mutant does not fit
 * the sources, or the tests fail without one
 */

import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { MUTANTS } from "../test/mutation/mutants.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What the copy needs of the tree. */
const COPIED = [
  "src",
  "sim",
  "test",
  "scripts",
  "asconfig.json",
  "package.json",
  "vitest.config.ts",
];

/** Tests that no change to `src/mm` can fail: those of the machine, the tree and the C sources. */
const UNAFFECTED = [
  "test/*/sim_*",
  "test/unit/layers*",
  "test/unit/dependencies*",
  "test/unit/host_*",
];

/** A mutant may make a loop endless: no run of the tests takes this long, milliseconds. */
const LIMIT = 300_000;

const wanted = process.argv.slice(2);
const chosen = [...MUTANTS.entries()].filter(
  ([index, [file]]) => wanted.length === 0 || wanted.includes(file) || wanted.includes(`${index}`),
);

const tree = mkdtempSync(join(tmpdir(), "slopos-mutants-"));
process.on("exit", () => rmSync(tree, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));

/** Ends with status 2: the mutants cannot be judged. */
function unusable(reason) {
  console.error(`mutate: ${reason}`);
  process.exit(2);
}

/** The path of `src/mm/<file>.ts` in the copy. */
function sourceOf(file) {
  return join(tree, "src/mm", `${file}.ts`);
}

/** Builds the kernel of the copy; false if it does not compile. */
function build() {
  const compiler = join(tree, "scripts/compile_kernel.mjs");
  const outputs = ["builddir/kernel.wasm", "builddir/kernel.wasm.d"].map((path) =>
    join(tree, path),
  );
  return spawnSync("node", [compiler, ...outputs], { cwd: tree, stdio: "ignore" }).status === 0;
}

/** Runs the tests of the copy; true if they pass. */
function testsPass() {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const groups = ["--project", "unit", "--project", "property"];
  const left = UNAFFECTED.flatMap((pattern) => ["--exclude", pattern]);
  const run = spawnSync("node", [vitest, "run", ...groups, ...left, "--bail", "1", "--silent"], {
    cwd: tree,
    stdio: "ignore",
    timeout: LIMIT,
    killSignal: "SIGKILL",
  });
  return run.status === 0;
}

for (const path of COPIED) cpSync(join(root, path), join(tree, path), { recursive: true });
symlinkSync(join(root, "node_modules"), join(tree, "node_modules"));
mkdirSync(join(tree, "builddir"));
for (const [index, [file, original]] of chosen) {
  const places = readFileSync(sourceOf(file), "utf8").split(original).length - 1;
  if (places !== 1) unusable(`mutant ${index} of ${file} fits ${places} places: ${original}`);
}
if (!build() || !testsPass()) unusable("the tests fail without a mutant; run npm test first");

const survivors = [];
for (const [index, [file, original, mutant]] of chosen) {
  const path = sourceOf(file);
  const text = readFileSync(path, "utf8");
  writeFileSync(
    path,
    text.replace(original, () => mutant),
  );
  const survives = build() && testsPass();
  writeFileSync(path, text);
  if (survives) survivors.push(`${index} ${file}: ${original} -> ${mutant || "(nothing)"}`);
  console.log(`${index} ${file}: ${survives ? "SURVIVED" : "killed"}`);
}
for (const survivor of survivors) console.log(`survivor ${survivor}`);
console.log(`mutants: ${chosen.length} applied, ${chosen.length - survivors.length} killed`);
process.exit(survivors.length > 0 ? 1 : 0);
