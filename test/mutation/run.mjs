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

import { spawn } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { clearTimeout, setTimeout } from "node:timers";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { MUTANTS } from "./mutants.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** What the copy needs of the tree. */
const COPIED = [
  "abi",
  "src",
  "sim",
  "test",
  "docs",
  "scripts",
  "asconfig.json",
  "package.json",
  "vitest.config.ts",
];

/** Tests of what is not the kernel: the machine, the tree, the pages, the C sources, the benchmarks. */
const UNAFFECTED = [
  "test/unit/abi_numbers*",
  "test/*/sim_*",
  "test/unit/layers*",
  "test/unit/dependencies*",
  "test/unit/docs_*",
  "test/unit/bench_*",
  "test/unit/compile_kernel*",
  "test/unit/library*",
  "test/unit/workflows*",
  "test/unit/data_segments*",
  "test/unit/wasm_binary*",
];

/**
 * A mutant may make a loop endless: no build and no run of a group takes this many times as long as
 * all of them took without a mutant.
 */
const PATIENCE = 3;

const wanted = process.argv.slice(2);
const chosen = [...MUTANTS.entries()].filter(
  ([index, [file]]) =>
    wanted.length === 0 || wanted.includes(basename(file)) || wanted.includes(`${index}`),
);

const tree = mkdtempSync(join(tmpdir(), "slopos-mutants-"));
process.on("exit", () => {
  endChild();
  rmSync(tree, { recursive: true, force: true });
});
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

/** What runs now, the leader of a process group. */
let child = null;

/** Ends what runs now with all that it started. */
function endChild() {
  if (child?.exitCode === null) process.kill(-child.pid, "SIGKILL");
}

/** How long a step may take, milliseconds; none may take longer than a timer can wait. */
let limit = 2 ** 31 - 1;

/** Runs node with `args` in the copy; true if it succeeds within the limit. */
function succeeds(args) {
  child = spawn("node", args, { cwd: tree, stdio: "ignore", detached: true });
  const timer = setTimeout(endChild, limit);
  return new Promise((resolve) =>
    child.on("exit", (status) => {
      clearTimeout(timer);
      resolve(status === 0);
    }),
  );
}

/** Builds the kernel of the copy; false if it does not compile. */
function build() {
  const compiler = join(tree, "scripts/compile_kernel.mjs");
  return succeeds([
    compiler,
    join(tree, "builddir/kernel.wasm"),
    join(tree, "builddir/kernel.wasm.d"),
  ]);
}

/** Runs a group of the tests of the copy; true if they pass. */
function groupPasses(group) {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const left = UNAFFECTED.flatMap((pattern) => ["--exclude", pattern]);
  return succeeds([vitest, "run", "--project", group, ...left, "--bail", "1", "--silent"]);
}

/** Runs the tests of the copy, the quicker ones first; true if they pass. */
async function testsPass() {
  return (await groupPasses("unit")) && (await groupPasses("property"));
}

for (const path of COPIED) cpSync(join(root, path), join(tree, path), { recursive: true });
symlinkSync(join(root, "node_modules"), join(tree, "node_modules"));
mkdirSync(join(tree, "builddir"));
for (const [index, [file, original]] of chosen) {
  const places = readFileSync(sourceOf(file), "utf8").split(original).length - 1;
  if (places !== 1) unusable(`mutant ${index} of ${file} fits ${places} places: ${original}`);
}
const began = Date.now();
if (!(await build()) || !(await testsPass()))
  unusable("the tests fail without a mutant; run npm test first");
limit = PATIENCE * (Date.now() - began);

const outcomes = { killed: [], SURVIVED: [], "does not compile": [] };
for (const [index, [file, original, mutant]] of chosen) {
  const path = sourceOf(file);
  const text = readFileSync(path, "utf8");
  writeFileSync(
    path,
    text.replace(original, () => mutant),
  );
  const compiles = await build();
  const outcome = !compiles ? "does not compile" : (await testsPass()) ? "SURVIVED" : "killed";
  writeFileSync(path, text);
  outcomes[outcome].push(`${index} ${file}: ${original} -> ${mutant || "(nothing)"}`);
  console.log(`${index} ${file}: ${outcome}`);
}
const { killed, SURVIVED: survivors, "does not compile": broken } = outcomes;
for (const survivor of survivors) console.log(`survivor ${survivor}`);
console.log(`mutants: ${chosen.length} applied, ${killed.length} killed`);
if (broken.length > 0) unusable(`these do not compile:\n${broken.join("\n")}`);
process.exit(survivors.length > 0 ? 1 : 0);
