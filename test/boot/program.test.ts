/**
 * Programs under firmware: how each of them ends, and that every frame comes back. What they do there is
 * what they do on the simulated machine, whose tests have the rest.
 */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { assemble } from "../support/wat.ts";
import { type Boot, type BootOptions, boot } from "./boot.ts";
import { ENGINES } from "./engines.ts";
import { withDirectory } from "./scripts.ts";

const PROGRAMS = fileURLToPath(new URL("../../programs/", import.meta.url));

/** How scripts/run_qemu_ovmf.sh ends. */
const PASS = 0;
const KERNEL_FAILED = 1;

/** Boots with the program that `text` writes down, in WebAssembly's text form. */
function bootText(
  text: string,
  { engine = "wasm3", iso = [] }: Pick<BootOptions, "engine" | "iso"> = {},
): Promise<Boot> {
  return withDirectory(async (work) => {
    const program = join(work, "program.wasm");
    writeFileSync(program, assemble(`(module ${text})`));
    return boot("stub", { engine, iso: ["--program", program, ...iso] });
  });
}

/** Expects that the program ended so, and that the kernel has everything back. */
function expectEnd({ log }: Boot, status: number, how: string): void {
  const ended = log.line("program", "ended").values;
  expect([ended.get("status"), ended.get("how")], log.text).toEqual([`${status}`, how]);
  const totals = log.lines.filter(({ message }) => message.startsWith("totals match"));
  const after = totals.at(-1)!.values;
  expect(Number(after.get("managed"))).toBe(
    Number(after.get("free")) + Number(after.get("allocated")),
  );
  expect(Number(after.get("free"))).toBe(log.number("mm", "ready", "free"));
}

const MEMORY = `(memory (export "memory") 1)`;
const EXIT = `(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))`;

describe.each(ENGINES)("under %s, a program that", (engine) => {
  it("is TypeScript says what it was told", async () => {
    const words = ["--argument", "one", "--argument", "a b", "--env", "A=%"];
    const booted = await boot("stub", {
      engine,
      iso: ["--program", `${PROGRAMS}hello.ts`, ...words],
    });
    expect(booted.status, booted.log.text).toBe(PASS);
    expect(booted.log.text).toMatch(/\nargument 1: one\nargument 2: a b\nA is %\nIt is 20/);
    expectEnd(booted, 0, "exited");
  });

  it("takes all memory of a small machine finds it zero, and hears -1", async () => {
    const booted = await boot("stub", {
      engine,
      iso: ["--program", `${PROGRAMS}memory.ts`],
      run: ["60", "--memory", "128"],
    });
    expect(booted.status, booted.log.text).toBe(PASS);
    const pages = Number(/got (\d+) more/.exec(booted.log.text)![1]);
    expect(pages / 16).toBeGreaterThan(0.75 * 128);
    expect(booted.log.text).toMatch(/answered -1\.\nWords that were not zero: 0\. .* written: 0\./);
    expectEnd(booted, 0, "exited");
  });

  it("recurses without end, and without a value on any stack, overflows its own", async () => {
    const booted = await bootText(`${MEMORY} (func $f (export "_start") (call $f))`, { engine });
    expect(booted.log.text).toMatch(/\nprogram: \[trap\] stack overflow\n/);
    expect(booted.log.text.match(/^ {2}at _start$/gm)!.length).toBeLessThanOrEqual(32);
    expectEnd(booted, 18, "trapped");
  });
});

// What the kernel has to do with these is the same in both.
describe("a program that", () => {
  it("exits with a status fails the boot with it", async () => {
    const text = `${EXIT} ${MEMORY} (func (export "_start") (call $exit (i32.const 7)))`;
    const booted = await bootText(text);
    expect(booted.status).toBe(KERNEL_FAILED);
    expectEnd(booted, 7, "exited");
  });

  it("traps is named with its calls", async () => {
    const booted = await bootText(
      `${MEMORY} (func $inner unreachable) (func $outer (export "_start") (call $inner))`,
    );
    expect(booted.status).toBe(KERNEL_FAILED);
    expect(booted.log.text).toMatch(/\nprogram: \[trap\] unreachable executed\n {2}at inner\n/);
    expectEnd(booted, 18, "trapped");
  });

  it("has two files of one name is refused, and no frame is missing", async () => {
    const file = `${PROGRAMS}hello.ts`;
    const twice = ["--file", `${file}=a`, "--file", `${file}=a`];
    const text = `${MEMORY} (func (export "_start"))`;
    const { status, log } = await bootText(text, { iso: twice });
    expect(status).toBe(KERNEL_FAILED);
    expect(log.text).toMatch(/ program: refused: two files have one name path=a code=5\n/);
  });
});
