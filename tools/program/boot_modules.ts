/**
 * What a program and everything that it is given come to: modules for the boot loader, each with the
 * command line that the kernel reads (src/program/arguments.ts, boot_files.ts).
 */

import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { type BootFile, bootWord } from "../../sim/boot_files.ts";
import { archive } from "./archive.ts";
import { compileProgram } from "./compile.ts";
import { ProgramError } from "./failure.ts";
import { programModule } from "./program_module.ts";

export interface ProgramRequest {
  /** A wasm module, or TypeScript (`.ts`). */
  readonly program: string;
  readonly arguments: readonly string[];
  /** `NAME=value` each. */
  readonly environment: readonly string[];
  /** `HOST=GUEST` each, or `HOST` for a file of that name in the root. */
  readonly files: readonly string[];
  /** `FOLDER=GUEST` each, which is open from the start, or `FOLDER` for the root. */
  readonly directories: readonly string[];
  /** `console`, `stream`, a file of the host's, or "" for none. */
  readonly input: string;
}

/** Where a file that is the input lies for the program. */
const INPUT_PATH = "dev/stdin";

function read(path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    throw new ProgramError(`cannot read ${path}: ${(error as Error).message}`);
  }
}

/** The two sides of `text` around its last `=`; the second is null without one. */
function sides(text: string): [string, string | null] {
  const at = text.lastIndexOf("=");
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}

function fileModule(text: string): BootFile {
  const [host, guest] = sides(text);
  const name = guest ?? basename(host);
  if (/^\/*$/.test(name)) throw new ProgramError(`--file ${text}: what is it to be called?`);
  return { bytes: read(host), cmdline: bootWord("file", name) };
}

function directoryModule(text: string): BootFile {
  const [host, guest] = sides(text);
  if (!statSync(host, { throwIfNoEntry: false })?.isDirectory()) {
    throw new ProgramError(`${host} is no folder`);
  }
  try {
    return { bytes: archive(host), cmdline: bootWord("tar", guest ?? "/") };
  } catch (error) {
    throw new ProgramError(`cannot pack ${host}: ${(error as Error).message}`);
  }
}

/** The words for the input, and the module that it is if it is a file. */
function inputModules(input: string): { words: string[]; modules: BootFile[] } {
  if (input === "") return { words: [], modules: [] };
  if (input === "console" || input === "stream") {
    return { words: [bootWord("input", input)], modules: [] };
  }
  const module = { bytes: read(input), cmdline: bootWord("file", INPUT_PATH) };
  return { words: [bootWord("input", INPUT_PATH)], modules: [module] };
}

/**
 * The modules, the program's first. A ProgramError if something is missing or wrong, a RefusedProgram if
 * the program is there and cannot run.
 */
export async function bootModules(request: ProgramRequest): Promise<BootFile[]> {
  const { program, environment, directories, input } = request;
  const bytes = program.endsWith(".ts") ? await compileProgram(program) : read(program);
  const preopens = directories.flatMap((text) => sides(text)[1] ?? []);
  const { words, modules } = inputModules(input);
  const own = programModule({
    title: program,
    bytes,
    arguments: [basename(program), ...request.arguments],
    environment,
    words: [
      ...words,
      ...preopens.filter((name) => !/^\/+$/.test(name)).map((name) => bootWord("preopen", name)),
    ],
  });
  return [own, ...request.files.map(fileModule), ...directories.map(directoryModule), ...modules];
}
