/**
 * Counts machine instructions and mispredicted branches, where time alone does not say why: the
 * modules compiled ahead of time by wasm2c, under valgrind's cachegrind with its model of a branch
 * predictor.
 *
 *     npx tsx bench/count.ts
 *
 * Each workload runs in two lengths, and the difference is divided by the difference of the lengths,
 * so that starting up and settling do not count. The same build gives the same figures.
 */

import { spawnSync } from "node:child_process";
import { buildWasm2cHost, hostAllocators } from "./hosts.ts";
import { BuildError, buildModule } from "./modules.ts";
import { table } from "./table.ts";
import { Mix } from "../tools/judge/workloads/workloads.ts";

/** A workload as lines for a host, see `hosts/protocol.h`. */
interface Script {
  readonly measure: string;
  readonly before: readonly string[];
  /** Lines that make up `length` parts. */
  readonly parts: (length: number) => readonly string[];
  /** Pairs or operations in a part. */
  readonly units: number;
}

const FRAMES = 2 ** 20;
const LOAD = 70;

/** Parts of the shorter and of the longer run. */
const SHORT = 50;
const LONG = 250;

function mixed(measure: string, kind: number): Script {
  return {
    measure,
    before: [`mix_rise ${kind} ${LOAD}`, `mix ${kind} ${LOAD} ${FRAMES >> 1}`],
    parts: (length) => [`mix ${kind} ${LOAD} ${length * 1000}`],
    units: 1000,
  };
}

const SCRIPTS: readonly Script[] = [
  { measure: "W1", before: [], parts: (length) => [`pairs 0 ${length * 1000}`], units: 1000 },
  { measure: "d4096", before: [], parts: (length) => [`stacks 0 4096 ${length}`], units: 4096 },
  mixed("W3 single", Mix.SINGLE),
  mixed("W3 geometric", Mix.GEOMETRIC),
  mixed("W3 uniform", Mix.UNIFORM),
  mixed("kernel mix", Mix.KERNEL),
  {
    measure: "W4",
    before: [],
    parts: (length) => Array.from({ length }, () => ["fill 9", "drain 9"]).flat(),
    units: FRAMES >> 9,
  },
  {
    measure: "order-9 pair",
    before: [],
    parts: (length) => [`pairs 9 ${length * 1000}`],
    units: 1000,
  },
];

interface Counts {
  readonly instructions: number;
  readonly mispredictions: number;
}

/** What cachegrind counts while `program` serves `lines`. */
function count(program: string, lines: readonly string[]): Counts {
  const options = ["--tool=cachegrind", "--cache-sim=no", "--branch-sim=yes"];
  const { status, stderr } = spawnSync(
    "valgrind",
    [...options, "--cachegrind-out-file=/dev/null", program],
    { input: `${lines.join("\n")}\n`, encoding: "utf8" },
  );
  const read = (what: RegExp) => Number(what.exec(stderr ?? "")?.[1]?.replaceAll(",", ""));
  const instructions = read(/I +refs: +([\d,]+)/);
  const mispredictions = read(/Mispredicts: +([\d,]+)/);
  if (status !== 0 || Number.isNaN(instructions + mispredictions)) {
    throw new BuildError(`valgrind failed or is not installed:\n${stderr ?? ""}`);
  }
  return { instructions, mispredictions };
}

/** The counts of a unit of `script`. */
function countUnit(program: string, { before, parts, units }: Script): Counts {
  const run = (length: number) => count(program, [`init ${FRAMES}`, ...before, ...parts(length)]);
  const short = run(SHORT);
  const long = run(LONG);
  const done = (LONG - SHORT) * units;
  return {
    instructions: (long.instructions - short.instructions) / done,
    mispredictions: (long.mispredictions - short.mispredictions) / done,
  };
}

const rows = hostAllocators("wasm2c").map(({ title, module }) => {
  const program = buildWasm2cHost(module, buildModule(module));
  const cells = SCRIPTS.map((script) => {
    const { instructions, mispredictions } = countUnit(program, script);
    return `${instructions.toFixed(0)}, ${mispredictions.toFixed(2)}`;
  });
  return [title, ...cells];
});
const head = SCRIPTS.map(({ measure }) => measure);
console.log("Machine instructions and mispredicted branches of a pair or an operation\n");
console.log(table(["", ...head], rows));
