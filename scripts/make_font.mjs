/**
 * Turns the console font Spleen into C for the shim's screen: both sizes, with one table of what is
 * shown for which code point.
 *
 *     node scripts/make_font.mjs DIRECTORY OUTPUT.c
 *
 * DIRECTORY holds spleen-8x16.psfu.gz and spleen-16x32.psfu.gz, or the same unpacked: PC Screen Font,
 * version 1 or 2, with a table of Unicode. The order of glyphs in OUTPUT.c is that of shim/font.h:
 * printable ASCII, a box for what the font lacks, then the others by code point.
 */

import { Buffer } from "node:buffer";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

const [directory, output] = process.argv.slice(2);
if (!output) {
  console.error("usage: node scripts/make_font.mjs DIRECTORY OUTPUT.c");
  process.exit(2);
}

function fail(message) {
  console.error(`make_font: ${message}`);
  process.exit(1);
}

const PSF1_MAGIC = 0x0436;
const PSF2_MAGIC = 0x864ab572;

/** Bits of PSF 1's mode: 512 glyphs, a table of Unicode; bit of PSF 2's flags: the same table. */
const PSF1_512 = 1;
const PSF1_UNICODE = 2;
const PSF2_UNICODE = 1;

/** Code points of one glyph in PSF 1: 16 bits each, 0xfffe begins a sequence, 0xffff ends all. */
function* readPsf1Table(bytes) {
  let codes = [];
  let inSequence = false;
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    const code = bytes.readUInt16LE(at);
    if (code === 0xffff) {
      yield codes;
      codes = [];
      inSequence = false;
    } else if (code === 0xfffe) {
      inSequence = true;
    } else if (!inSequence) {
      codes.push(code);
    }
  }
}

/** The same in PSF 2: UTF-8, 0xfe begins a sequence, 0xff ends all. */
function* readPsf2Table(bytes) {
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(0xff, at);
    if (end < 0) return;
    const entry = bytes.subarray(at, end);
    const sequences = entry.indexOf(0xfe);
    const single = sequences < 0 ? entry : entry.subarray(0, sequences);
    yield [...single.toString("utf8")].map((character) => character.codePointAt(0));
    at = end + 1;
  }
}

function readHeader(file, bytes) {
  if (bytes.length >= 4 && bytes.readUInt16LE(0) === PSF1_MAGIC && bytes[2] & PSF1_UNICODE) {
    const count = bytes[2] & PSF1_512 ? 512 : 256;
    return { begin: 4, count, width: 8, height: bytes[3], readTable: readPsf1Table };
  }
  if (bytes.length >= 32 && bytes.readUInt32LE(0) === PSF2_MAGIC) {
    const [, , begin, flags, count, , height, width] = new Uint32Array(
      new Uint8Array(bytes.subarray(0, 32)).buffer,
    );
    if (flags & PSF2_UNICODE) return { begin, count, width, height, readTable: readPsf2Table };
  }
  return fail(`${file} is no PC Screen Font with a table of Unicode`);
}

/** The glyph of each code point in the font of `width` and `height` pixels. */
function readFont(width, height) {
  const name = join(directory, `spleen-${width}x${height}.psfu`);
  const file = [`${name}.gz`, name].find((path) => existsSync(path));
  if (!file) fail(`no ${name}.gz`);
  const packed = readFileSync(file);
  const bytes = file.endsWith(".gz") ? gunzipSync(packed) : packed;
  const font = readHeader(file, bytes);
  if (font.width !== width || font.height !== height) fail(`${file} has another size`);
  const size = (width / 8) * height;
  const glyphs = new Map();
  let index = 0;
  for (const codes of font.readTable(bytes.subarray(font.begin + font.count * size))) {
    const at = font.begin + index++ * size;
    for (const code of codes)
      if (!glyphs.has(code)) glyphs.set(code, bytes.subarray(at, at + size));
  }
  return { width, height, glyphs };
}

/** A frame, an eighth of the width thick and as far from the cell's edges. */
function makeBox(width, height) {
  const line = width / 8;
  const [left, right, top, bottom] = [line, width - line, 2 * line, height - 2 * line];
  const box = Buffer.alloc((width / 8) * height);
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const inside = x >= left + line && x < right - line && y >= top + line && y < bottom - line;
      if (!inside) box[(y * width + x) >> 3] |= 0x80 >> (x & 7);
    }
  }
  return box;
}

const small = readFont(8, 16);
const large = readFont(16, 32);
const both = [...small.glyphs.keys()].filter((code) => large.glyphs.has(code) && code <= 0xffff);

const ASCII_FIRST = 0x20;
const ASCII_END = 0x7f;
const codes = both
  .filter((code) => code >= ASCII_FIRST && code !== ASCII_END)
  .sort((a, b) => a - b);
for (let code = ASCII_FIRST; code < ASCII_END; code++) {
  if (codes[code - ASCII_FIRST] !== code) fail(`the font lacks the character ${code}`);
}

/** The glyphs in their order, and for each code point which it is: several can share one. */
const smallGlyphs = [];
const largeGlyphs = [];
const numbers = new Map();
const entries = [];
for (const code of codes) {
  if (smallGlyphs.length === ASCII_END - ASCII_FIRST) {
    smallGlyphs.push(makeBox(8, 16));
    largeGlyphs.push(makeBox(16, 32));
  }
  const pair = [small.glyphs.get(code), large.glyphs.get(code)];
  const key = pair.map((glyph) => glyph.toString("hex")).join(" ");
  if (code < ASCII_END || !numbers.has(key)) {
    if (!numbers.has(key)) numbers.set(key, smallGlyphs.length);
    smallGlyphs.push(pair[0]);
    largeGlyphs.push(pair[1]);
  }
  if (code > ASCII_END) entries.push(`{${code}, ${numbers.get(key)}}`);
}

const rows = (glyphs) => glyphs.map((glyph) => `    ${[...glyph].join(",")},`).join("\n");
writeFileSync(
  output,
  `/* Spleen, turned into data by scripts/make_font.mjs. */
#include "font.h"

static const uint8_t small_glyphs[] = {
${rows(smallGlyphs)}
};
static const uint8_t large_glyphs[] = {
${rows(largeGlyphs)}
};
const struct font font_small = {8, 16, small_glyphs};
const struct font font_large = {16, 32, large_glyphs};
const struct font_entry font_entries[] = {${entries.join(", ")}};
const uint32_t font_entry_count = ${entries.length};
`,
);
