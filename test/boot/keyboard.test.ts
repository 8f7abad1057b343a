/** What is typed on the keyboard of a machine arrives at its program. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { assemble } from "../support/wat.ts";
import { BareMachine } from "./bare_machine.ts";
import { buildIso } from "./loaders.ts";
import { withDirectory } from "./scripts.ts";

/** A program that says when it listens, and then everything that it reads once more. */
const ECHO = `(module
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\20\\00\\00\\00\\0a\\00\\00\\00")
  (data (i32.const 32) "listening\\0a")
  (func (export "_start")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))
    (i32.store (i32.const 0) (i32.const 64))
    (loop $next
      (i32.store (i32.const 4) (i32.const 1024))
      (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 4)))
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))
      (br_if $next (i32.load (i32.const 4))))))`;

it("lines with shift, backspace and signs, and ^D at their end", () =>
  withDirectory(async (work) => {
    const program = join(work, "echo.wasm");
    writeFileSync(program, assemble(ECHO));
    const iso = join(work, "a.iso");
    const made = await buildIso("stub", ["-o", iso, "--program", program, "--input", "console"]);
    expect(made, made.stderr).toMatchObject({ status: 0 });
    const machine = new BareMachine(iso, join(work, "serial.log"));
    await machine.read(/^listening$/m);
    // One after the other: QEMU types a key for a tenth of a second.
    for (const keys of [["shift", "h"], ["i"], ["x"], ["backspace"], ["shift", "1"], ["ret"]]) {
      machine.press(...keys);
    }
    await machine.read(/^Hix. .!\r?\nHi!\r?\n/m);
    machine.press("ctrl", "d");
    const line = await machine.read(/program: ended: .*/);
    expect(line).toContain("status=0");
    await machine.read(/\] shim: success, .*: status=0/);
  }));
