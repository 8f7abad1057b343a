/**
 * Builds what the benchmarks run into `builddir/bench/`: the kernel's allocators by AssemblyScript,
 * with the kernel's own options, and the peers by clang.
 */

import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Where everything is built. */
export const BUILD = join(ROOT, "builddir/bench");

/**
 * For the peers. -O3 measured better than -O2 with most of them; link-time optimisation may inline
 * allocation into the loops, as AssemblyScript's optimiser may for the kernel.
 */
export const C_OPTIONS: readonly string[] = [
  "-std=c17",
  "-O3",
  "-flto",
  "-Wall",
  "-Wextra",
  "-Werror",
];

const WASM_OPTIONS: readonly string[] = [
  "--target=wasm32",
  "-nostdlib",
  "-mbulk-memory",
  "-Wl,--no-entry",
];

/** A tool that is missing or failed; the message says which and what it printed. */
export class BuildError extends Error {}

/** Runs a build tool in the repository. */
export function runTool(tool: string, args: readonly string[]): string {
  mkdirSync(BUILD, { recursive: true });
  try {
    return execFileSync(tool, args, {
      cwd: ROOT,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: string };
    throw new BuildError(
      code === "ENOENT"
        ? `${tool} is not installed; scripts/setup.sh does it`
        : `${tool} failed:\n${stderr ?? String(error)}`,
    );
  }
}

/** True if `output` is there and younger than all of `inputs`, paths in the repository. */
export function isCurrent(output: string, inputs: readonly string[]): boolean {
  const built = statSync(output, { throwIfNoEntry: false })?.mtimeMs ?? -1;
  return inputs.every((input) => statSync(join(ROOT, input)).mtimeMs < built);
}

/** A build folder for shims that have a benchmark's module, or a peer, as machine code. */
const SHIMS = join(BUILD, "shims");

/** Builds `target` of meson.build in that folder; `module` is what shim-aot.elf is made of. */
function buildShim(target: string, module?: string): string {
  const place = join(SHIMS, "module.wasm");
  mkdirSync(SHIMS, { recursive: true });
  if (module) copyFileSync(module, place);
  if (!existsSync(join(SHIMS, "build.ninja")))
    runTool("meson", ["setup", SHIMS, `-Dmodule=${place}`]);
  runTool("ninja", ["-C", SHIMS, target]);
  return join(SHIMS, target);
}

/** The shim that has the module at `path` as machine code. */
export function buildAotShim(path: string): string {
  return buildShim("shim-aot.elf", path);
}

/** The shim that runs the workloads on the reference. */
export function buildPeerShim(): string {
  return buildShim("shim-peer.elf");
}

/** Where the peers' headers are. */
export const PEER_INCLUDES: readonly string[] = ["-Itools/judge/contract", "-Ibench/peers"];

/** C sources of a peer: the workloads, the peer, its memory. */
export function peerSources(name: string): string[] {
  return ["bench/loops.c", `bench/peers/${name}.c`, "bench/peers/memory.c"];
}

/** Compiles a peer to wasm; returns the module's path. */
function buildPeer(name: string): string {
  const output = join(BUILD, `${name}.wasm`);
  runTool("clang", [
    ...C_OPTIONS,
    ...WASM_OPTIONS,
    ...PEER_INCLUDES,
    "-o",
    output,
    ...peerSources(name),
  ]);
  return output;
}

/** The options of asconfig.json as the compiler's arguments; `changes` replace some of them. */
function compilerOptions(changes: Record<string, unknown>): string[] {
  const config = JSON.parse(readFileSync(join(ROOT, "asconfig.json"), "utf8")) as {
    options: Record<string, unknown>;
  };
  return Object.entries({ ...config.options, ...changes }).flatMap(([name, value]) => {
    if (typeof value === "boolean") return value ? [`--${name}`] : [];
    return [`--${name}`, Array.isArray(value) ? value.join(",") : String(value)];
  });
}

/** Compiles an AssemblyScript entry of this folder; returns the module's path. */
export function buildEntry(
  entry: string,
  name: string,
  changes: Record<string, unknown> = {},
): string {
  const output = join(BUILD, `${name}.wasm`);
  runTool(process.execPath, [
    "node_modules/assemblyscript/bin/asc.js",
    join("bench", entry),
    "--config",
    "none",
    "--baseDir",
    ".",
    "--outFile",
    relative(ROOT, output),
    ...compilerOptions(changes),
  ]);
  return output;
}

/** Builds module `name` of an allocator; returns its path. */
export function buildModule(name: string): string {
  // The allocators make no assertions; where one failed the module would trap.
  return name === "kernel"
    ? buildEntry("allocator_entry.ts", name, { use: "abort=" })
    : buildPeer(name);
}
