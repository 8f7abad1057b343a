/**
 * `slopos judge`: is this page-frame allocator right, how fast is it, how well does it pack, what
 * does it cost?
 */

import { copyFileSync, constants, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Command, Option } from "commander";
import { exportsFunction, NotAnAllocatorError, readModule } from "../judge/contract.ts";
import { replay } from "../judge/examination.ts";
import { judge, type Judgement } from "../judge/judgement.ts";
import { picture } from "../judge/picture.ts";
import { CONTRACT_PLACE, TEMPLATES_PLACE } from "../judge/places.ts";
import { formatScript, parseScript, ScriptError } from "../judge/script.ts";
import { CompilerMissingError, moduleBytes } from "../judge/source.ts";
import { type Step } from "../judge/steps.ts";
import { WatchedWorker } from "../judge/watched_worker.ts";
import { Status, UsageError } from "./failure.ts";
import { readText, reasonOf } from "./files.ts";
import { judgementText, replayText, summaryText } from "./judge_text.ts";
import { JUDGE_PAGE_PLACE } from "./places.ts";
import { coloursOf, type Terminal } from "./terminal.ts";
import { paragraph } from "./text.ts";
import { wholeNumber } from "./whole_number.ts";

interface JudgeCommandOptions {
  readonly ops?: string;
  readonly new?: Language;
  readonly full: boolean;
  readonly strict: boolean;
  readonly right: boolean;
  readonly svg?: string;
  readonly seed: number;
  readonly json?: true;
}

/** What an allocator can be written in, with the page to start from. */
const TEMPLATES = { c: "first_fit.c", ts: "first_fit_entry.ts" } as const;
type Language = keyof typeof TEMPLATES;

const HELP = `
FILE is a WebAssembly module, C (.c) or AssemblyScript (.ts) with the functions allocator_init,
allocator_alloc and allocator_free of
  ${fileURLToPath(new URL("allocator.h", CONTRACT_PLACE))}
How to write one, and how to judge the work of a class, is in
  ${fileURLToPath(JUDGE_PAGE_PLACE)}

Examples:
  slopos judge --new ts mine.ts && slopos judge mine.ts --right
  printf 'frames 8\\nalloc a order=1\\nfree a\\nfree a\\n' | slopos judge mine.ts --ops -

Exit status: 0 right, 1 wrong, 2 not an allocator, or one that cannot be judged here.`;

/** Does `read`, which reads the file at `path`; what is wrong with the file is a UsageError. */
async function reading<T>(path: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof CompilerMissingError || error instanceof NotAnAllocatorError) {
      throw new UsageError(`${path}: ${error.message}`);
    }
    if (error instanceof Error && "errno" in error) {
      throw new UsageError(`cannot read ${path}: ${reasonOf(error)}`);
    }
    throw error;
  }
}

/** Writes a page to start from; a file that is there stays. */
function writeTemplate(language: Language, path: string, terminal: Terminal): void {
  const template = new URL(TEMPLATES[language], TEMPLATES_PLACE);
  try {
    copyFileSync(fileURLToPath(template), path, constants.COPYFILE_EXCL);
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${reasonOf(error)}`);
  }
  terminal.out(paragraph(`${path} is written; judge it: slopos judge ${path}`));
}

async function stepsOf(path: string, terminal: Terminal): Promise<Step[]> {
  try {
    return parseScript(await readText(path, terminal));
  } catch (error) {
    if (error instanceof ScriptError) throw new UsageError(`${path}: ${error.message}`);
    throw error;
  }
}

/** Repeats the script at `script` with the allocator in `file`; the exit status. */
async function replayScript(file: string, script: string, terminal: Terminal): Promise<number> {
  const steps = await stepsOf(script, terminal);
  const module = await reading(file, () => readModule(moduleBytes(file)));
  const asksForMap = steps.some((step) => step.kind === "init" && step.world.isMap);
  if (asksForMap && !exportsFunction(module, "allocator_init_map")) {
    throw new UsageError(
      `${file} has no allocator_init_map, which the script's "map" asks for; use "frames"`,
    );
  }
  const worker = new WatchedWorker(module);
  try {
    const ended = await reading(file, () => replay(worker, steps));
    terminal.out(replayText(steps, ended, coloursOf(terminal)));
    return ended.fault ? Status.FAILED : Status.OK;
  } finally {
    await worker.close();
  }
}

