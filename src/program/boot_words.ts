/**
 * The words of a boot file's command line: `key=value`, separated by spaces, in a value `%` and two
 * hexadecimal digits for a byte that cannot stand there itself, such as a space. Read in small pieces,
 * so that a command line may be as long as the loader lets it.
 *
 *     argument=hello argument=a%20b environment=LANG%3DC input=console
 */

import { bootFileCmdline } from "../boot/shim";

const SPACE: i32 = 0x20;
const EQUALS: i32 = 0x3d;
const PERCENT: i32 = 0x25;

/** What follows the last byte of a value, or of the command line. */
export const END: i32 = -1;

/** A piece of the command line. */
const PIECE_BYTES: u32 = 256;
const piece: usize = memory.data(256);
let pieceStart: u32 = 0;
let pieceBytes: u32 = 0;

/** Longest key that is kept; no known one is as long. */
const KEY_BYTES: u32 = 16;
const key: usize = memory.data(16);
let keyBytes: u32 = 0;

let file: u32 = 0;
let position: u32 = 0;

/** True once there is a word whose value can be read. */
let inWord: bool = false;

/** The byte at `position`; `END` past the end. */
function peek(): i32 {
  if (position - pieceStart >= pieceBytes) {
    pieceStart = position;
    pieceBytes = u32(bootFileCmdline(file, position, piece, PIECE_BYTES));
    if (!pieceBytes) return END;
  }
  return load<u8>(piece + (position - pieceStart));
}

/** Begins with the first word of boot file `index`. */
export function openWords(index: u32): void {
  file = index;
  inWord = false;
  position = 0;
  pieceStart = 0;
  pieceBytes = 0;
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

/** Reads the word's value to `to`; its bytes, or more than `capacity` if it has more than that. */
export function readValue(to: usize, capacity: u32): u32 {
  let bytes: u32 = 0;
  for (let byte = nextValueByte(); byte != END; byte = nextValueByte()) {
    if (bytes < capacity) store<u8>(to + bytes, u8(byte));
    ++bytes;
  }
  return bytes;
}
