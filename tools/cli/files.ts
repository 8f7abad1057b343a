/**
 * The files that commands read, and what is said where there are none.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { KERNEL_PLACE } from "../../library/kernel_place.ts";
import { decodeText } from "../formats/text.ts";
import { UsageError } from "./failure.ts";
import { MACHINES_PLACE } from "./places.ts";
import { type Terminal } from "./terminal.ts";

/** The kernel that the ISO carries. */
const KERNEL_PATH = fileURLToPath(KERNEL_PLACE);

/** Why a file could not be read or written, in words, by the error's code. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "that is a folder",
  EACCES: "no permission",
  EEXIST: "there is such a file already",
};

/** Why a file could not be read or written, in words. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ""] ?? message;
}

/** The text of the file at `path`; `-` is standard input. */
export async function readText(path: string, terminal: Terminal): Promise<string> {
  try {
    return path === "-" ? await terminal.input() : decodeText(readFileSync(path));
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${reasonOf(error)}`);
  }
}

/** The kernel in the file at `path`, or else the one that the ISO carries, compiled. */
export function readKernel(path = KERNEL_PATH): WebAssembly.Module {
  if (!existsSync(path)) {
    const hint = path === KERNEL_PATH ? "; make it with: npm run kernel" : "";
    throw new UsageError(`${path} is missing${hint}`);
  }
  const module = compile(path);
  const foreign = WebAssembly.Module.imports(module).some((item) => item.module !== "shim");
  const isKernel = WebAssembly.Module.exports(module).some(({ name }) => name === "kernel_main");
  if (foreign || !isKernel) throw new UsageError(`${path} is no kernel of SlopOS`);
  return module;
}

function compile(path: string): WebAssembly.Module {
  try {
    return new WebAssembly.Module(readFileSync(path));
  } catch (error) {
    throw new UsageError(`${path} is no WebAssembly module: ${reasonOf(error)}`);
  }
}

/** The names of the machines whose maps come with the project. */
function machineNames(): string[] {
  return readdirSync(MACHINES_PLACE)
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length))
    .sort();
}

/** The map file of one of those machines. */
export function readMachine(name: string): string {
  const names = machineNames();
  if (!names.includes(name)) {
    throw new UsageError(`no machine "${name}" is known; there are\n  ${names.join("\n  ")}`);
  }
  return readFileSync(new URL(`${name}.json`, MACHINES_PLACE), "utf8");
}
