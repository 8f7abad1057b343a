/** Builds shims that have other modules as machine code than the kernel, as a user would. */

import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { ROOT } from "../boot/scripts.ts";

/** A build folder for such shims; one test file uses it. */
const FOLDER = join(ROOT, "builddir/other-modules");

function run(tool: string, args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(tool, args, { cwd: ROOT, encoding: "utf8" });
  expect(status, `${stdout}${stderr}`).toBe(0);
}

/** Builds a shim of the module at `path`; returns the shim's path. The next one takes its place. */
export function buildAotShim(path: string): string {
  const module = join(FOLDER, "module.wasm");
  mkdirSync(FOLDER, { recursive: true });
  copyFileSync(path, module);
  if (!existsSync(join(FOLDER, "build.ninja")))
    run("meson", ["setup", FOLDER, `-Dmodule=${module}`]);
  run("ninja", ["-C", FOLDER, "shim-aot.elf"]);
  return join(FOLDER, "shim-aot.elf");
}
