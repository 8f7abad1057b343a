/**
 * The kernel's command line: words of the form `key=value`, separated by spaces.
 *
 * It comes from `limine.conf` and selects what the log shows and which checks run; no size depends
 * on it. The code that reads a key warns about a value that it does not know; all keys stand in
 * `isKnown`, so that a word with any other key is warned about as well.
 */

import { warn } from "./log";
import { bootOptions } from "./shim";

/** Bytes of command line that are read; a longer one is cut, with a warning. */
const CAPACITY: u32 = 1024;

const SPACE: u32 = 0x20;

const buffer: usize = memory.data(1024);

let length: u32 = 0;

/** Reads the command line; before that every option is absent. */
export function readOptions(): void {
  const whole = u32(bootOptions(buffer, CAPACITY));
  length = min(whole, CAPACITY);
  if (whole > CAPACITY)
    warn("boot").text("options cut:").num("bytes", whole).num("kept", CAPACITY).end();
}

/** True if a word begins at `position` and begins with `text`. */
function wordBegins(position: u32, text: string): bool {
  const size = u32(text.length);
  if (position + size > length) return false;
  if (position && load<u8>(buffer + position - 1) != SPACE) return false;
  for (let i: u32 = 0; i < size; ++i) {
    if (load<u8>(buffer + position + i) != text.charCodeAt(i)) return false;
  }
  return true;
}

/** True if the word at `position` has a key that some part of the kernel reads. */
function isKnown(position: u32): bool {
  return (
    wordBegins(position, "log=") ||
    wordBegins(position, "selftest=") ||
    wordBegins(position, "reclaim=") ||
    wordBegins(position, "crash=") ||
    wordBegins(position, "console=") ||
    wordBegins(position, "halt=")
  );
}

/** Where the word at `position` ends. */
function wordEnd(position: u32): u32 {
  while (position < length && load<u8>(buffer + position) != SPACE) ++position;
  return position;
}

/** Warns of each word whose key nothing reads. */
export function warnOfUnknownOptions(): void {
  for (let position: u32 = 0; position < length; ++position) {
    const end = wordEnd(position);
    if (end > position && !isKnown(position)) {
      warn("boot")
        .text(
          "unknown option, ignored; known are log=, selftest=, reclaim=, crash=, console=, halt=:",
        )
        .quoted("option", buffer + position, end - position)
        .end();
    }
    position = end;
  }
}

/** True if the command line holds the word `word`, for instance `log=debug`. */
export function hasOption(word: string): bool {
  for (let position: u32 = 0; position < length; ++position) {
    if (!wordBegins(position, word)) continue;
    const end = position + u32(word.length);
    if (end == length || load<u8>(buffer + end) == SPACE) return true;
  }
  return false;
}

/** True if a word of the command line begins with `key`, for instance `log=`. */
export function hasOptionKey(key: string): bool {
  for (let position: u32 = 0; position < length; ++position) {
    if (wordBegins(position, key)) return true;
  }
  return false;
}

/** Warns of values that the shim, which reads these two before there is a kernel, does not know. */
export function warnOfShimOptions(): void {
  const console = hasOption("console=both") || hasOption("console=serial");
  if (hasOptionKey("console=") && !console && !hasOption("console=screen")) {
    warn("boot").text("unknown value of console=, ignored; known are both, serial, screen").end();
  }
  if (hasOptionKey("halt=") && !hasOption("halt=wait")) {
    warn("boot").text("unknown value of halt=, ignored; known is wait").end();
  }
}
