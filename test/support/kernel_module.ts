/**
 * The kernel under test: the very `kernel.wasm` that the ISO carries.
 */

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const PATH = fileURLToPath(new URL("../../builddir/kernel.wasm", import.meta.url));

/** The kernel's bytes. */
export function kernelBytes(): Uint8Array<ArrayBuffer> {
  if (!existsSync(PATH)) {
    throw new Error(`${PATH} is missing; make it with: npm run kernel`);
  }
  return new Uint8Array(readFileSync(PATH));
}

let compiled: WebAssembly.Module | undefined;

/** The kernel, compiled once for each test process. */
export function kernelModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(kernelBytes());
  return compiled;
}
