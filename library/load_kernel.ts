/**
 * Gets the kernel from where it lies and compiles it: a file for Node, an address for a browser.
 */

import { KERNEL_PLACE } from "./kernel_place.ts";

/** A kernel: compiled, as the bytes of a module, or where such bytes are (`file:`, `https:`). */
export type KernelSource = WebAssembly.Module | BufferSource | URL;

async function bytesAt(place: URL): Promise<BufferSource> {
  if (place.protocol === "file:") {
    // Not imported: a browser has no such module, and what bundles for browsers would look for it.
    const files = globalThis.process.getBuiltinModule("node:fs/promises");
    return new Uint8Array(await files.readFile(place));
  }
  const response = await fetch(place);
  if (!response.ok) throw new Error(`${place.href}: ${response.status} ${response.statusText}`);
  return response.arrayBuffer();
}

let own: Promise<WebAssembly.Module> | null = null;

async function compileAt(place: URL): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await bytesAt(place));
}

/** Compiles `source`; the package's own kernel by default, which is loaded once. */
export function loadKernel(source?: KernelSource): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return Promise.resolve(source);
  if (source instanceof URL) return compileAt(source);
  if (source) return WebAssembly.compile(source);
  own ??= compileAt(KERNEL_PLACE).catch((error: unknown) => {
    // A server that was away may be back the next time.
    own = null;
    throw error;
  });
  return own;
}
