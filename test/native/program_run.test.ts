/**
 * Programs on the simulated machine from their start to every kind of end.
 */

import { describe, expect, test } from "vitest";
import { ErrorCode } from "../../abi/error_code.ts";
import { MemoryType } from "../../abi/memory_type.ts";
import { MmStat } from "../../abi/mm_stat.ts";
import { ProgramEnd } from "../../abi/program.ts";
import {
  bootWithProgram,
  type ProgramSetting,
  runProgram,
  text,
} from "../support/program_machine.ts";
import { compileEntry } from "../support/entry_compiler.ts";
import { Caller } from "../support/wasi_caller.ts";
import { assemble } from "../support/wat.ts";

/** The flag of path_open. */
const CREAT = 1;

const WASI = "wasi_snapshot_preview1";

/** A command with `body` as its `_start`. */
function command(body: string, more = ""): Uint8Array {
  return assemble(`(module
    (import "${WASI}" "proc_exit" (func $exit (param i32)))
    (import "${WASI}" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 16) "\\20\\00\\00\\00\\06\\00\\00\\00")
    (data (i32.const 32) "hello\\n")
    ${more}
    (func $start (export "_start") ${body}))`);
}

const HELLO = "(drop (call $write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 8)))";

/** Runs, and expects that every frame is back. */
function live(program: Uint8Array, setting: ProgramSetting = {}) {
  const { machine, booted, run } = bootWithProgram(program, setting);
  const before = booted.kernel.mmStat(MmStat.ALLOCATED);
  const outcome = run();
  expect(booted.kernel.mmStat(MmStat.ALLOCATED)).toBe(before);
  expect(booted.kernel.mmStat(MmStat.PROGRAM)).toBe(0);
  expect(machine.violations).toEqual([]);
  return outcome;
}

describe("a program", () => {
  test("says what it says, and returns", () => {
    const { end, status, stdout, stderr, log } = live(command(HELLO), {
      args: ["hello.wasm", "one"],
    });
    expect([end, status, text(stdout), text(stderr)]).toEqual([
      ProgramEnd.EXITED,
      0,
      "hello\n",
      "",
    ]);
    expect(log[0]).toMatch(/ program: started: name=hello\.wasm bytes=\d+ arguments=2$/);
    expect(log[1]).toMatch(
      / program: ended: status=0 memory_bytes=65536 heap_bytes=\d+ frames=\d+ how=exited$/,
    );
    expect(log[2]).toMatch(/ mm: totals match: managed=\d+ free=\d+ allocated=\d+$/);
  });

  test.each([0, 1, 7, 255, 0xffff_ffff])("exits with %i", (status) => {
    const outcome = live(command(`(call $exit (i32.const ${status})) unreachable`));
    expect([outcome.end, outcome.status]).toEqual([ProgramEnd.EXITED, status]);
  });

  test.each([
    ["unreachable", "unreachable", /unreachable/],
    ["a load beyond memory", "(drop (i32.load (i32.const 65536)))", /out of bounds/],
    ["a division by zero", "(drop (i32.div_s (i32.const 1) (i32.const 0)))", /zero/],
    ["endless recursion", "(call $deeper)", /stack overflow/],
  ])("traps: %s", (_, body, message) => {
    const outcome = live(command(`${HELLO} ${body}`, "(func $deeper (call $deeper))"));
    expect([outcome.end, outcome.status]).toEqual([ProgramEnd.TRAPPED, ErrorCode.TRAP]);
    expect(text(outcome.stdout)).toBe("hello\n");
    expect(outcome.message).toMatch(message);
    expect(
      outcome.log.some((line) => / program: ended: status=18 .* how=trapped$/.test(line)),
    ).toBe(true);
  });

  test("that calls the kernel at every depth overflows its own stack and not the kernel's", () => {
    const outcome = live(command("(call $deeper)", `(func $deeper ${HELLO} (call $deeper))`));
    expect([outcome.end, outcome.status]).toEqual([ProgramEnd.TRAPPED, ErrorCode.TRAP]);
    expect(outcome.message).toMatch(/stack overflow/);
  });

  test("may call from its start function", () => {
    const outcome = live(command(HELLO, `(func $first ${HELLO}) (start $first)`));
    expect(text(outcome.stdout)).toBe("hello\nhello\n");
  });

  test("grows until it hears -1, and not beyond what the machine has", () => {
    const body = `(local $pages i32)
      (block $full (loop $more
        (br_if $full (i32.lt_s (memory.grow (i32.const 1)) (i32.const 0)))
        (i32.store (i32.mul (memory.size) (i32.const 65532)) (i32.const 1))
        (br $more)))
      (call $exit (memory.size))`;
    const outcome = live(command(body), { memory: 128n << 20n });
    // 128 MiB less the image, 8 MiB of stack, 2 of heap and the reserve of 1/64.
    expect(outcome.status / 16).toBeGreaterThan(0.85 * 128);
    expect(outcome.status / 16).toBeLessThan(118);
  });

  test("starts with the memory it declares, or is refused", () => {
    const program = assemble(`(module (memory (export "memory") 3000) (func (export "_start")))`);
    expect(live(program, { memory: 256n << 20n }).status).toBe(0);
    const outcome = live(program, { memory: 64n << 20n });
    expect([outcome.end, outcome.status]).toEqual([ProgramEnd.REFUSED, ErrorCode.INVALID_MODULE]);
    expect(outcome.message).toMatch(/begins with 3000 pages of 64 KiB/);
  });

  test("after a thousand others finds the machine as the first did", () => {
    const { machine, booted, run } = bootWithProgram(command(HELLO));
    const stats = () => [0, 1, 2, 3, 5, 7, 9].map((kind) => booted.kernel.mmStat(kind));
    run();
    const first = stats();
    for (let times = 0; times < 1_000; ++times) run();
    expect(stats()).toEqual(first);
    expect(machine.violations).toEqual([]);
  });

  test("has its arguments, its environment, and what is typed", () => {
    const echo = assemble(`(module
      (import "${WASI}" "args_get" (func $args (param i32 i32) (result i32)))
      (import "${WASI}" "environ_get" (func $environ (param i32 i32) (result i32)))
      (import "${WASI}" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
      (import "${WASI}" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
      (memory (export "memory") 1)
      (data (i32.const 16) "\\00\\10\\00\\00\\40\\00\\00\\00")
      (func $say (drop (call $write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 8))))
      (func (export "_start")
        (drop (call $args (i32.const 64) (i32.const 4096))) (call $say)
        (memory.fill (i32.const 4096) (i32.const 0) (i32.const 64))
        (drop (call $environ (i32.const 64) (i32.const 4096))) (call $say)
        (memory.fill (i32.const 4096) (i32.const 0) (i32.const 64))
        (drop (call $read (i32.const 0) (i32.const 16) (i32.const 1) (i32.const 8)))
        (call $say)))`);
    const outcome = runProgram(echo, {
      args: ["p", "a b", "", "ä=%\n"],
      env: { A: "b c", B: "\n" },
      words: ["input=stream"],
      input: new TextEncoder().encode("typed\nmore"),
    });
    const [args, environment, typed] = [0, 64, 128].map((at) =>
      text(outcome.stdout.slice(at, at + 64)).replace(/\0+$/, ""),
    );
    expect(args).toBe("p\0a b\0\0ä=%\n");
    expect(environment).toBe("A=b c\0B=\n");
    expect(typed).toBe("typed\n");
  });

  test("is told what its command line does not say right", () => {
    for (const words of [["bell=loud"], ["input=nowhere"], ["preopen="], ["root=open"]]) {
      const outcome = live(command(HELLO), { words });
      expect(outcome.end).toBe(ProgramEnd.REFUSED);
      expect(outcome.log.at(-1)).toMatch(/ program: refused: [a-z =]+ code=\d+$/);
    }
  });
});

