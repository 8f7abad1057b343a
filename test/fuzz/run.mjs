/**
 * Fuzzes the C parts of the project on this machine: the stub loader's parsers, the shim's reading
 * of a loader's answers, and the shim as a whole with hostile wasm modules.
 *
 *     node test/fuzz/run.mjs [--runs N | --seconds N] [--seed N] [target ...]
 *
 *   --runs N      inputs for each libFuzzer target (default 20000), and a fiftieth as many mutants
 *                 of the kernel that are drawn
 *   --seconds N   fuzz each target for this time instead
 *   --seed N      the same seed draws the same inputs (default 1, with --seconds a new one)
 *
 * Targets: config elf memory_map requests paging boot_info clock keyboard screen modules; default
 * all. Builds what it needs in builddir/fuzz. Inputs that find something are kept in
 * builddir/fuzz/findings; to see one again: builddir/fuzz/TARGET FILE.
 *
 * exit status: 0 nothing found, 1 something found, 2 wrong arguments, 3 cannot build
 */

import { spawnSync } from "node:child_process";
import { Buffer } from "node:buffer";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { OUTPUT, ROOT, build } from "./build.mjs";
import { KERNELS } from "./kernels.mjs";
import { runModules } from "./modules.mjs";
import { flipped, structured } from "./mutants.mjs";

const FUZZERS = [
  "config",
  "elf",
  "memory_map",
  "requests",
  "paging",
  "boot_info",
  "clock",
  "keyboard",
  "screen",
];
const TARGETS = [...FUZZERS, "modules"];

/** Longest input; the targets read no more of one. */
const INPUT_MAX = 512;

/** Modules of a batch when time is the limit, about a second's work. */
const BATCH = 100;

/** A seed as bytes: a text as it is, hexadecimal digits without what follows a # in a line. */
function readSeed(path) {
  const text = readFileSync(path);
  if (!path.endsWith(".hex")) return text;
  return Buffer.from(text.toString().replaceAll(/#.*|\s/g, ""), "hex");
}

/** Runs a libFuzzer target; returns its executions and whether it ended well. */
function runFuzzer(target, { runs, seconds, seed }) {
  const seeds = join(ROOT, "test/fuzz/seeds", target);
  const corpus = mkdtempSync(join(tmpdir(), "slopos-fuzz-"));
  const findings = join(OUTPUT, "findings");
  mkdirSync(findings, { recursive: true });
  try {
    for (const name of readdirSync(seeds))
      writeFileSync(join(corpus, name), readSeed(join(seeds, name)));
    const { status, stderr } = spawnSync(
      join(OUTPUT, target),
      [
        corpus,
        seconds ? `-max_total_time=${seconds}` : `-runs=${runs}`,
        `-seed=${seed}`,
        `-max_len=${INPUT_MAX}`,
        "-timeout=10",
        // Nothing here is meant to free all it takes, and some containers forbid the leak check.
        "-detect_leaks=0",
        "-print_final_stats=1",
        `-artifact_prefix=${findings}/${target}-`,
      ],
      { encoding: "utf8", maxBuffer: 1 << 28 },
    );
    const executions = Number(/number_of_executed_units: (\d+)/.exec(stderr)?.[1] ?? 0);
    if (status !== 0) console.error(stderr.split("\n").slice(-60).join("\n"));
    return { executions, passed: status === 0 && executions > 0 };
  } finally {
    rmSync(corpus, { recursive: true, force: true });
  }
}

/** The modules to run, in batches: those that are always the same, then drawn ones. */
function* batches({ runs, seconds, seed }) {
  const kernel = readFileSync(join(ROOT, "builddir/kernel.wasm"));
  const drawn = Math.ceil(runs / 50);
  yield [...KERNELS, ...structured(kernel), ...(seconds ? [] : flipped(kernel, drawn, seed))];
  const end = Date.now() + 1000 * seconds;
  for (let next = seed; Date.now() < end; next++) yield [...flipped(kernel, BATCH, next)];
}

async function runModuleTarget(options) {
  const totals = {};
  let executions = 0;
  let passed = true;
  for (const batch of batches(options)) {
    const { counts, findings } = await runModules(batch);
    executions += batch.length;
    for (const [outcome, count] of Object.entries(counts)) {
      totals[outcome] = (totals[outcome] ?? 0) + count;
    }
    for (const finding of findings) console.error(finding);
    passed &&= findings.length === 0;
  }
  const summary = Object.entries(totals).map(([outcome, count]) => `${outcome}=${count}`);
  return { executions, passed, summary: summary.sort().join(" ") };
}

function usageError(message) {
  console.error(`fuzz: error: ${message} (see the head of test/fuzz/run.mjs)`);
  process.exit(2);
}

function readArguments() {
  const string = { type: "string" };
  const options = { runs: string, seconds: string, seed: string };
  let parsed;
  try {
    parsed = parseArgs({ options, allowPositionals: true });
  } catch (error) {
    usageError(error.message);
  }
  const { values, positionals } = parsed;
  const number = (name, byDefault) => {
    const text = values[name];
    if (text !== undefined && !/^[1-9]\d{0,8}$/.test(text)) {
      usageError(`--${name} must be a whole number from 1, not '${text}'`);
    }
    return text === undefined ? byDefault : Number(text);
  };
  const wrong = positionals.find((name) => !TARGETS.includes(name));
  if (wrong) usageError(`no target '${wrong}'; there are ${TARGETS.join(", ")}`);
  const seconds = number("seconds", 0);
  const draw = () => 1 + Math.floor(Math.random() * 999999999);
  return {
    runs: number("runs", 20000),
    seconds,
    seed: number("seed", seconds ? draw() : 1),
    targets: positionals.length ? positionals : TARGETS,
  };
}

const options = readArguments();
if (!build()) process.exit(3);
let executions = 0;
let passed = true;
for (const target of options.targets) {
  const begin = Date.now();
  const ran = target === "modules" ? await runModuleTarget(options) : runFuzzer(target, options);
  const elapsed = ((Date.now() - begin) / 1000).toFixed(1);
  executions += ran.executions;
  passed &&= ran.passed;
  const verdict = ran.passed ? "passed" : "FAILED";
  const numbers = `executions=${ran.executions} seed=${options.seed} seconds=${elapsed}`;
  console.log(`fuzz: ${target} ${verdict}: ${numbers} ${ran.summary ?? ""}`.trimEnd());
}
console.log(`fuzz: ${passed ? "passed" : "FAILED"}: executions=${executions}`);
process.exit(passed ? 0 : 1);
