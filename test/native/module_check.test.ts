/** What the shim itself refuses of a program: what wasm3 would take for something else. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { assemble } from "../support/wat.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

let folder = "";
let checker = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "slopos-module-check-"));
  checker = join(folder, "check");
  const sources = ["shim/wasm3/module_check.c", "test/support/module_check_main.c"];
  const flags = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
  execFileSync("clang", ["-std=c17", "-Wall", ...flags, ...sources, "-o", checker], { cwd: ROOT });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** The two verdicts on `module`. */
function check(module: Uint8Array): string[] {
  return execFileSync(checker, { input: module, encoding: "utf8" }).trimEnd().split("\n");
}

const START = `(func (export "_start"))`;

describe("the shim", () => {
  test("takes what wasm3 reads right", () => {
    const text = `(module
      (import "a" "f" (func (param i32))) (import "a" "g" (global i64)) (import "a" "h" (func))
      (memory (export "memory") 1 2) (table 3 funcref) ${START})`;
    expect(check(assemble(text))).toEqual(["-", "-"]);
    expect(check(assemble(`(module (import "a" "m" (memory 1 9)) ${START})`))).toEqual(["-", "-"]);
    expect(check(new Uint8Array(readFileSync(join(ROOT, "builddir/kernel.wasm"))))).toEqual([
      "-",
      "-",
    ]);
  });

  test.each([
    ["an imported table", `(import "a" "t" (table 1 funcref))`, "it imports a table"],
    [
      "a table after other imports",
      `(import "a" "f" (func (param i32))) (import "a" "g" (global i32)) (import "a" "t" (table 1 2 funcref))`,
      "it imports a table",
    ],
    ["two tables", `(table 1 funcref) (table 1 funcref)`, "it has more than one table"],
    [
      "a memory of 64-bit addresses",
      `(memory i64 1)`,
      "its memory is shared, or has 64-bit addresses",
    ],
    ["a shared memory", `(memory 1 1 shared)`, "its memory is shared, or has 64-bit addresses"],
  ])("refuses %s", (_, text, reason) => {
    const features = ["--enable-threads", "--enable-memory64"];
    expect(check(assemble(`(module ${text} ${START})`, features))).toEqual(["-", reason]);
  });

  test("refuses two memories", () => {
    const module = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 5, 5, 2, 0, 1, 0, 1);
    expect(check(module)).toEqual(["-", "it has more than one memory"]);
  });

  test("refuses an import of a kind that wasm3 does not know, and imports that are cut off", () => {
    const module = (...imports: number[]) =>
      Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 2, imports.length, ...imports);
    // An exception tag: kind 4, attribute 0, type 0.
    expect(check(module(1, 1, 97, 1, 98, 4, 0, 0))).toEqual([
      "-",
      "it imports what is no function",
    ]);
    for (const cut of [[1], [1, 1], [1, 1, 97, 9], [1, 1, 97, 1, 98], [1, 1, 97, 1, 98, 0]]) {
      const [first, second] = check(module(...cut));
      expect([first, second]).not.toEqual(["-", "-"]);
    }
    expect(check(module(1, 1, 97, 1, 98, 3, 127))[1]).toBe("its imports are cut off");
    expect(check(module(1, 1, 97, 1, 98, 2, 1, 1))[1]).toBe("its imports are cut off");
  });
});
