/**
 * Builds the programs that run modules outside this process: wasm3, from the source that the shim
 * embeds; a module compiled ahead of time by wabt's wasm2c; a peer compiled for this machine.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Allocator, ALLOCATORS, REFERENCE, SUBJECT } from "./allocators.ts";
import {
  BUILD,
  C_OPTIONS,
  isCurrent,
  PEER_INCLUDES,
  peerSources,
  ROOT,
  runTool,
} from "./modules.ts";
import { type EngineName } from "./options.ts";
import { ProcessInstance } from "./process_engine.ts";

/** wasm3's files: those of meson.build and `info`; `validate` came with 0.9. */
const WASM3 = "node_modules/wasm3/cpp";
const WASM3_PARTS: readonly string[] = [
  "bind",
  "code",
  "compile",
  "core",
  "env",
  "exec",
  "function",
  "info",
  "module",
  "parse",
  "validate",
];

/** Where wabt keeps the run-time system of wasm2c. */
const WASM2C_RUNTIME: readonly string[] = [
  "/usr/share/wabt/wasm2c",
  "/usr/local/share/wabt/wasm2c",
];

/** Engines that run in programs of their own. */
export type HostName = Exclude<EngineName, "v8" | "calls" | "guest">;

/** What the results call them. */
export const HOST_TITLES: Readonly<Record<HostName, string>> = {
  wasm3: "wasm3",
  wasm2c: "wasm2c",
  native: "native C",
};

/** The allocators that an engine runs; the kernel's has no native form. */
export function hostAllocators(engine: HostName): Allocator[] {
  const ids = engine === "native" ? [REFERENCE, "list_buddy"] : [SUBJECT, REFERENCE, "list_buddy"];
  return ALLOCATORS.filter(({ id }) => ids.includes(id));
}

function buildWasm3Host(): string {
  const output = join(BUILD, "wasm3_host");
  const parts = WASM3_PARTS.map((part) => `${WASM3}/m3_${part}.c`);
  const sources = parts.filter((file) => existsSync(join(ROOT, file)));
  const own = ["bench/hosts/wasm3_host.c", "bench/hosts/protocol.c"];
  // It takes a quarter of a minute.
  if (isCurrent(output, [...own, ...sources])) return output;
  // Optimised as for the shim; `-w` since the source is not ours.
  const options = ["-std=gnu11", "-O3", "-w", `-I${WASM3}`];
  runTool("clang", [...options, "-o", output, ...own, ...sources, "-lm"]);
  return output;
}

function buildNativeHost(module: string): string {
  const output = join(BUILD, `${module}_native`);
  const own = ["bench/hosts/native_host.c", "bench/hosts/protocol.c"];
  // POSIX's clock and mmap's flags are beyond C17.
  const options = [...C_OPTIONS, "-D_GNU_SOURCE", "-fuse-ld=lld", ...PEER_INCLUDES];
  runTool("clang", [...options, "-o", output, ...own, ...peerSources(module)]);
  return output;
}

/** Compiles the module at `path` ahead of time; returns the program that serves it. */
export function buildWasm2cHost(module: string, path: string): string {
  const folder = join(BUILD, `${module}_wasm2c`);
  const runtime = WASM2C_RUNTIME.find((place) => existsSync(join(place, "wasm-rt-impl.c")));
  runTool("mkdir", ["-p", folder]);
  runTool("wasm2c", [path, "-n", "bench_module", "-o", join(folder, "module.c")]);
  const output = join(folder, "host");
  runTool("clang", [
    "-std=gnu17",
    "-O3",
    "-w",
    `-I${folder}`,
    `-I${runtime ?? "/usr/include"}`,
    "-o",
    output,
    "bench/hosts/wasm2c_host.c",
    "bench/hosts/protocol.c",
    join(folder, "module.c"),
    ...(runtime ? [join(runtime, "wasm-rt-impl.c")] : ["-lwasm-rt-impl"]),
    "-lm",
  ]);
  return output;
}

/** Starts `allocator` in `engine`; `modules` names the file of each module. */
export function startHost(
  engine: HostName,
  { module }: Allocator,
  modules: ReadonlyMap<string, string>,
): ProcessInstance {
  const path = modules.get(module)!;
  switch (engine) {
    case "wasm3":
      return new ProcessInstance(buildWasm3Host(), [path]);
    case "wasm2c":
      return new ProcessInstance(buildWasm2cHost(module, path));
    case "native":
      return new ProcessInstance(buildNativeHost(module));
  }
}
