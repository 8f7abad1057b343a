/**
 * Compiles a program in TypeScript to a WASI command, with the compiler that makes the kernel.
 */

import { readdirSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ProgramError } from "./failure.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** What is used of the compiler. Its own types would change those of the whole tree's arrays. */
interface Compiler {
  createMemoryStream(): { toString(): string };
  main(
    words: readonly string[],
    host: {
      readonly stderr: unknown;
      readonly listFiles: (name: string, base: string) => string[];
      readonly writeFile: (name: string, contents: Uint8Array | string) => void;
    },
  ): Promise<{ readonly error: Error | null }>;
}

const COMPILER = "assemblyscript/asc";

/** The library that makes the language's console, arguments and so on those of WASI. */
const WASI_LIBRARY = join(ROOT, "node_modules/@assemblyscript/wasi-shim/assembly");

/** What of the language the library takes the place of, as its own configuration has it. */
const REPLACED = [
  "ASC_WASI=1",
  "abort=wasi_abort",
  "trace=wasi_trace",
  "seed=wasi_seed",
  "console=wasi_console",
  "crypto=wasi_crypto",
  "performance=wasi_performance",
  "process=wasi_process",
  "Date=wasi_Date",
];

/** The command that the source at `path` comes to. A ProgramError has the compiler's words. */
export async function compileProgram(path: string): Promise<Uint8Array> {
  let output: Uint8Array | null = null;
  const source = resolve(path);
  const folder = dirname(source);
  const { default: asc } = (await import(COMPILER)) as { readonly default: Compiler };
  const stderr = asc.createMemoryStream();
  const { error } = await asc.main(
    [
      relative(folder, source),
      "--baseDir",
      folder,
      "--lib",
      WASI_LIBRARY,
      ...REPLACED.flatMap((name) => ["--use", name]),
      "--exportStart",
      "_start",
      "--outFile",
      "program.wasm",
      "--optimize",
      "--debug",
    ],
    {
      stderr,
      // The compiler's own puts an absolute folder below the base.
      listFiles: (name, base) =>
        readdirSync(resolve(base, name)).filter((entry) => entry.endsWith(".ts")),
      writeFile: (name, contents) => {
        if (name.endsWith(".wasm")) output = contents as Uint8Array;
      },
    },
  );
  if (error ?? !output) throw new ProgramError(`${path} does not compile\n${stderr.toString()}`);
  return output;
}
