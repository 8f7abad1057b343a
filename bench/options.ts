/**
 * The command line of `npm run bench`.
 */

import { parseArgs } from "node:util";
import { type Allocator, ALLOCATORS } from "./allocators.ts";
import { type Workload, WORKLOADS } from "../tools/judge/workloads/workloads.ts";

export const USAGE = `usage: npm run bench -- [option ...]

  --quick          fewer rounds, V8 only, without the designs that search: under two minutes
  --only NAMES     only these workloads, separated by commas: a measure's name or how it begins,
                   as W3 or "W2 free"; leaves out everything that is not speed
  --engines NAMES  which engines, separated by commas: v8, calls (V8, through exports), wasm3,
                   wasm2c, native, guest (default: all; with --quick: v8)
  --rounds N       rounds that count, 1 to 99 (default 7; with --quick: 3)
  --json FILE      writes all results there
  --save           writes them into docs/performance.md, the plot to docs/benchmark.svg, and what
                   later runs are compared with to bench/results.json; for whole runs only
  --check          exit status 1 if a figure is worse than in bench/results.json
  --help           says this

exit status: 0 done, 1 failed or worse, 2 wrong arguments`;

export const ENGINES = ["v8", "calls", "wasm3", "wasm2c", "native", "guest"] as const;
export type EngineName = (typeof ENGINES)[number];

export interface Options {
  readonly help: boolean;
  readonly allocators: readonly Allocator[];
  readonly workloads: readonly Workload[];
  /** True unless `--only` chose workloads. */
  readonly everything: boolean;
  readonly engines: readonly EngineName[];
  readonly rounds: number;
  readonly json: string | null;
  readonly save: boolean;
  readonly check: boolean;
}

/** Wrong arguments; the message says what is wrong. */
export class UsageError extends Error {}

function chooseWorkloads(names: string): Workload[] {
  const wanted = names.split(",").map((name) => name.trim());
  const matches = ({ measures }: Workload, name: string) =>
    name !== "" && measures.some(({ id }) => id.toLowerCase().startsWith(name.toLowerCase()));
  for (const name of wanted) {
    if (WORKLOADS.some((workload) => matches(workload, name))) continue;
    const known = WORKLOADS.flatMap(({ measures }) => measures.map(({ id }) => id)).join(", ");
    throw new UsageError(`--only: no workload "${name}"; there are ${known}`);
  }
  return WORKLOADS.filter((workload) => wanted.some((name) => matches(workload, name)));
}

function chooseEngines(names: string): EngineName[] {
  return names.split(",").map((name) => {
    const found = ENGINES.find((engine) => engine === name.trim());
    if (!found)
      throw new UsageError(`--engines: no engine "${name}"; there are ${ENGINES.join(", ")}`);
    return found;
  });
}

function parseRounds(text: string): number {
  if (!/^[1-9][0-9]?$/.test(text)) throw new UsageError(`--rounds: 1 to 99, not "${text}"`);
  return Number(text);
}

/** Reads the arguments after the script's name; throws a UsageError if they make no sense. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parse(args);
  const { quick = false, only, engines, rounds, save = false } = values;
  if (save && (quick || only !== undefined || engines !== undefined)) {
    throw new UsageError("--save keeps whole runs: leave out --quick, --only and --engines");
  }
  return {
    help: values.help ?? false,
    allocators: ALLOCATORS.filter(({ searches }) => !quick || !searches),
    workloads: only === undefined ? WORKLOADS : chooseWorkloads(only),
    everything: only === undefined,
    engines: engines === undefined ? (quick ? ["v8"] : ENGINES) : chooseEngines(engines),
    rounds: rounds === undefined ? (quick ? 3 : 7) : parseRounds(rounds),
    json: values.json ?? null,
    save,
    check: values.check ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: { type: "boolean" },
        only: { type: "string" },
        engines: { type: "string" },
        rounds: { type: "string" },
        json: { type: "string" },
        save: { type: "boolean" },
        check: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
