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
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { clearTimeout, setTimeout } from "node:timers";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
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

/** A mutant may make a loop endless: no step takes this many times as long as without a mutant. */
const PATIENCE = 3;

/** What starting a step takes on a busy machine, milliseconds. */
const START = 20_000;

/** How many test files are tried before all others. */
const LIKELIEST = 3;

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

/** The longest time that a timer can wait, milliseconds: no limit. */
const UNLIMITED = 2 ** 31 - 1;

/** Runs node with `args` in the copy; true if it succeeds within `limit` milliseconds. */
function succeeds(args, limit) {
  child = spawn("node", args, { cwd: tree, stdio: "ignore", detached: true });
  const timer = setTimeout(endChild, limit);
  return new Promise((resolve) =>
    child.on("exit", (status) => {
      clearTimeout(timer);
      resolve(status === 0);
    }),
  );
}

/** How long the build took without a mutant, milliseconds. */
let buildTime = UNLIMITED;

/** Builds the kernel of the copy; false if it does not compile. */
function build() {
  const compiler = join(tree, "scripts/compile_kernel.mjs");
  const output = join(tree, "builddir/kernel.wasm");
  return succeeds([compiler, output, `${output}.d`], limitFor(buildTime));
}

/** How long a step may take that took `time` without a mutant; both in milliseconds. */
function limitFor(time) {
  return Math.min(START + PATIENCE * time, UNLIMITED);
}

/** How long each test file took without a mutant, milliseconds. */
const times = new Map();

/** How long `files` took, or those of all groups. */
function timeOf(files) {
  if (times.size === 0) return UNLIMITED;
  return files.reduce((sum, file) => sum + (times.get(file) ?? 0), 0);
}

/** How often a test file was the first to fail, by the folder of the mutant. */
const killers = new Map();

/** Notes which files vitest's report says have failed, for mutants of `folder`, or how long they took. */
function read(report, folder) {
  const known = killers.get(folder) ?? new Map();
  killers.set(folder, known);
  for (const { name, status, startTime, endTime } of report.testResults) {
    if (status === "failed") known.set(name, (known.get(name) ?? 0) + 1);
    else if (folder === "") times.set(name, endTime - startTime);
  }
}

/** Runs the tests of the copy that `which` selects, which took `time`; true if they pass. */
async function pass(folder, which, time) {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const report = join(tree, "report.json");
  rmSync(report, { force: true });
  const options = ["--bail", "1", "--silent", "--reporter", "json", "--outputFile", report];
  const passed = await succeeds([vitest, "run", ...which, ...options], limitFor(time));
  if (existsSync(report)) read(JSON.parse(readFileSync(report, "utf8")), folder);
  return passed;
}

/**
 * Runs the tests of the copy; true if they pass. Those that killed most of the other mutants of
 * `folder` come first, then the quicker group. No folder, "", is no mutant.
 */
async function testsPass(folder) {
  const groups = ["unit", "property"].map((group) => ["--project", group]);
  const known = [...(killers.get(folder) ?? [])].toSorted(([, a], [, b]) => b - a);
  const first = known.slice(0, LIKELIEST).map(([name]) => name);
  if (first.length > 0) {
    const which = first.map((name) => relative(tree, name));
    if (!(await pass(folder, [...groups.flat(), ...which], timeOf(first)))) return false;
  }
  const left = UNAFFECTED.flatMap((pattern) => ["--exclude", pattern]);
  const all = timeOf([...times.keys()]);
  for (const group of groups) {
    if (!(await pass(folder, [...group, ...left], all))) return false;
  }
  return true;
}

for (const path of COPIED) cpSync(join(root, path), join(tree, path), { recursive: true });
symlinkSync(join(root, "node_modules"), join(tree, "node_modules"));
mkdirSync(join(tree, "builddir"));
for (const [index, [file, original]] of chosen) {
  const places = readFileSync(sourceOf(file), "utf8").split(original).length - 1;
  if (places !== 1) unusable(`mutant ${index} of ${file} fits ${places} places: ${original}`);
}
const began = Date.now();
if (!(await build())) unusable("the kernel does not compile");
buildTime = Date.now() - began;
if (!(await testsPass(""))) unusable("the tests fail without a mutant; run npm test first");

const outcomes = { killed: [], SURVIVED: [], "does not compile": [] };
for (const [index, [file, original, mutant]] of chosen) {
  const path = sourceOf(file);
  const text = readFileSync(path, "utf8");
  writeFileSync(
    path,
    text.replace(original, () => mutant),
  );
  const compiles = await build();
  const outcome = !compiles
    ? "does not compile"
    : (await testsPass(dirname(file)))
      ? "SURVIVED"
      : "killed";
  writeFileSync(path, text);
  outcomes[outcome].push(`${index} ${file}: ${original} -> ${mutant || "(nothing)"}`);
  console.log(`${index} ${file}: ${outcome}`);
}
const { killed, SURVIVED: survivors, "does not compile": broken } = outcomes;
for (const survivor of survivors) console.log(`survivor ${survivor}`);
console.log(`mutants: ${chosen.length} applied, ${killed.length} killed`);
if (broken.length > 0) unusable(`these do not compile:\n${broken.join("\n")}`);
process.exit(survivors.length > 0 ? 1 : 0);
