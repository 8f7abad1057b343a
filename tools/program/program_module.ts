/**
 * The program as a module for the boot loader, with what it is told on its command line: what the command,
 * the ISO and the explorer have in common. Needs nothing of Node's.
 */

import { programObjections } from "../../scripts/wasm/program_check.ts";
import { type BootFile, bootWord } from "../../sim/boot_files.ts";
import { ProgramError, RefusedProgram } from "./failure.ts";

export interface GivenProgram {
  /** What the user calls it. */
  readonly title: string;
  readonly bytes: Uint8Array;
  /** Its own name first. */
  readonly arguments: readonly string[];
  /** `NAME=value` each. */
  readonly environment: readonly string[];
  /** Further words of the command line, as `bootWord` makes them. */
  readonly words: readonly string[];
}

/**
 * The module. A RefusedProgram, which names every reason, if it cannot run; a ProgramError if it is told
 * something wrong.
 */
export function programModule(program: GivenProgram): BootFile {
  const { title, bytes, environment } = program;
  const objections = programObjections(bytes);
  if (objections.length > 0) {
    const reasons = objections.map((objection) => `  ${objection}`).join("\n");
    throw new RefusedProgram(`${title} is no program that can run:\n${reasons}`);
  }
  const wrong = environment.find((variable) => !/^[^=]+=/.test(variable));
  if (wrong !== undefined) throw new ProgramError(`${wrong} is not NAME=value`);
  const cmdline = [
    ...program.arguments.map((text) => bootWord("argument", text)),
    ...environment.map((variable) => bootWord("environment", variable)),
    ...program.words,
  ].join(" ");
  return { bytes, cmdline };
}
