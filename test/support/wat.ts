/** WebAssembly from its text form. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import binaryen from "assemblyscript/binaryen";

/** The module that `text` writes down, by the compiler's own assembler: needs Node alone. */
export function assembleInNode(text: string): Uint8Array {
  return binaryen.parseText(text).emitBinary();
}

/** The same by wat2wasm, with what is newer or wrong; `features` as wat2wasm calls them, such as `--enable-threads`. */
export function assemble(text: string, features: readonly string[] = []): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), "slopos-wat-"));
  try {
    const source = join(folder, "module.wat");
    const output = join(folder, "module.wasm");
    writeFileSync(source, text);
    execFileSync("wat2wasm", ["--debug-names", ...features, "-o", output, source]);
    return new Uint8Array(readFileSync(output));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