describe("the kernel's scratch space", () => {
  test("begins after all static data and ends with the first page", async () => {
    const bytes = compileEntry("scratch_entry.ts", ["--initialMemory", "1"]);
    const imports: Record<string, WebAssembly.ModuleImports> = {};
    const module = await WebAssembly.compile(bytes);
    for (const { module: from, name } of WebAssembly.Module.imports(module)) {
      (imports[from] ??= {})[name] = () => 0;
    }
    const { exports } = await WebAssembly.instantiate(module, imports);
    const say = (name: string) => (exports[name] as () => number)();
    expect(say("heap_base")).toBeLessThanOrEqual(say("scratch_start"));
    // src/program/scratch.ts: as many bytes as its pieces have.
    expect(65_536 - say("scratch_start")).toBe(33_792);
  });

  test("is clean for a program, although bring-up sorts a long memory map there", () => {
    // As many entries as fill the room from the static data to the end of the page, and more.
    const entries = Array.from({ length: 6_000 }, (_, index) => ({
      base: BigInt(1024 + 2 * index) << 12n,
      length: 4096n,
      type: MemoryType.USABLE,
    }));
    const memoryMap = [
      ...entries,
      { base: 1n << 30n, length: 64n << 20n, type: MemoryType.USABLE },
    ];
    const program = new Caller({ machine: { memoryMap } });
    const fd = program.open("tmp/hole", CREAT);
    expect(program.write(fd, Uint8Array.of(1), 5_000n)).toBe(1);
    expect(program.read(fd, 5_001, 0n)).toEqual(Uint8Array.of(...Array<number>(5_000).fill(0), 1));
    program.end();
  });
});

describe("a terminal", () => {
  /** What a program comes to that says each line that it reads, if `typed` is what is typed. */
  const source = (typed: string) =>
    runProgram(
      assemble(
        `(module
          (import "${WASI}" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
          (import "${WASI}" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 1)
          (data (i32.const 16) "\\20\\00\\00\\00")
          (func (export "_start")
            (block $end (loop $more
              (i32.store (i32.const 20) (i32.const 100))
              (drop (call $read (i32.const 0) (i32.const 16) (i32.const 1) (i32.const 8)))
              (br_if $end (i32.eqz (i32.load (i32.const 8))))
              (i32.store (i32.const 20) (i32.load (i32.const 8)))
              ${HELLO} (br $more)))))`,
      ),
      { words: ["input=console"], input: new TextEncoder().encode(typed) },
    );

  test("is edited line by line", () => {
    expect(text(source("one\rtwo\n").stdout)).toBe("one\ntwo\n");
    expect(text(source("onw\x7fe\n").stdout)).toBe("one\n");
    expect(text(source("ä\x08a\n").stdout)).toBe("a\n");
    expect(text(source("wrong\x15right\n").stdout)).toBe("right\n");
    expect(text(source("\x7f\x7fa\n").stdout)).toBe("a\n");
  });

  test("ends with ^D, and ^C ends the program", () => {
    const ended = source("one\n\x04two\n");
    expect([text(ended.stdout), ended.status]).toEqual(["one\n", 0]);
    const interrupted = source("one\ntw\x03o\n");
    expect([text(interrupted.stdout), interrupted.status]).toEqual(["one\n", 130]);
    expect(interrupted.end).toBe(ProgramEnd.EXITED);
  });
});
