/** Compiles a C program to a WASI command with clang and wasi-libc. */

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PROGRAMS = fileURLToPath(new URL("../../programs/", import.meta.url));

/** Compiles `programs/NAME.c` into `folder`; the module's path. */
export function compileC(name: string, folder: string): string {
  const module = join(folder, `${name}.wasm`);
  const source = join(PROGRAMS, `${name}.c`);
  execFileSync("clang", ["--target=wasm32-wasi", "--sysroot=/usr", "-O2", source, "-o", module]);
  return module;
}
