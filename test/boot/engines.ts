/** What runs the kernel on the machine, for tests that boot with each. */

import { join } from "node:path";
import { ROOT } from "./scripts.ts";

/** See shim/engine.h. */
export type Engine = "wasm3" | "aot";

export const ENGINES: readonly Engine[] = ["wasm3", "aot"];

/** The shim of an engine, which the ISO carries as /boot/shim.elf. */
export function shimOf(engine: Engine): string {
  return join(ROOT, "builddir", engine === "aot" ? "shim-aot.elf" : "shim.elf");
}
