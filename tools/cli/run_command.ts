/**
 * `slopos run`: a program on the kernel, in a simulated machine.
 */

import { type Command } from "commander";
import { ProgramEnd } from "../../abi/program.ts";
import { type BootFile } from "../../sim/boot_files.ts";
import { Machine } from "../../sim/machine.ts";
import { type ProgramResult } from "../../sim/program.ts";
import { bootFailure } from "../plan/boot_map.ts";
import { readMemoryMap } from "../formats/read_map.ts";
import { syntheticMap } from "../formats/size.ts";
import { summariseLog } from "../log/log_summary.ts";
import { bootModules, type ProgramRequest } from "../program/boot_modules.ts";
import { endingText } from "../program/ending.ts";
import { ProgramError, RefusedProgram } from "../program/failure.ts";
import { saidText } from "../program/said_text.ts";
import { failureText, UsageError } from "./failure.ts";
import { readKernel, readMachine } from "./files.ts";
import { type Terminal } from "./terminal.ts";
import { paragraph } from "./text.ts";

interface RunOptions {
  readonly memory: string;
  readonly machine?: string;
  readonly file: readonly string[];
  readonly directory: readonly string[];
  readonly env: readonly string[];
  readonly input?: string;
  readonly options: string;
  readonly kernel?: string;
  readonly log?: true;
}

/** Exit statuses beside the program's own, as shells and `env` use them. */
const REFUSED = 125;
const TRAPPED = 134;

const HELP = `
Examples:
  slopos run programs/hello.ts one two
  slopos run programs/memory.ts --memory 64M --log
  slopos run cowsay.wasm -- moo
  slopos run programs/files.ts --file README.md=notes/readme

Options stand before FILE or right after it. The rest is the program's, from the first word that is no
option of this command, or from what follows -- on.

Exit status: the program's own; 125 it was refused or the kernel failed, 134 it trapped, 2 there is no
program to run.`;

const collect = (value: string, before: readonly string[]) => [...before, value];

/** Writes what the program says as text, a character at a time where it says it so. */
function writeText(terminal: Terminal): (stream: number, bytes: Uint8Array) => void {
  const textOf = saidText();
  return (stream, bytes) => {
    const said = textOf(stream, bytes);
    if (stream === 1) terminal.out(said);
    else terminal.err(said);
  };
}

/** Runs the program of `modules`; null if the kernel did not start. */
function runOn(
  machine: Machine,
  module: WebAssembly.Module,
  terminal: Terminal,
): ProgramResult | null {
  const booted = machine.boot(module);
  const failure = bootFailure(booted, summariseLog(booted.log));
  if (!failure) return machine.runProgram();
  terminal.err(failureText(failure));
  return null;
}

/** The exit status of `result`, after a word about what was not the program's own doing. */
function statusOf(result: ProgramResult | null, program: string, terminal: Terminal): number {
  if (!result) return REFUSED;
  if (result.end === ProgramEnd.EXITED) return result.status & 0xff;
  terminal.err(paragraph(`slopos: ${endingText(program, result)}`));
  return result.end === ProgramEnd.TRAPPED ? TRAPPED : REFUSED;
}

/** The modules for `request`; null, after a word why, if the program cannot run. */
async function modulesFor(
  request: ProgramRequest,
  terminal: Terminal,
): Promise<readonly BootFile[] | null> {
  try {
    return await bootModules(request);
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    if (!(error instanceof RefusedProgram)) throw new UsageError(error.message);
    terminal.err(`slopos: ${error.message}\n`);
    return null;
  }
}

/** Adds the command to `program` and returns it; `end` is told its exit status. */
export function addRunCommand(
  program: Command,
  terminal: Terminal,
  end: (status: number) => void,
): Command {
  return program
    .command("run")
    .summary("a program on the kernel")
    .description(
      "Boots the kernel in a simulated machine and runs a WASI command, or one in TypeScript, on frames " +
        "that the kernel lends it.",
    )
    .argument("<FILE>", "a wasm module, or TypeScript for AssemblyScript (.ts)")
    .argument("[WORDS...]", "the program's arguments")
    .option("--memory <SIZE>", "a PC with so much memory", "512M")
    .option("--machine <NAME>", "a machine that comes with the project instead")
    .option("--file <HOST=GUEST>", "a file that the program finds; can be repeated", collect, [])
    .option("--directory <DIR[=GUEST]>", "a folder that it finds; can be repeated", collect, [])
    .option("--env <NAME=VALUE>", "a variable of its environment; can be repeated", collect, [])
    .option("--input <FILE>", "what it reads, instead of standard input")
    .option("--options <WORDS>", "the kernel's command line", "")
    .option("--kernel <PATH>", "another kernel than the project's own")
    .option("--log", "show the kernel's log on standard error")
    .passThroughOptions()
    .addHelpText("after", HELP)
    .action(async (file: string, words: string[], options: RunOptions) => {
      const map = options.machine
        ? readMemoryMap(readMachine(options.machine))
        : syntheticMap(options.memory);
      const request = {
        program: file,
        arguments: words,
        environment: options.env,
        files: options.file,
        directories: options.directory,
        input: options.input ?? "stream",
      };
      const modules = await modulesFor(request, terminal);
      if (!modules) {
        end(REFUSED);
        return;
      }
      const machine = new Machine({
        memoryMap: map.entries,
        files: modules,
        options: options.options,
        clock: "real",
        randomSeed: null,
        output: terminal.write ?? writeText(terminal),
        ...(terminal.readByte && { input: terminal.readByte }),
        ...(options.log && { console: (line: string) => terminal.err(`${line}\n`) }),
      });
      const result = runOn(machine, readKernel(options.kernel), terminal);
      end(statusOf(result, file, terminal));
    });
}
