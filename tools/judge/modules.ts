/**
 * The modules that an allocator is measured with: the workloads, and the allocators beside it. They
 * are AssemblyScript, so that Node is enough to build them; they are built when they are needed, into
 * `builddir/judge/`, and again when a source is younger. A package has them built, and no sources.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { MODULES_PLACE, SOURCES_PLACE } from "./places.ts";
import { compileAssemblyScript } from "./source.ts";

const ROOT = fileURLToPath(SOURCES_PLACE);
const BUILD = fileURLToPath(MODULES_PLACE);

/** Where each module's source is, in the repository. */
const SOURCES = {
  loops: "tools/judge/loops/linked_loops_entry.ts",
  kernel: "tools/judge/peers/kernel_entry.ts",
  list_buddy_pcp: "tools/judge/peers/list_buddy_pcp_entry.ts",
  bitmap: "tools/judge/peers/bitmap_entry.ts",
  null: "tools/judge/peers/null_entry.ts",
} as const;

export type ModuleName = keyof typeof SOURCES;

/** All of them. */
export const MODULE_NAMES = Object.keys(SOURCES) as ModuleName[];

/** Folders of what a module is made of besides. */
const FOLDERS: { readonly [name in ModuleName]?: readonly string[] } = {
  loops: ["tools/judge/loops"],
  kernel: ["abi", "src/boot", "src/mm"],
};

/** As the kernel is compiled: no runtime, and an assertion that fails traps. */
const OPTIONS: readonly string[] = ["--runtime", "stub", "--use", "abort="];

function sourcesOf(name: ModuleName): string[] {
  const files = (FOLDERS[name] ?? []).flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => join(folder, file)),
  );
  return [SOURCES[name], ...files].map((file) => join(ROOT, file));
}

/** True if `output` is there and no source is younger. */
function isCurrent(output: string, name: ModuleName): boolean {
  if (!existsSync(output)) return false;
  if (!existsSync(join(ROOT, SOURCES[name]))) return true;
  const built = statSync(output).mtimeMs;
  return sourcesOf(name).every((file) => statSync(file).mtimeMs <= built);
}

/** The path of module `name`, which is built first if it has to be. */
export function builtModule(name: ModuleName): string {
  const output = join(BUILD, `${name}.wasm`);
  if (isCurrent(output, name)) return output;
  mkdirSync(dirname(output), { recursive: true });
  // Complete at once: another process may want it too.
  const part = `${output}.${process.pid}`;
  compileAssemblyScript(join(ROOT, SOURCES[name]), part, ROOT, OPTIONS);
  renameSync(part, output);
  return output;
}

/** Module `name`, compiled. */
export function measuringModule(name: ModuleName): WebAssembly.Module {
  return new WebAssembly.Module(new Uint8Array(readFileSync(builtModule(name))));
}
