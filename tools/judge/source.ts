/**
 * From a file to a module: WebAssembly as it is, C by clang, AssemblyScript by the project's
 * compiler.
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { FUNCTIONS, NotAnAllocatorError } from "./contract.ts";
import { CONTRACT_PLACE } from "./places.ts";

/** A file cannot be compiled here, whatever is in it; the message says what to install. */
export class CompilerMissingError extends Error {
  override name = "CompilerMissingError";
}

/** Folder of allocator.h. */
const CONTRACT = fileURLToPath(CONTRACT_PLACE);

const C_OPTIONS: readonly string[] = [
  "--target=wasm32",
  "-std=c17",
  "-O3",
  "-flto",
  "-nostdlib",
  "-mbulk-memory",
  "-Wl,--no-entry",
  "-Wl,--allow-undefined",
  // The stack below the data: where it overflows it traps.
  "-Wl,--stack-first",
  ...FUNCTIONS.map((name) => `-Wl,--export-if-defined=${name}`),
];

// Its words become part of a verdict; it would colour them where CI is set, terminal or not.
const ASSEMBLYSCRIPT_OPTIONS: readonly string[] = ["--config", "none", "-O3", "--noColors"];

const NO_CLANG =
  "C is compiled by clang, which is not installed: install clang and lld (Debian, Ubuntu: apt " +
  "install clang lld; Fedora: dnf install clang lld; macOS: brew install llvm lld). A module " +
  "that is compiled elsewhere, or AssemblyScript, needs neither.";

const NO_ASSEMBLYSCRIPT =
  "AssemblyScript's compiler is not installed: npm install assemblyscript. A module that is " +
  "compiled elsewhere does not need it.";

/** Runs a compiler; throws a NotAnAllocatorError with what it printed if it failed. */
function runCompiler(program: string, args: readonly string[], cwd: string): void {
  try {
    execFileSync(program, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    const {
      code,
      stderr = "",
      stdout = "",
    } = error as {
      code?: string;
      stderr?: string;
      stdout?: string;
    };
    const printed = `${stdout}${stderr}`.trim();
    const noLinker = /wasm-ld.*(no such file|not found|doesn't exist)/i.test(printed);
    if (code === "ENOENT" || noLinker) throw new CompilerMissingError(NO_CLANG);
    throw new NotAnAllocatorError(`it cannot be compiled:\n${printed || String(error)}`);
  }
}

function compilerOfAssemblyScript(): string {
  try {
    return fileURLToPath(import.meta.resolve("assemblyscript/bin/asc.js"));
  } catch {
    throw new CompilerMissingError(NO_ASSEMBLYSCRIPT);
  }
}

/**
 * Compiles `path`, AssemblyScript in `folder` or below it, to `output`; `options` are added to the
 * compiler's.
 */
export function compileAssemblyScript(
  path: string,
  output: string,
  folder = dirname(resolve(path)),
  options: readonly string[] = [],
): void {
  const args = [compilerOfAssemblyScript(), relative(folder, resolve(path)), "--outFile", output];
  runCompiler(process.execPath, [...args, ...ASSEMBLYSCRIPT_OPTIONS, ...options], folder);
}

/** What compiles a file, by the end of its name. */
const COMPILERS: Readonly<Record<string, (path: string, output: string) => void>> = {
  ".c": (path, output) => {
    const args = [...C_OPTIONS, `-I${CONTRACT}`, "-o", output, basename(path)];
    runCompiler("clang", args, dirname(resolve(path)));
  },
  ".ts": (path, output) => compileAssemblyScript(path, output),
};

/**
 * The WebAssembly of the file at `path`, compiled if its name ends in .c or .ts. Throws what reading
 * it throws, a NotAnAllocatorError if it does not compile, a CompilerMissingError if nothing here can
 * compile it.
 */
export function moduleBytes(path: string): Uint8Array<ArrayBuffer> {
  const compiler = COMPILERS[extname(path).toLowerCase()];
  // Whether it can be read is asked first, so that the error is the same for every kind of file.
  const bytes = new Uint8Array(readFileSync(path));
  if (!compiler) return bytes;
  const folder = mkdtempSync(join(tmpdir(), "slopos-judge-"));
  try {
    const output = join(folder, "module.wasm");
    compiler(path, output);
    return new Uint8Array(readFileSync(output));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
