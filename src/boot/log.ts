/**
 * Log lines, built without allocating: `[    0.012345] tag: message key=value key=value`.
 *
 * One line at a time is put together in a fixed buffer and written to the console when it ends:
 *
 *     info("memmap").range(base, end).text("usable").num("bytes", end - base).end();
 *
 * Tools read the `key=value` part, so a key, once published, keeps its meaning. A line that would
 * not fit the buffer is cut; no line of the kernel comes near.
 */

import { clock, consoleWrite } from "./shim";

export const enum Level {
  ERROR = 0,
  WARN = 1,
  INFO = 2,
  DEBUG = 3,
}

const QUOTE: u32 = 0x22;

/** Bytes of the longest line without its newline. */
const LINE_LIMIT: u32 = 511;

/**
 * The line, its newline, and room for the longest number: one that begins inside the limit is
 * written whole and cut afterwards.
 */
const buffer: usize = memory.data(536);

/** Bytes of the line so far, at most `LINE_LIMIT`. */
let length: u32 = 0;
let muted: bool = false;
let threshold: i32 = Level.INFO;

/** Shows lines up to `level` from now on. */
export function setLogLevel(level: Level): void {
  threshold = level;
}

/** True if a line of `level` would be shown: to be asked before work that is only for the log. */
export function logs(level: Level): bool {
  return i32(level) <= threshold;
}

/** Where the next byte of the line goes. */
@inline
function lineEnd(): usize {
  return buffer + length;
}

/** Takes `count` bytes that were written at `lineEnd` into the line, as far as there is room. */
@inline
function appended(count: u32): void {
  length = min(length + count, LINE_LIMIT);
}


@inline
function append(byte: u32): void {
  store<u8>(lineEnd(), byte);
  appended(1);
}

/** Appends `text`, which is ASCII. */
function appendText(text: string): void {
  const count = min(u32(text.length), LINE_LIMIT - length);
  const from = changetype<usize>(text);
  const to = lineEnd();
  for (let i: u32 = 0; i < count; ++i) store<u8>(to + i, load<u16>(from + (i << 1)));
  appended(count);
}

/** Decimal digits of `value`. */
function decimalDigits(value: u64): u32 {
  let digits: u32 = 1;
  for (let limit: u64 = 10; value >= limit && digits < 20; limit *= 10) ++digits;
  return digits;
}

/** Appends `value` in decimal, filled to `width` digits, at most 20, with `fill`. */
function appendDecimal(value: u64, width: u32 = 1, fill: u32 = 0x30): void {
  const digits = max(decimalDigits(value), width);
  const start = lineEnd();
  let at = start + digits;
  do {
    const rest = value / 10;
    store<u8>(--at, 0x30 + u32(value - rest * 10));
    value = rest;
  } while (value);
  while (at > start) store<u8>(--at, fill);
  appended(digits);
}

/** Appends `value` as `0x` and at least `width` hexadecimal digits, at most 16. */
function appendHex(value: u64, width: u32): void {
  const digits = max<u32>(16 - u32(clz(value | 1) >> 2), width);
  const start = lineEnd();
  store<u8>(start, 0x30);
  store<u8>(start, 0x78, 1);
  for (let at = start + 2 + digits; at > start + 2; value >>= 4) {
    const digit = u32(value) & 15;
    store<u8>(--at, digit < 10 ? 0x30 + digit : 0x57 + digit);
  }
  appended(2 + digits);
}

function appendKey(key: string): void {
  append(0x20);
  appendText(key);
  append(0x3d);
}

/**
 * The line being built. It has no state of its own (there is one line at a time), so its methods
 * ignore `this` and hand it on only to be chained.
 */
@unmanaged
export class Line {
  /** A word or phrase of the message. */
  text(text: string): Line {
    if (!muted) {
      append(0x20);
      appendText(text);
    }
    return this;
  }

  /** `0x…-0x…`, sixteen digits each; `end` is exclusive and shown inclusive. */
  range(base: u64, end: u64): Line {
    if (!muted) {
      append(0x20);
      appendHex(base, 16);
      append(0x2d);
      appendHex(end - 1, 16);
    }
    return this;
  }

  /** `key=<decimal>` */
  num(key: string, value: u64): Line {
    if (!muted) {
      appendKey(key);
      appendDecimal(value);
    }
    return this;
  }

  /** `key=0x<hexadecimal>` */
  hex(key: string, value: u64): Line {
    if (!muted) {
      appendKey(key);
      appendHex(value, 1);
    }
    return this;
  }

  /** `key=<word>`; `value` holds no spaces. */
  word(key: string, value: string): Line {
    if (!muted) {
      appendKey(key);
      appendText(value);
    }
    return this;
  }

  /** `key="<text>"`, the `count` bytes at `from`; what is not printable, or a quote, is `?`. */
  quoted(key: string, from: usize, count: u32): Line {
    if (!muted) {
      appendKey(key);
      append(QUOTE);
      for (let i: u32 = 0; i < count; ++i) {
        const byte = u32(load<u8>(from + i));
        append(byte > 0x20 && byte < 0x7f && byte != QUOTE ? byte : 0x3f);
      }
      append(QUOTE);
    }
    return this;
  }

  /** `key=`, for what `byte` appends. */
  key(key: string): Line {
    if (!muted) appendKey(key);
    return this;
  }

  /** A byte of a word that somebody else chose: what is not printable ASCII, or a space, shows as `?`. */
  byte(byte: u32): Line {
    if (!muted) append(byte > 0x20 && byte < 0x7f ? byte : 0x3f);
    return this;
  }

  /** Writes the line to the console, unless its level is not shown. */
  end(): void {
    if (muted) return;
    store<u8>(buffer + length, 0x0a);
    consoleWrite(buffer, length + 1);
  }
}

function begin(level: Level, tag: string): Line {
  muted = !logs(level);
  length = 0;
  if (!muted) {
    const now = clock() / 1000;
    append(0x5b);
    appendDecimal(now / 1000000, 5, 0x20);
    append(0x2e);
    appendDecimal(now % 1000000, 6);
    appendText("] ");
    appendText(tag);
    append(0x3a);
  }
  return changetype<Line>(buffer);
}

export function error(tag: string): Line {
  return begin(Level.ERROR, tag);
}

export function warn(tag: string): Line {
  return begin(Level.WARN, tag);
}

export function info(tag: string): Line {
  return begin(Level.INFO, tag);
}

export function debug(tag: string): Line {
  return begin(Level.DEBUG, tag);
}

/** `PANIC: <tag>: …`, without a time stamp and at every level: the last line of a failed boot. */
export function panicLine(tag: string): Line {
  muted = false;
  length = 0;
  appendText("PANIC: ");
  appendText(tag);
  append(0x3a);
  return changetype<Line>(buffer);
}
