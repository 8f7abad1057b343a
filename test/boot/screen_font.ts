/**
 * The screen's font as Debian's package has it, read for the tests alone: what a cell looks like for
 * each character.
 */

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

export interface ScreenFont {
  readonly width: number;
  readonly height: number;
  /** For the bits of a glyph, row by row as hexadecimal digits, the characters that look so. */
  readonly characters: ReadonlyMap<string, string>;
}

const DIRECTORY = "/usr/share/consolefonts";

/** The small font: PSF 1 with 512 glyphs, each followed in the table by its characters and 0xffff. */
function readSmall(): ScreenFont {
  const file = gunzipSync(readFileSync(`${DIRECTORY}/spleen-8x16.psfu.gz`));
  const words = file.subarray(4 + 512 * 16);
  const characters = new Map<string, string>();
  let glyph = 0;
  for (let at = 0; glyph < 512; at += 2) {
    const word = words.readUInt16LE(at);
    if (word === 0xffff) glyph++;
    else add(characters, file.subarray(4 + glyph * 16, 20 + glyph * 16), String.fromCharCode(word));
  }
  return { width: 8, height: 16, characters };
}

/** The large font: PSF 2 with 512 glyphs, characters in UTF-8, each glyph's ended by the byte 0xff. */
function readLarge(): ScreenFont {
  const file = gunzipSync(readFileSync(`${DIRECTORY}/spleen-16x32.psfu.gz`));
  const characters = new Map<string, string>();
  let at = 32 + 512 * 64;
  for (let glyph = 0; glyph < 512; glyph++) {
    const end = file.indexOf(0xff, at);
    const bits = file.subarray(32 + glyph * 64, 96 + glyph * 64);
    for (const character of file.toString("utf8", at, end)) add(characters, bits, character);
    at = end + 1;
  }
  return { width: 16, height: 32, characters };
}

function add(characters: Map<string, string>, bits: Buffer, character: string): void {
  const key = bits.toString("hex");
  characters.set(key, (characters.get(key) ?? "") + character);
}

/** The font for a screen of `width` by `height` pixels. */
export function fontFor(width: number, height: number): ScreenFont {
  return width > 1920 || height > 1920 ? readLarge() : readSmall();
}
