/**
 * Joins the data segments of a wasm module into one.
 *
 * The compiler leaves a segment for every piece between two runs of zeros, hundreds of them, and
 * wasm3 sets up a compiler and a runtime of 10 KiB each to evaluate the offset of every one, which
 * takes longer than all else that it does to load the kernel. Memory starts out as zero, so the gaps
 * can as well be zeros in one segment.
 */

import {
  entries,
  leb128,
  type Reader,
  SectionId,
  sections,
  signedLeb128,
  withSection,
} from "./wasm_binary.ts";

// WebAssembly Core Specification 2.0, 5.5.14: a segment of memory 0 whose offset is an expression;
// 5.4.7 and 5.4.9: the expression.
const ACTIVE = 0;
const I32_CONST = 0x41;
const END = 0x0b;

interface Segment {
  readonly offset: number;
  readonly content: Uint8Array;
}

/** Reads an active segment of memory 0 at a constant offset; throws if it is another kind. */
function readSegment(reader: Reader): Segment {
  if (reader.u32() !== ACTIVE || reader.byte() !== I32_CONST) {
    throw new Error("a data segment is not at a constant offset of the one memory");
  }
  const offset = reader.s32();
  if (offset < 0) throw new Error("a data segment lies above 2 GiB");
  if (reader.byte() !== END) throw new Error("the offset of a data segment is not a constant");
  return { offset, content: reader.slice(reader.u32()) };
}

/**
 * `module` with one data segment from the first byte of all to the last, later ones over earlier
 * ones as instantiation does it. A module without data is returned as it is. Throws where a segment
 * is passive, or not at a constant offset of the one memory.
 */
export function joinDataSegments(module: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const segments = entries(module, SectionId.DATA, readSegment);
  if (!segments.length) return module;
  const start = Math.min(...segments.map(({ offset }) => offset));
  const end = Math.max(...segments.map(({ offset, content }) => offset + content.length));
  const image = new Uint8Array(end - start);
  for (const { offset, content } of segments) image.set(content, offset - start);
  const segment = [ACTIVE, I32_CONST, ...signedLeb128(start), END, ...leb128(image.length)];
  const joined = withSection(module, SectionId.DATA, [1, ...segment, ...image]);
  const isCounted = sections(joined).some(({ id }) => id === SectionId.DATA_COUNT);
  return isCounted ? withSection(joined, SectionId.DATA_COUNT, [1]) : joined;
}