/** `judgement` as JSON has it: sequences as scripts. */
function jsonOf({ examination, ...rest }: Judgement): object {
  const faults = examination?.faults.map(({ steps, ...fault }) => ({
    ...fault,
    script: formatScript(steps),
  }));
  return { ...rest, examination: examination && { ...examination, faults } };
}

/** The exit status for a verdict. */
const STATUSES: Readonly<Record<Judgement["verdict"], number>> = {
  right: Status.OK,
  wrong: Status.FAILED,
  "no allocator": Status.USAGE,
};

/** Draws what was measured, if anything was, into the file at `path`. */
function writePicture(path: string, { file, measurements }: Judgement): void {
  if (!measurements) return;
  try {
    writeFileSync(path, picture(file, measurements));
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${reasonOf(error)}`);
  }
}

/** Judges all of `files`; the highest exit status of all. */
async function judgeFiles(
  files: readonly string[],
  { seed, full, strict, right, json, svg }: JudgeCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const options = { seed, isFull: full, isStrict: strict, isMeasured: !right };
  const colours = coloursOf(terminal);
  const judgements: Judgement[] = [];
  for (const file of files) {
    const judgement = await reading(file, () => judge(file, options, () => undefined));
    judgements.push(judgement);
    if (!json)
      terminal.out((judgements.length > 1 ? "\n" : "") + judgementText(judgement, colours));
    if (svg !== undefined) writePicture(svg, judgement);
  }
  if (json) {
    const all = judgements.map(jsonOf);
    terminal.out(`${JSON.stringify(all.length > 1 ? all : all[0], null, 2)}\n`);
  } else if (files.length > 1) {
    terminal.out(summaryText(judgements, colours));
  }
  return Math.max(...judgements.map(({ verdict }) => STATUSES[verdict]));
}

/** Adds the command to `program`; `end` is told its exit status. */
export function addJudgeCommand(
  program: Command,
  terminal: Terminal,
  end: (status: number) => void,
): void {
  program
    .command("judge")
    .summary("is a page-frame allocator right, how fast, at what cost")
    .description(
      "Judges page-frame allocators: whether they are right, how fast they are, how well they pack " +
        "and what they cost.",
    )
    .argument("<FILE...>", "the allocator; several are judged one after the other")
    .addOption(
      new Option("--new <LANGUAGE>", "write an allocator to FILE, to start from").choices(
        Object.keys(TEMPLATES),
      ),
    )
    .option("--ops <SCRIPT>", "make the requests of a script only; - for standard input")
    .option("--right", "do not measure it", false)
    .option("--full", "try more of everything, and measure for longer", false)
    .option("--strict", "a wrong free that it does not notice is a fault", false)
    .option("--svg <PICTURE>", "draw speed and packing into this file")
    .option("--seed <S>", "seed of the random requests", wholeNumber(0), 1)
    .option("--json", "print the judgement as JSON")
    .addHelpText("after", HELP)
    .action(async (files: string[], options: JudgeCommandOptions) => {
      const [file] = files as [string];
      const { ops, svg } = options;
      if (files.length > 1 && (options.new ?? ops ?? svg) !== undefined) {
        throw new UsageError("--new, --ops and --svg are for one FILE");
      }
      if (options.new) writeTemplate(options.new, file, terminal);
      else if (ops !== undefined) end(await replayScript(file, ops, terminal));
      else end(await judgeFiles(files, options, terminal));
    });
}
