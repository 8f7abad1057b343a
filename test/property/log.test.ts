/**
 * The log's lines: what is written in, a reader of `key=value` lines gets out, whatever the values.
 */

import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { parseLine } from "../boot/kernel_log.ts";
import { compileEntry } from "../support/entry_compiler.ts";
import { draws } from "../support/seeds.ts";

interface LogExports {
  memory: WebAssembly.Memory;
  show(level: number): void;
  log(level: number, base: bigint, end: bigint, number: bigint, bits: bigint): void;
  panic(base: bigint, end: bigint, number: bigint, bits: bigint): void;
  logLong(words: number): void;
  logLongText(words: number): void;
  logLongNumbers(count: number, value: bigint): void;
}

const ERROR = 0;
const INFO = 2;
const DEBUG = 3;

let module: WebAssembly.Module;
beforeAll(() => {
  module = new WebAssembly.Module(compileEntry("log_entry.ts"));
});

/** What the log may write to: its line with room for the longest number. */
const BUFFER_BYTES = 536;

/**
 * Runs `use` on a fresh log at `nanoseconds` since the start; what it wrote to the console. Of memory
 * it may have changed nothing but its buffer.
 */
function written(use: (log: LogExports) => void, nanoseconds = 0n): string {
  let buffer = 0;
  let text = "";
  const shim = {
    clock: () => nanoseconds,
    console_write: (at: number, bytes: number) => {
      buffer = at;
      text += new TextDecoder().decode(new Uint8Array(exports.memory.buffer, at, bytes));
    },
  };
  const { exports: raw } = new WebAssembly.Instance(module, { shim });
  const exports = raw as unknown as LogExports;
  const memory = new Uint8Array(exports.memory.buffer);
  const before = memory.slice();
  use(exports);
  if (text) before.set(memory.subarray(buffer, buffer + BUFFER_BYTES), buffer);
  expect(Buffer.compare(before, memory)).toBe(0);
  return text;
}

const u64 = fc.oneof(fc.bigInt(0n, (1n << 64n) - 1n), fc.bigInt(0n, 1000n));
const hex16 = (value: bigint) => `0x${BigInt.asUintN(64, value).toString(16).padStart(16, "0")}`;

test("a line says what was put into it", () => {
  fc.assert(
    fc.property(u64, u64, u64, u64, fc.bigInt(0n, 10n ** 15n), (base, end, number, bits, now) => {
      const text = written((log) => log.log(INFO, base, end, number, bits), now);
      expect(text).toMatch(/^[^\n]+\n$/);
      const line = parseLine(text.trimEnd())!;
      expect(line.tag).toBe("tag");
      expect(line.message).toBe(`${hex16(base)}-${hex16(end - 1n)} some words:`);
      expect(Object.fromEntries(line.values)).toEqual({
        number: number.toString(),
        bits: `0x${bits.toString(16)}`,
        word: "one",
      });
      expect(line.seconds).toBe(Number(now / 1000n) / 1e6);
    }),
    draws(20_261, 500),
  );
});

test("a line is shown up to its level; a panic line always, without a time", () => {
  for (let shown = ERROR; shown <= DEBUG; ++shown) {
    for (let level = ERROR; level <= DEBUG; ++level) {
      const text = written((log) => {
        log.show(shown);
        log.log(level, 0n, 1n, 2n, 3n);
      });
      expect(text !== "").toBe(level <= shown);
    }
    const panic = written((log) => {
      log.show(shown);
      log.panic(0n, 4096n, 7n, 255n);
    });
    expect(panic).toBe(
      `PANIC: tag: ${hex16(0n)}-${hex16(4095n)} some words: number=7 bits=0xff word=one\n`,
    );
  }
});

test("a line that is too long is cut and still ends", () => {
  const text = written((log) => {
    log.logLong(1000);
    log.log(INFO, 0n, 1n, 2n, 3n);
  });
  const [long, next, rest] = text.split("\n");
  expect(long).toHaveLength(511);
  expect(parseLine(next!)?.values.get("number")).toBe("2");
  expect(rest).toBe("");
});

test("a text that is too long is cut, wherever it begins", () => {
  for (let words = 60; words < 130; ++words) {
    const [line] = written((log) => log.logLongText(words)).split("\n");
    const text = " a text that is longer than any number, range or key of a line can be";
    expect(line).toBe(`[    0.000000] tag:${" word".repeat(words)}${text}`.slice(0, 511));
  }
});

test("a line that is too long is cut inside a number, wherever that is", () => {
  fc.assert(
    fc.property(u64, fc.integer({ min: 1, max: 40 }), (value, count) => {
      const text = written((log) => {
        log.logLongNumbers(count, value);
        log.log(INFO, 0n, 1n, 2n, 3n);
      });
      const one = ` n=${value} h=0x${value.toString(16)} ${hex16(value)}-${hex16(value - 1n)}`;
      const [long, next] = text.split("\n");
      expect(long).toBe(`[    0.000000] tag:${one.repeat(count)}`.slice(0, 511));
      expect(parseLine(next!)?.values.get("number")).toBe("2");
    }),
    draws(20_262, 300),
  );
});
