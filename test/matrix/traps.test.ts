/**
 * Traps end a machine alike whatever runs the kernel: the same words, the same code, the same status,
 * and a backtrace. Each trap has a kernel of its own, which both engines run. Without `SLOPOS_MATRIX=full` one
 * of each kind is run.
 */

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Boot, boot } from "../boot/boot.ts";
import { withDirectory } from "../boot/scripts.ts";
import { buildAotShim } from "./aot_shim.ts";
import { isFull } from "./matrix.ts";
import { TRAP_MODULES, textOf } from "./trap_modules.ts";

/** Two boots and a build. */
const TIMEOUT = 180_000;

/** The functions that a panic names, the innermost first, each once for repeated calls. */
function backtrace({ log }: Boot): string[] {
  const names = [...log.panic.matchAll(/^ {2}at (.*)$/gm)].map(([, name]) => name!);
  return names.filter((name, index) => name !== "<unnamed>" && name !== names[index - 1]);
}

/** True if `names` come in `all` in this order. */
function isWithin(names: readonly string[], all: readonly string[]): boolean {
  let at = -1;
  return names.every((name) => (at = all.indexOf(name, at + 1)) >= 0);
}

describe("a kernel that", () => {
  it.each(TRAP_MODULES.filter(({ inShortHalf }) => isFull || inShortHalf))(
    "$what",
    (kernel) =>
      withDirectory(async (work) => {
        const text = join(work, "kernel.wat");
        const module = join(work, "kernel.wasm");
        writeFileSync(text, textOf(kernel));
        execFileSync("wat2wasm", ["--debug-names", "-o", module, text]);
        const iso = ["--module", module];
        const [interpreted, compiled] = await Promise.all([
          boot("stub", { iso }),
          boot("stub", { engine: "aot", iso: [...iso, "--shim", buildAotShim(module)] }),
        ]);
        for (const result of [interpreted, compiled]) {
          const { panic, text: all } = result.log;
          expect(panic, all).toContain(`PANIC: wasm: [trap] ${kernel.trap} code=18 name=TRAP\n`);
          expect(result.status).toBe(1);
        }
        // The compiler puts small functions into their callers, where they have no frame.
        const names = backtrace(compiled);
        expect(names.length, compiled.log.panic).toBeGreaterThan(0);
        expect(isWithin(names, backtrace(interpreted)), names.join(" < ")).toBe(true);
      }),
    TIMEOUT,
  );
});
