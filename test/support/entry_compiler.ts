/**
 * Compiles an AssemblyScript test entry of this folder: a part of the kernel with exports of its own.
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** As the kernel is compiled, but with asserts that trap. */
const OPTIONS = ["--runtime", "stub", "-O", "--use", "abort="];

/**
 * The bytes of `entry`, a file name. The compiler runs in a process of its own: its heap would make
 * every garbage collection of the test slow.
 */
export function compileEntry(
  entry: string,
  options: readonly string[] = [],
): Uint8Array<ArrayBuffer> {
  const folder = mkdtempSync(join(tmpdir(), "slopos-entry-"));
  try {
    const output = join(folder, "entry.wasm");
    const compiler = fileURLToPath(import.meta.resolve("assemblyscript/bin/asc.js"));
    // Run there, the compiler does not find the kernel's own configuration.
    const cwd = fileURLToPath(new URL(".", import.meta.url));
    execFileSync(process.execPath, [compiler, entry, "-o", output, ...OPTIONS, ...options], {
      cwd,
    });
    return new Uint8Array(readFileSync(output));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
