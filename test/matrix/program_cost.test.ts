/**
 * What a call of WASI costs a program beyond its own instructions. With `-icount` a nanosecond of guest
 * time is an instruction, so that the figures are the same on every machine; it also takes minutes, and
 * so belongs to the whole matrix only.
 */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { assemble } from "../support/wat.ts";
import { boot } from "../boot/boot.ts";
import { type Engine } from "../boot/engines.ts";
import { withDirectory } from "../boot/scripts.ts";
import { isFull } from "./matrix.ts";

const CALLS = 5_000;

/** A program that exits with the nanoseconds that each of many times `call` took, the loop's own left out. */
function timed(call: string): Uint8Array {
  const clock = (at: number) =>
    `(drop (call $clock (i32.const 1) (i64.const 1) (i32.const ${at})))`;
  const loop = (body: string) => `
    (local.set $left (i32.const ${CALLS}))
    (loop $again ${body}
      (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))`;
  return assemble(`(module
    (import "wasi_snapshot_preview1" "clock_time_get"
      (func $clock (param i32 i64 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_tell" (func $tell (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_fdstat_get" (func $stat (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (func (export "_start") (local $left i32)
      ${clock(0)} ${loop(call)} ${clock(8)} ${loop("")} ${clock(16)}
      (call $exit (i32.wrap_i64 (i64.div_u
        (i64.sub
          (i64.sub (i64.load (i32.const 8)) (i64.load (i32.const 0)))
          (i64.sub (i64.load (i32.const 16)) (i64.load (i32.const 8))))
        (i64.const ${CALLS}))))))`);
}

const CASES: [call: string, text: string][] = [
  ["clock_time_get", "(drop (call $clock (i32.const 1) (i64.const 1) (i32.const 24)))"],
  ["fd_tell of no descriptor", "(drop (call $tell (i32.const 99) (i32.const 24)))"],
  ["fd_fdstat_get", "(drop (call $stat (i32.const 1) (i32.const 24)))"],
];

/** Instructions that a call may cost which moves nothing but its answer. */
const LIMITS: [engine: Engine, most: number][] = [
  ["wasm3", 1_500],
  ["aot", 300],
];

async function cost(engine: Engine, call: string): Promise<number> {
  return withDirectory(async (work) => {
    const program = join(work, "program.wasm");
    writeFileSync(program, timed(call));
    const run = ["400", "--accel", "tcg", "--icount"];
    const { log } = await boot("stub", { engine, iso: ["--program", program], run });
    return log.number("program", "ended", "status");
  });
}

describe.runIf(isFull).each(LIMITS)(
  "under %s a call costs at most %i instructions:",
  (engine, most) => {
    it.each(CASES)("%s", { timeout: 420_000 }, async (_, call) => {
      const instructions = await cost(engine, call);
      expect(instructions).toBeGreaterThan(0);
      expect(instructions).toBeLessThanOrEqual(most);
    });
  },
);
