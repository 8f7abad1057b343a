/**
 * The programs that the page runs, compiled as `slopos run` compiles them and put beside the page. It takes
 * Node and its packages only. They are kept in builddir/programs and compiled again when a source is
 * younger.
 */

import { existsSync, statSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { type Plugin } from "vite";
import { compileProgram } from "../tools/program/compile.ts";
import { BUNDLED_PROGRAMS, fileOf } from "./src/program/bundled_programs.ts";

/** A path from the root of the tree. */
function pathOf(name: string): string {
  return fileURLToPath(new URL(`../${name}`, import.meta.url));
}

/** What a program follows from besides its own source. */
const RECIPE = [
  "tools/program/compile.ts",
  "node_modules/assemblyscript/package.json",
  "node_modules/@assemblyscript/wasi-shim/package.json",
];

/** The module of bundled program `name`; an error with the compiler's words if it does not compile. */
export async function bundledModule(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const source = pathOf(`programs/${name}.ts`);
  const output = pathOf(`builddir/${fileOf(name)}`);
  const inputs = [source, ...RECIPE.map(pathOf)];
  const built = existsSync(output) ? statSync(output).mtimeMs : 0;
  if (inputs.some((input) => statSync(input).mtimeMs > built)) {
    await mkdir(dirname(output), { recursive: true });
    // Complete at once: another build may want it too.
    const part = `${output}.${process.pid}`;
    await writeFile(part, await compileProgram(source));
    await rename(part, output);
  }
  return new Uint8Array(await readFile(output));
}

/** Serves the programs while developing, and copies them into a build. */
export function programModules(): Plugin {
  return {
    name: "program-modules",
    configureServer(server) {
      for (const { name } of BUNDLED_PROGRAMS) {
        server.middlewares.use(`/${fileOf(name)}`, (_request, response, next) => {
          bundledModule(name).then((module) => {
            response.setHeader("Content-Type", "application/wasm");
            response.end(module);
          }, next);
        });
      }
    },
    async generateBundle() {
      for (const { name } of BUNDLED_PROGRAMS) {
        const source = await bundledModule(name);
        this.emitFile({ type: "asset", fileName: fileOf(name), source });
      }
    },
  };
}
