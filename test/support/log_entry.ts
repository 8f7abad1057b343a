/**
 * The kernel's log lines with drawn values: what tests of the log call.
 */

import { debug, error, info, Level, Line, panicLine, setLogLevel, warn } from "../../src/boot/log";

/** Shows lines up to `level`. */
export function show(level: i32): void {
  setLogLevel(level);
}

function lineOf(level: i32): Line {
  switch (level) {
    case Level.ERROR:
      return error("tag");
    case Level.WARN:
      return warn("tag");
    case Level.INFO:
      return info("tag");
    default:
      return debug("tag");
  }
}

function fill(line: Line, base: u64, end: u64, number: u64, bits: u64): void {
  line
    .range(base, end)
    .text("some words:")
    .num("number", number)
    .hex("bits", bits)
    .word("word", "one")
    .end();
}

/** Logs a line of `level`. */
export function log(level: i32, base: u64, end: u64, number: u64, bits: u64): void {
  fill(lineOf(level), base, end, number, bits);
}

/** Logs a panic line. */
export function panic(base: u64, end: u64, number: u64, bits: u64): void {
  fill(panicLine("tag"), base, end, number, bits);
}

/** Logs a line of `words` words, far longer than the longest there is room for. */
export function logLong(words: u32): void {
  const line = info("tag");
  for (let i: u32 = 0; i < words; ++i) line.text("word");
  line.end();
}

/** Logs a line with a text that is itself longer than there is room for behind `words` words. */
export function logLongText(words: u32): void {
  const line = info("tag");
  for (let i: u32 = 0; i < words; ++i) line.text("word");
  line.text("a text that is longer than any number, range or key of a line can be").end();
}

/** Logs a line of `count` numbers, far longer than the longest there is room for. */
export function logLongNumbers(count: u32, value: u64): void {
  const line = info("tag");
  for (let i: u32 = 0; i < count; ++i) line.num("n", value).hex("h", value).range(value, value);
  line.end();
}
