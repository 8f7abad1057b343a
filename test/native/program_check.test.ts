/**
 * What is refused before it is packed or run: each by the name of what is wrong.
 */

import { describe, expect, test } from "vitest";
import { programObjections } from "../../scripts/wasm/program_check.ts";
import { withImportedMemory } from "../../scripts/wasm/imported_memory.ts";
import { kernelBytes } from "../support/kernel_module.ts";
import { assemble } from "../support/wat.ts";

const WASI = "wasi_snapshot_preview1";
const START = `(func (export "_start"))`;
const MEMORY = `(memory (export "memory") 1)`;

/** What is wrong with the module of `fields`. */
const wrong = (fields: string, features: string[] = []) =>
  programObjections(assemble(`(module ${fields})`, features));

describe("a module", () => {
  test("that is a command passes, whatever wasm of its day it uses", () => {
    expect(wrong(`${MEMORY} ${START}`)).toEqual([]);
    expect(
      wrong(`(import "${WASI}" "fd_seek" (func (param i32 i64 i32 i32) (result i32)))
        (import "wasi_unstable" "proc_exit" (func (param i32)))
        ${MEMORY} (table 2 funcref) (elem (i32.const 0) $f)
        (global $g (mut f64) (f64.const 1.5)) (data (i32.const 0) "x")
        (func $f (param i32) (result i32 f32)
          (local i64 i64 f32)
          (block (result i32) (loop (br_if 1 (i32.const 1) (i32.const 2)) drop)
            (br_table 0 0 0 (i32.const 1) (local.get 0)))
          (drop) (memory.copy (i32.const 0) (i32.const 1) (i32.const 2))
          (memory.fill (i32.const 0) (i32.const 1) (i32.const 2))
          (drop (i64.trunc_sat_f32_s (f32.const 1))) (drop (i64.extend8_s (i64.const -1)))
          (drop (i64.load32_u offset=8 (i32.const 4))) (drop (memory.size))
          (drop (select (i32.const 1) (i32.const 2) (local.get 0)))
          (i32.const 1) (f32.const 2))
        ${START}`),
    ).toEqual([]);
  });

  test.each([
    ["is no wasm", new TextEncoder().encode("\x7fELF and so on"), /no WebAssembly module/],
    ["is empty", new Uint8Array(0), /no WebAssembly module/],
    ["is a component", Uint8Array.of(0, 97, 115, 109, 13, 0, 1, 0), /component/],
    ["is cut off", kernelBytes().slice(0, 5_000), /not valid/],
    ["is a kernel", kernelBytes(), /shim\.phys_load: only wasi_snapshot_preview1/],
  ] as [string, Uint8Array, RegExp][])("that %s", (_, bytes, reason) => {
    expect(programObjections(bytes).join("\n")).toMatch(reason);
  });

  test.each([
    ["has no _start", MEMORY, /no command: .*_start/],
    ["is a library", `${MEMORY} (func (export "_initialize"))`, /a library/],
    ["has no memory", START, /no memory/],
    ["keeps its memory to itself", `(memory 1) ${START}`, /does not export its memory/],
    [
      "imports a memory",
      `(import "env" "memory" (memory 1)) (export "memory" (memory 0)) ${START}`,
      /imports a memory, env\.memory/,
    ],
    [
      "imports a table",
      `(import "env" "t" (table 1 funcref)) ${MEMORY} ${START}`,
      /imports a table/,
    ],
    ["imports a global", `(import "env" "g" (global i32)) ${MEMORY} ${START}`, /imports a global/],
    ["imports of others", `(import "env" "f" (func)) ${MEMORY} ${START}`, /env\.f: only/],
    [
      "imports what there is not",
      `(import "${WASI}" "fork" (func (result i32))) ${MEMORY} ${START}`,
      /fork, which WASI preview 1 does not have/,
    ],
    [
      "imports with another type",
      `(import "${WASI}" "fd_seek" (func (param i32 i32 i32 i32) (result i32))) ${MEMORY} ${START}`,
      /fd_seek with another signature/,
    ],
    [
      "has two tables",
      `${MEMORY} (table 1 funcref) (table 1 funcref) ${START}`,
      /more than one table/,
    ],
    ["has passive data", `${MEMORY} (data "x") ${START}`, /passive segments/],
    [
      "has passive elements",
      `${MEMORY} (table 1 funcref) (elem func $f) (func $f) ${START}`,
      /passive segments/,
    ],
    ["uses SIMD", `${MEMORY} ${START} (func (drop (v128.const i64x2 1 2)))`, /uses SIMD/],
    ["uses references", `${MEMORY} ${START} (func (drop (ref.null func)))`, /reference types/],
    [
      "uses tables as values",
      `${MEMORY} (table 1 funcref) ${START} (func (drop (table.get 0 (i32.const 0))))`,
      /reference types/,
    ],
  ])("that %s", (_, fields, reason) => {
    expect(wrong(fields).join("\n")).toMatch(reason);
  });

  test.each([
    [
      "shares its memory",
      `(memory (export "memory") 1 1 shared) ${START}`,
      "--enable-threads",
      /shared/,
    ],
    [
      "uses atomics",
      `${MEMORY} ${START} (func (drop (i32.atomic.load (i32.const 0))))`,
      "--enable-threads",
      /atomics|not valid/,
    ],
    [
      "throws",
      `${MEMORY} (tag) ${START} (func (throw 0))`,
      "--enable-exceptions",
      /uses exceptions/,
    ],
    [
      "has 64-bit memory",
      `(memory (export "memory") i64 1) ${START}`,
      "--enable-memory64",
      /64-bit|not valid/,
    ],
  ])("that %s", (_, fields, feature, reason) => {
    expect(wrong(fields, [feature]).join("\n")).toMatch(reason);
  });
});

describe("an imported memory", () => {
  test("takes the place of the module's own, with and without other imports", () => {
    for (const imports of ["", `(import "a" "f" (func $f))`]) {
      const module = assemble(`(module ${imports} (memory (export "memory") 2)
        (data (i32.const 7) "x") (func (export "size") (result i32) (memory.size)))`);
      const memory = new WebAssembly.Memory({ initial: 3, maximum: 5 });
      const { exports } = new WebAssembly.Instance(
        new WebAssembly.Module(withImportedMemory(module, "m", "memory")),
        { m: { memory }, a: { f: () => 0 } },
      );
      expect((exports["size"] as () => number)()).toBe(3);
      expect(exports["memory"]).toBe(memory);
      expect(new Uint8Array(memory.buffer)[7]).toBe(120);
    }
  });
});
