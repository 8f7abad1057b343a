/**
 * `slopos judge`: is this page-frame allocator right?
 */

import { copyFileSync, constants } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Command, Option } from "commander";
import { NotAnAllocatorError, readModule } from "../judge/contract.ts";
import { replay } from "../judge/examination.ts";
import { judge, type Judgement } from "../judge/judgement.ts";
import { formatScript, parseScript, ScriptError } from "../judge/script.ts";
import { CompilerMissingError, moduleBytes } from "../judge/source.ts";
import { type Step } from "../judge/steps.ts";
import { WatchedWorker } from "../judge/watched_worker.ts";
import { Status, UsageError } from "./failure.ts";
import { readText, reasonOf } from "./files.ts";
import { judgementText, replayText } from "./judge_text.ts";
import { coloursOf, type Terminal } from "./terminal.ts";
import { paragraph } from "./text.ts";
import { wholeNumber } from "./whole_number.ts";

interface JudgeCommandOptions {
  readonly ops?: string;
  readonly new?: Language;
  readonly full?: true;
  readonly strict?: true;
  readonly seed: number;
  readonly json?: true;
}

/** What an allocator can be written in, with the page to start from. */
const TEMPLATES = { c: "first_fit.c", ts: "first_fit_entry.ts" } as const;
type Language = keyof typeof TEMPLATES;

const HELP = `
FILE is a WebAssembly module, C (.c) or AssemblyScript (.ts) with the functions allocator_init,
allocator_alloc and allocator_free of tools/judge/contract/allocator.h. docs/judge.md says how to write
one, and how to judge the work of a class.

Examples:
  slopos judge --new ts mine.ts && slopos judge mine.ts
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
  const template = new URL(`../judge/templates/${TEMPLATES[language]}`, import.meta.url);
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
  const worker = await reading(file, () => new WatchedWorker(readModule(moduleBytes(file))));
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

/** Adds the command to `program`; `end` is told its exit status. */
export function addJudgeCommand(
  program: Command,
  terminal: Terminal,
  end: (status: number) => void,
): void {
  program
    .command("judge")
    .summary("is a page-frame allocator right")
    .description("Judges a page-frame allocator: whether it is right.")
    .argument("<FILE>", "the allocator")
    .addOption(
      new Option("--new <LANGUAGE>", "write an allocator to FILE, to start from").choices(
        Object.keys(TEMPLATES),
      ),
    )
    .option("--ops <SCRIPT>", "make the requests of a script only; - for standard input")
    .option("--full", "try more of everything")
    .option("--strict", "a wrong free that it does not notice is a fault")
    .option("--seed <S>", "seed of the random requests", wholeNumber(0), 1)
    .option("--json", "print the judgement as JSON")
    .addHelpText("after", HELP)
    .action(async (file: string, options: JudgeCommandOptions) => {
      if (options.new) return writeTemplate(options.new, file, terminal);
      if (options.ops !== undefined) return end(await replayScript(file, options.ops, terminal));
      const { seed, full = false, strict = false } = options;
      const judgement = await reading(file, () =>
        judge(file, { seed, isFull: full, isStrict: strict }, () => undefined),
      );
      terminal.out(
        options.json
          ? `${JSON.stringify(jsonOf(judgement), null, 2)}\n`
          : judgementText(judgement, coloursOf(terminal)),
      );
      end(STATUSES[judgement.verdict]);
    });
}
