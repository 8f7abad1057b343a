/**
 * The benchmark: `npm run bench`. `options.ts` says what it takes, docs/performance.md what it finds.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ALLOCATORS } from "./allocators.ts";
import { measureCalls } from "./calls.ts";
import {
  compare,
  describeComparison,
  type Figures,
  figuresJson,
  figuresOf,
  isWorse,
} from "./comparison.ts";
import { measureFragmentation } from "./fragmentation.ts";
import { measureGuestStartUp, measureInGuest } from "./guest.ts";
import { machineFacts } from "./machine.ts";
import { buildModule, ROOT } from "./modules.ts";
import { type EngineName, type Options, parseOptions, USAGE, UsageError } from "./options.ts";
import { plot } from "./plot.ts";
import { report, withResults } from "./report.ts";
import { type Results, type SpeedResult } from "./results.ts";
import { measureSeeding } from "./seeding.ts";
import { measureInHost, measureInV8 } from "./speed.ts";
import { measureStartUp } from "./start_up.ts";

/** Least time of a sample. */
const SAMPLE_MILLISECONDS = 100;

const COMMITTED = join(ROOT, "bench/results.json");
const PLOT = join(ROOT, "docs/benchmark.svg");
const DOCUMENT = join(ROOT, "docs/performance.md");

function note(text: string): void {
  process.stderr.write(`bench: ${text}\n`);
}

function buildModules(): Map<string, string> {
  const modules = new Map<string, string>();
  for (const { module } of ALLOCATORS) {
    if (!modules.has(module)) modules.set(module, buildModule(module));
  }
  return modules;
}

async function measureSpeed(
  engine: EngineName,
  options: Options,
  modules: ReadonlyMap<string, string>,
): Promise<SpeedResult[]> {
  const { allocators, workloads, rounds } = options;
  const plan = { workloads, rounds, sampleTime: SAMPLE_MILLISECONDS * 1e6 };
  const say = (text: string) => note(`${engine}: ${text}`);
  if (engine === "guest") return measureInGuest(workloads, note);
  if (engine === "v8") return measureInV8(allocators, plan, modules, say);
  if (engine === "calls") return measureCalls(plan, say);
  return measureInHost(engine, plan, modules, say);
}

/** What could not be measured, and why. */
const failures: string[] = [];

/** What `measure` finds; nothing, and a failure on the list, if it cannot: the rest goes on. */
async function attempt<T>(name: string, measure: () => T[] | Promise<T[]>): Promise<T[]> {
  try {
    return await measure();
  } catch (error) {
    failures.push(`${name}: ${(error as Error).message}`);
    return [];
  }
}

async function run(options: Options): Promise<Results> {
  const modules = buildModules();
  const speed: SpeedResult[] = [];
  for (const engine of options.engines) {
    speed.push(...(await attempt(engine, () => measureSpeed(engine, options, modules))));
  }
  const parts = <T>(engine: EngineName, name: string, measure: () => T[]): Promise<T[]> => {
    const isWanted = options.everything && options.engines.includes(engine);
    return isWanted ? attempt(name, measure) : Promise.resolve([]);
  };
  return {
    facts: machineFacts(),
    rounds: options.rounds,
    sampleMilliseconds: SAMPLE_MILLISECONDS,
    speed,
    fragmentation: await parts("v8", "load drop", () => measureFragmentation(modules, note)),
    seeding: await parts("v8", "seeding", () => measureSeeding(modules, note)),
    startUp: [
      ...(await parts("v8", "start-up", () => measureStartUp(note))),
      ...(await parts("guest", "start-up in QEMU", () => measureGuestStartUp(note))),
    ],
  };
}

/**
 * Prints, writes and compares; false if something is worse than before. A run that is not whole is
 * not saved.
 */
async function conclude(results: Results, options: Options): Promise<boolean> {
  console.log(report(results));
  let good = true;
  if (existsSync(COMMITTED)) {
    const before = JSON.parse(readFileSync(COMMITTED, "utf8")) as Figures;
    const comparisons = compare(figuresOf(results), before);
    console.log(`\n${describeComparison(comparisons)}`);
    good = !comparisons.some(isWorse);
  }
  if (options.json) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
  if (options.save && !failures.length) {
    writeFileSync(COMMITTED, figuresJson(figuresOf(results)));
    writeFileSync(PLOT, await plot(results));
    writeFileSync(DOCUMENT, withResults(readFileSync(DOCUMENT, "utf8"), results));
  }
  return good;
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    console.log(USAGE);
  } else {
    const good = await conclude(await run(options), options);
    for (const failure of failures) console.error(`bench: not measured: ${failure}`);
    if (failures.length || (options.check && !good)) process.exitCode = 1;
  }
} catch (error) {
  console.error(`bench: ${(error as Error).message}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
