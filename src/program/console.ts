/**
 * The console as the program has it: what it says, and what is typed.
 *
 * Output goes out at once, so that a prompt is seen. Input comes from one of three places:
 *
 *   - nowhere: it is at its end from the start;
 *   - a stream, handed on byte by byte as it comes;
 *   - a terminal, edited line by line as a terminal driver does: what is typed is echoed, backspace
 *     takes a character back, ^U the line, ^D at its beginning ends the input, ^C ends the program.
 */

import { ConsoleInput } from "../../abi/program";
import {
  consoleRead,
  consoleWrite,
  programExit,
  programLoad,
  programStore,
  programWrite,
} from "../boot/shim";
import { Scratch, scratch } from "./scratch";

export const enum Input {
  NONE = 0,
  STREAM = 1,
  TERMINAL = 2,
}

const INTERRUPT: i32 = 0x03;
const END_OF_INPUT: i32 = 0x04;
const BACKSPACE: i32 = 0x08;
const NEWLINE: i32 = 0x0a;
const RETURN: i32 = 0x0d;
const KILL_LINE: i32 = 0x15;
const DELETE: i32 = 0x7f;
const SPACE: i32 = 0x20;

/** What a program that ^C ended has as its status, as in a shell. */
const INTERRUPTED: u32 = 130;

/** Bytes of the longest line; further ones are dropped, as terminal drivers do. */
const LINE_BYTES: u32 = 4096;

/** Bytes that are written by themselves: echo, the end of a line. */
const echo: usize = memory.data(4);

/** The line of input. */
@inline
function line(): usize {
  return scratch(Scratch.LINE);
}

let input: Input = Input.NONE;

/** True if the console's last byte was a newline. */
let atLineStart: bool = true;

/** Bytes of the line so far. */
let lineBytes: u32 = 0;
/** Bytes of a whole line that were read. */
let lineRead: u32 = 0;
/** True if the line is whole and can be read. */
let lineIsWhole: bool = false;
let hasEnded: bool = false;

/** Takes input from `source` from now on. */
export function openConsole(source: Input): void {
  input = source;
  atLineStart = true;
  lineBytes = 0;
  lineRead = 0;
  lineIsWhole = false;
  hasEnded = source == Input.NONE;
}

function say(bytes: u32): void {
  consoleWrite(echo, bytes);
}

/** Says the `bytes` at `from` in the program's memory; false if it does not own them all. */
export function writeConsole(stream: u32, from: u32, bytes: u32): bool {
  if (!bytes) return true;
  if (programWrite(stream, from, bytes)) return false;
  programLoad(from + (bytes - 1), echo, 1);
  atLineStart = load<u8>(echo) == u8(NEWLINE);
  return true;
}

/** Makes what comes next begin a line. */
export function endConsoleLine(): void {
  if (!atLineStart) {
    store<u8>(echo, u8(NEWLINE));
    say(1);
  }
  atLineStart = true;
}

/** Takes the last character, UTF-8, of the line back, on the screen as well; false if there is none. */
function eraseCharacter(): bool {
  if (!lineBytes) return false;
  while (lineBytes && (load<u8>(line() + --lineBytes) & 0xc0) == 0x80);
  store<u8>(echo, u8(BACKSPACE));
  store<u8>(echo, u8(SPACE), 1);
  store<u8>(echo, u8(BACKSPACE), 2);
  say(3);
  return true;
}

/** Ends the program, as if it had called `proc_exit`. */
function interrupt(): void {
  store<u8>(echo, 0x5e);
  store<u8>(echo, 0x43, 1);
  store<u8>(echo, u8(NEWLINE), 2);
  say(3);
  atLineStart = true;
  hasEnded = true;
  programExit(INTERRUPTED);
}

/** Takes a byte that was typed into the line. */
function edit(byte: i32): void {
  if (byte == INTERRUPT) {
    interrupt();
  } else if (byte == END_OF_INPUT) {
    if (lineBytes) lineIsWhole = true;
    else hasEnded = true;
  } else if (byte == BACKSPACE || byte == DELETE) {
    eraseCharacter();
  } else if (byte == KILL_LINE) {
    while (eraseCharacter());
  } else {
    const ends = byte == RETURN || byte == NEWLINE;
    // The last byte is kept for the newline.
    if (!ends && lineBytes >= LINE_BYTES - 1) return;
    store<u8>(line() + lineBytes++, u8(ends ? NEWLINE : byte));
    store<u8>(echo, u8(ends ? NEWLINE : byte));
    say(1);
    atLineStart = ends;
    lineIsWhole = ends;
  }
}

/** Takes what was typed, up to the end of a line. */
function pump(): void {
  while (!lineIsWhole && !hasEnded) {
    const byte = consoleRead();
    if (byte == ConsoleInput.NOTHING_YET) return;
    if (byte != ConsoleInput.ENDED) edit(byte);
    else if (lineBytes) lineIsWhole = true;
    else hasEnded = true;
  }
}

/** True if a read would not wait: something is there, or nothing ever will be. */
export function consoleIsReady(): bool {
  if (input == Input.TERMINAL) pump();
  return input != Input.TERMINAL || lineIsWhole || hasEnded;
}

/** Reads what there is of a stream, at most what a line holds, to the line; waits for the first byte. */
function readStream(capacity: u32): void {
  const most = min(capacity, LINE_BYTES);
  while (lineBytes < most) {
    const byte = consoleRead();
    if (byte == ConsoleInput.ENDED) {
      hasEnded = true;
      return;
    }
    if (byte >= 0) {
      store<u8>(line() + lineBytes++, u8(byte));
      if (byte == NEWLINE) return;
    } else if (lineBytes) {
      return;
    }
  }
}

/** Bytes that the last `readConsole` read: at most those of a line, 0 at the end of the input. */
export let readBytes: u32 = 0;

/**
 * Reads at most `capacity` bytes, and no more than a line, to `to` in the program's memory, waiting for
 * the first. False if the program does not own the place.
 */
export function readConsole(to: u32, capacity: u32): bool {
  readBytes = 0;
  if (!capacity) return true;
  if (input == Input.STREAM) {
    if (!hasEnded) readStream(capacity);
  } else {
    while (!consoleIsReady());
  }
  const part = min(capacity, lineBytes - lineRead);
  if (input == Input.TERMINAL && !lineIsWhole) return true;
  if (part && programStore(to, line() + lineRead, part)) return false;
  readBytes = part;
  lineRead += part;
  if (lineRead == lineBytes) {
    lineBytes = 0;
    lineRead = 0;
    lineIsWhole = false;
  }
  return true;
}
