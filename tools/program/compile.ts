/**
 * Compiles a program in TypeScript to a WASI command, with the compiler that makes the kernel.
 */

import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { ProgramError } from "./failure.ts";

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

/** The package whose library makes the language's console, arguments and so on those of WASI. */
const WASI_PACKAGE = "@assemblyscript/wasi-shim";

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

/** The compiler and the library. The npm package comes without them: who wants them installs them beside. */
async function loadCompiler(path: string): Promise<{ asc: Compiler; library: string }> {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${WASI_PACKAGE}/package.json`);
    const { default: asc } = (await import(COMPILER)) as { readonly default: Compiler };
    return { asc, library: join(dirname(manifest), "assembly") };
  } catch (error) {
    if (!/MODULE_NOT_FOUND$/.test((error as NodeJS.ErrnoException).code ?? "")) throw error;
    throw new ProgramError(
      `${path} is a source, and what compiles it is not installed: npm install assemblyscript ${WASI_PACKAGE}`,
    );
  }
}

/** The command that the source at `path` comes to. A ProgramError has the compiler's words. */
export async function compileProgram(path: string): Promise<Uint8Array> {
  let output: Uint8Array | null = null;
  const source = resolve(path);
  const folder = dirname(source);
  const { asc, library } = await loadCompiler(path);
  const stderr = asc.createMemoryStream();
  const { error } = await asc.main(
    [
      relative(folder, source),
      "--baseDir",
      folder,
      "--lib",
      library,
      ...REPLACED.flatMap((name) => ["--use", name]),
      "--exportStart",
      "_start",
      "--outFile",
      "program.wasm",
      "--optimize",
      "--debug",
      // Its words become part of an error; it would colour them where CI is set, terminal or not.
      "--noColors",
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
