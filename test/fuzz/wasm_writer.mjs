/**
 * Writes WebAssembly binaries, right or wrong: the pieces of which test/fuzz/modules.mjs makes its
 * modules. Nothing is checked. Format: WebAssembly Core Specification 2.0, chapter 5.
 */

import { Buffer } from "node:buffer";

export const SectionId = {
  CUSTOM: 0,
  TYPE: 1,
  IMPORT: 2,
  FUNCTION: 3,
  TABLE: 4,
  MEMORY: 5,
  GLOBAL: 6,
  EXPORT: 7,
  START: 8,
  ELEMENT: 9,
  CODE: 10,
  DATA: 11,
};

export const I32 = 0x7f;
export const I64 = 0x7e;

/** A number as unsigned LEB128, in at least `least` bytes. */
export function leb(number, least = 1) {
  const bytes = [];
  let rest = BigInt(number);
  do {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  } while (rest > 0n || bytes.length < least);
  bytes[bytes.length - 1] &= 0x7f;
  return bytes;
}

/** The number at `offset` of `bytes`, and the offset after it. */
export function readLeb(bytes, offset) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[offset++];
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, end: offset };
  }
}

/** Elements, each an array of bytes, after their number. */
export const vector = (...elements) => [...leb(elements.length), ...elements.flat()];

export const name = (text) => [...leb(Buffer.byteLength(text)), ...Buffer.from(text)];

/** The type of functions from `parameters` to `results`. */
export const type = (parameters, results) => [
  0x60,
  ...vector(...parameters.map((value) => [value])),
  ...vector(...results.map((value) => [value])),
];

/** A function without locals and with `code`, to which `end` is added. */
export const body = (code = []) => [...leb(code.length + 2), 0, ...code, 0x0b];

/** One section of a module. */
export const section = (id, contents) => ({ id, contents: Buffer.from(contents) });

/** A module of `sections`; one may have a false `length` or more bytes for it than it needs. */
export function write(sections) {
  const parts = [Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])];
  for (const { id, contents, length = contents.length, least = 1 } of sections) {
    parts.push(Buffer.from([id, ...leb(length, least)]), contents);
  }
  return Buffer.concat(parts);
}

/** The sections of a well-formed module. */
export function read(module) {
  const sections = [];
  for (let at = 8; at < module.length;) {
    const { value, end } = readLeb(module, at + 1);
    sections.push({ id: module[at], contents: module.subarray(end, end + value), start: at });
    at = end + value;
  }
  return sections;
}

/** The elements of the vector at the start of `contents`; `skip` finds the end of one. */
export function elements(contents, skip) {
  const { value: count, end } = readLeb(contents, 0);
  const found = [];
  for (let at = end; found.length < count;) {
    const next = skip(contents, at);
    found.push(contents.subarray(at, next));
    at = next;
  }
  return found;
}

const afterName = (bytes, at) => {
  const { value, end } = readLeb(bytes, at);
  return end + value;
};

/** Ends of an import of a function, an export, and a function's body. */
export const skip = {
  import: (bytes, at) => readLeb(bytes, afterName(bytes, afterName(bytes, at)) + 1).end,
  export: (bytes, at) => readLeb(bytes, afterName(bytes, at) + 1).end,
  body: afterName,
};
