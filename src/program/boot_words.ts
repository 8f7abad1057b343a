/**
 * The words of a boot file's command line: `key=value`, separated by spaces, in a value `%` and two
 * hexadecimal digits for a byte that cannot stand there itself, such as a space.
 *
 *     argument=hello argument=a%20b environment=LANG%3DC input=console
 */

import { bootFileCmdline } from "../boot/shim";
import { Scratch, scratch } from "./scratch";

const SPACE: i32 = 0x20;
const EQUALS: i32 = 0x3d;
const PERCENT: i32 = 0x25;

/** What follows the last byte of a value, or of the command line. */
export const END: i32 = -1;

/** Bytes of the longest command line: as many as the shim takes of all of them together. */
const CMDLINE_BYTES: u32 = 16384;

/** The command line. */
@inline
function cmdline(): usize {
  return scratch(Scratch.CMDLINE);
}

/** Bytes of the longest value that is a path. */
export const VALUE_BYTES: u32 = 4096;

/** Where `readValue` puts a value: `VALUE_BYTES`. */
@inline
export function value(): usize {
  return scratch(Scratch.VALUE);
}

/** Longest key that is kept; no known one is as long. */
const KEY_BYTES: u32 = 16;
const key: usize = memory.data(16);
let keyBytes: u32 = 0;

let cmdlineBytes: u32 = 0;
let position: u32 = 0;

/** True once there is a word whose value can be read. */
let inWord: bool = false;

/** The byte at `position`; `END` past the end. */
function peek(): i32 {
  return position < cmdlineBytes ? i32(load<u8>(cmdline() + position)) : END;
}

/**
 * Begins with the first word of boot file `index`; false if its command line is too long. What else is
 * kept where the command line lies (see scratch.ts) is lost, and the other way round.
 */
export function openWords(index: u32): bool {
  inWord = false;
  position = 0;
  cmdlineBytes = u32(bootFileCmdline(index, cmdline(), CMDLINE_BYTES));
  if (cmdlineBytes <= CMDLINE_BYTES) return true;
  cmdlineBytes = 0;
  return false;
}

/** Goes on to the next word and reads its key; false if there is none. */
export function nextWord(): bool {
  while (nextValueByte() != END); // what was not read of the word before
  while (peek() == SPACE) ++position;
  inWord = peek() != END;
  if (!inWord) return false;
  keyBytes = 0;
  while (peek() != EQUALS && peek() != SPACE && peek() != END) {
    if (keyBytes < KEY_BYTES) store<u8>(key + keyBytes++, u8(peek()));
    ++position;
  }
  if (peek() == EQUALS) ++position;
  return true;
}

/** True if the word's key is `text`. */
export function isKey(text: string): bool {
  if (keyBytes != u32(text.length)) return false;
  for (let index: u32 = 0; index < keyBytes; ++index) {
    if (load<u8>(key + index) != text.charCodeAt(index)) return false;
  }
  return true;
}

/** The value of a hexadecimal digit; of anything else nonsense, which is harmless. */
function digit(byte: i32): i32 {
  return byte <= 0x39 ? byte - 0x30 : (byte | 0x20) - 0x57;
}

/** The next byte of the word's value; `END` after the last. */
export function nextValueByte(): i32 {
  const byte = inWord ? peek() : END;
  if (byte == SPACE || byte == END) return END;
  ++position;
  if (byte != PERCENT) return byte;
  const high = peek();
  ++position;
  const low = peek();
  ++position;
  return ((digit(high) << 4) | digit(low)) & 0xff;
}

/** Reads the word's value to `value`; its bytes, more than `VALUE_BYTES` if it has more than that. */
export function readValue(): u32 {
  let bytes: u32 = 0;
  for (let byte = nextValueByte(); byte != END; byte = nextValueByte()) {
    if (bytes < VALUE_BYTES) store<u8>(value() + bytes, u8(byte));
    ++bytes;
  }
  return bytes;
}
