/**
 * Joins the data segments of a wasm module into one.
 *
 * The compiler leaves a segment for every piece between two runs of zeros, hundreds of them, and
 * wasm3 sets up a compiler and a runtime of 10 KiB each to evaluate the offset of every one, which
 * takes longer than all else that it does to load the kernel. Memory starts out as zero, so the gaps
 * can as well be zeros in one segment.
 */

import { Buffer } from "node:buffer";

// WebAssembly Core Specification 2.0, 5.5: sections by id.
const DATA = 11;
const DATA_COUNT = 12;
const PREAMBLE_BYTES = 8;

// 5.5.14: a segment of memory 0 whose offset is an expression; 5.4.7 and 5.4.9: the expression.
const ACTIVE = 0;
const I32_CONST = 0x41;
const END = 0x0b;

/** A reader of the numbers in `bytes` from `at` on. */
class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  get isAtEnd() {
    return this.at >= this.bytes.length;
  }

  byte() {
    return this.bytes[this.at++];
  }

  /** `count` bytes. */
  take(count) {
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  /** LEB128 (5.2.2), at most 32 bits. */
  unsigned() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  /** An active segment of memory 0 at a constant offset: `{ offset, content }`. */
  segment() {
    if (this.unsigned() !== ACTIVE || this.byte() !== I32_CONST) {
      throw new Error("a data segment is not at a constant offset of the one memory");
    }
    const offset = this.unsigned();
    // The number is signed: this is the bit of its sign.
    if (this.bytes[this.at - 1] & 0x40) throw new Error("a data segment lies above 2 GiB");
    if (this.byte() !== END) throw new Error("the offset of a data segment is not a constant");
    return { offset, content: this.take(this.unsigned()) };
  }
}

function unsigned(value) {
  const bytes = [];
  for (; value >= 0x80; value >>>= 7) bytes.push((value & 0x7f) | 0x80);
  return [...bytes, value];
}

/** As signed LEB128; `value` is an address below 2 GiB. */
function signed(value) {
  const bytes = [];
  for (; value >= 0x40; value >>>= 7) bytes.push((value & 0x7f) | 0x80);
  return [...bytes, value];
}

function section(id, content) {
  return Buffer.from([id, ...unsigned(content.length), ...content]);
}

/** The content of the data section `content` with one segment instead of all. */
function joined(content) {
  const reader = new Reader(content);
  const segments = Array.from({ length: reader.unsigned() }, () => reader.segment());
  const start = Math.min(...segments.map(({ offset }) => offset));
  const end = Math.max(...segments.map((each) => each.offset + each.content.length));
  const image = new Uint8Array(end - start);
  for (const each of segments) image.set(each.content, each.offset - start);
  return [1, ACTIVE, I32_CONST, ...signed(start), END, ...unsigned(image.length), ...image];
}

/**
 * `module` with one data segment from the first byte of all to the last, later ones over earlier
 * ones as instantiation does it. A module without data is returned as it is. Throws where a segment
 * is passive, or not at a constant offset of the one memory.
 */
export function joinDataSegments(module) {
  const parts = [Buffer.from(module.subarray(0, PREAMBLE_BYTES))];
  const reader = new Reader(module, PREAMBLE_BYTES);
  while (!reader.isAtEnd) {
    const begin = reader.at;
    const id = reader.byte();
    const content = reader.take(reader.unsigned());
    if (id === DATA && content[0] !== 0) parts.push(section(DATA, joined(content)));
    else if (id === DATA_COUNT && content[0] !== 0) parts.push(section(DATA_COUNT, [1]));
    else parts.push(Buffer.from(module.subarray(begin, reader.at)));
  }
  return Buffer.concat(parts);
}
