/**
 * Where a command takes its memory map and its kernel from: arguments that `plan` and `trace` share.
 */

import { type Command, Option } from "commander";
import { type MapInput } from "../formats/map_input.ts";
import { type Numbering, NUMBERINGS } from "../formats/numbering.ts";
import { readMemoryMap } from "../formats/read_map.ts";
import { syntheticMap } from "../formats/size.ts";
import { UsageError } from "./failure.ts";
import { readMachine, readText } from "./files.ts";
import { type Terminal } from "./terminal.ts";

export interface MapOptions {
  readonly size?: string;
  readonly machine?: string;
  readonly types?: Numbering;
  readonly options: string;
  readonly kernel?: string;
}

/** Adds the arguments to `command`. */
export function addMapArguments(command: Command): Command {
  return command
    .argument("[FILE]", "memory map in any supported form, or - for standard input")
    .option("--size <SIZE>", "a PC with this much memory instead of FILE: 512M, 16TiB")
    .option("--machine <NAME>", "a machine that comes with the project instead of FILE")
    .addOption(
      new Option(
        "--types <WHOSE>",
        "whose numbers the types in FILE are, if it does not say",
      ).choices(NUMBERINGS),
    )
    .option("--options <WORDS>", "the kernel's command line, such as selftest=full", "")
    .option("--kernel <PATH>", "a kernel other than the project's own");
}

/** The map that the arguments ask for. */
export async function readMap(
  file: string | undefined,
  options: MapOptions,
  terminal: Terminal,
): Promise<MapInput> {
  const given = [file, options.size, options.machine].filter((source) => source !== undefined);
  if (given.length !== 1) {
    throw new UsageError(
      given.length === 0
        ? "which machine? give a FILE, - for standard input, --size or --machine"
        : "FILE, --size and --machine exclude each other",
    );
  }
  if (options.size !== undefined) return syntheticMap(options.size);
  if (options.machine !== undefined) return readMemoryMap(readMachine(options.machine));
  return readMemoryMap(await readText(file!, terminal), options);
}
