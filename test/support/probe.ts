/**
 * Compiles `probe_entry.ts` and gives its exports types.
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type KernelExports } from "../../sim/kernel.ts";

/** The imports of ABI 1 as the probe re-exports them, and a little more. */
export interface ProbeExports extends KernelExports {
  write(text: number, bytes: number): void;
  entry(index: number, out: number): number;
  region(kind: number, out: number): number;
  options(out: number, capacity: number): number;
  peek(address: bigint): bigint;
  poke(address: bigint, value: bigint): void;
  fill(address: bigint, bytes: bigint, value: number): void;
  root(): bigint;
  set_root(address: bigint): void;
  flush(virtual: bigint): void;
  commit(virtual: bigint, bytes: bigint): number;
  features(): number;
  now(): bigint;
  grow(pages: number): number;
  sum(address: bigint, count: number): bigint;
}

/**
 * The probe's bytes. The compiler runs in a process of its own: its heap would make every garbage
 * collection of the test slow.
 */
export function compileProbe(): Uint8Array<ArrayBuffer> {
  const folder = mkdtempSync(join(tmpdir(), "slopos-probe-"));
  try {
    const output = join(folder, "probe.wasm");
    const options = ["--runtime", "stub", "--initialMemory", "1", "-O", "--use", "abort="];
    const compiler = fileURLToPath(import.meta.resolve("assemblyscript/bin/asc.js"));
    // Run there, the compiler does not find the kernel's own configuration.
    const cwd = fileURLToPath(new URL(".", import.meta.url));
    execFileSync(process.execPath, [compiler, "probe_entry.ts", "-o", output, ...options], { cwd });
    return new Uint8Array(readFileSync(output));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
