/**
 * Compiles `probe_entry.ts` and gives its exports types.
 */

import { type KernelExports } from "../../sim/kernel.ts";
import { compileEntry } from "./entry_compiler.ts";

/** The imports of ABI 2 as the probe re-exports them, and a little more. */
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

/** The probe's bytes. */
export function compileProbe(): Uint8Array<ArrayBuffer> {
  return compileEntry("probe_entry.ts", ["--initialMemory", "1"]);
}
