/**
 * Walks the code of a wasm module, instruction by instruction, in search of those that the machine's
 * runtime does not have.
 *
 * Formats: WebAssembly Core Specification 2.0, 5.4 "Instructions"; the proposals "exception handling",
 * "threads", "fixed-width SIMD" and "garbage collection" for what is only named.
 */

import { entries, type Reader, SectionId } from "./wasm_binary.ts";

/** What follows an opcode of one byte. `n` stands for a LEB128 number. */
type Immediate = "" | "n" | "nn" | "byte" | "4 bytes" | "8 bytes" | "labels" | "memory";

const END_OF_RANGE = 0xc4;

/** What an opcode that the runtime has is followed by; others are numeric and followed by nothing. */
const IMMEDIATES: ReadonlyMap<number, Immediate> = new Map<number, Immediate>([
  ...each<Immediate>([0x02, 0x03, 0x04, 0x0c, 0x0d, 0x10, 0x12], "n"),
  ...each<Immediate>([0x20, 0x21, 0x22, 0x23, 0x24, 0x41, 0x42], "n"),
  ...each<Immediate>([0x11, 0x13], "nn"),
  ...each<Immediate>([0x3f, 0x40], "byte"),
  ...each<Immediate>([0x43], "4 bytes"),
  ...each<Immediate>([0x44], "8 bytes"),
  ...each<Immediate>([0x0e], "labels"),
  ...each<Immediate>(
    Array.from({ length: 0x3f - 0x28 }, (_, index) => 0x28 + index),
    "memory",
  ),
]);

/** Opcodes of one byte that the runtime lacks, and what they belong to. */
const MISSING: ReadonlyMap<number, string> = new Map([
  ...each([0x06, 0x07, 0x08, 0x09, 0x0a, 0x18, 0x19, 0x1f], "exceptions"),
  ...each([0x14, 0x15, 0xd3, 0xd4, 0xd5, 0xd6, 0xfb], "typed references"),
  ...each([0x1c, 0x25, 0x26, 0xd0, 0xd1, 0xd2], "reference types"),
  ...each([0xfd], "SIMD"),
  ...each([0xfe], "atomics"),
]);

/** After 0xfc: 0 to 7 convert, 10 copies memory and 11 fills it. */
const PREFIX = 0xfc;
const LAST_CONVERSION = 7;
const MEMORY_COPY = 10;
const MEMORY_FILL = 11;

function each<T>(opcodes: readonly number[], value: T): [number, T][] {
  return opcodes.map((opcode) => [opcode, value]);
}

/** Skips a LEB128 number of any width. */
function skipNumber(reader: Reader): void {
  while (reader.byte() >= 0x80);
}

function skipImmediate(reader: Reader, immediate: Immediate): void {
  switch (immediate) {
    case "n":
      return skipNumber(reader);
    case "nn":
    case "memory":
      skipNumber(reader);
      return skipNumber(reader);
    case "byte":
      reader.byte();
      return;
    case "4 bytes":
      reader.slice(4);
      return;
    case "8 bytes":
      reader.slice(8);
      return;
    case "labels":
      for (let count = reader.u32() + 1; count > 0; --count) skipNumber(reader);
      return;
    case "":
  }
}

/** Skips what follows the prefix; what it belongs to if the runtime lacks it, or "". */
function skipPrefixed(reader: Reader): string {
  const operation = reader.u32();
  if (operation <= LAST_CONVERSION) return "";
  if (operation === MEMORY_COPY) reader.slice(2);
  else if (operation === MEMORY_FILL) reader.slice(1);
  else return operation <= 9 ? "passive segments" : "reference types";
  return "";
}

/** What the first instruction of a function that the runtime lacks belongs to; "" if it has all. */
function missingInBody(reader: Reader): string {
  const bytes = reader.u32();
  const end = reader.position + bytes;
  for (let groups = reader.u32(); groups > 0; --groups) {
    skipNumber(reader);
    reader.byte();
  }
  while (reader.position < end) {
    const opcode = reader.byte();
    const missing = MISSING.get(opcode) ?? (opcode === PREFIX ? skipPrefixed(reader) : "");
    if (missing || (opcode > END_OF_RANGE && opcode !== PREFIX)) {
      reader.position = end;
      return missing || `the instruction 0x${opcode.toString(16)}`;
    }
    skipImmediate(reader, IMMEDIATES.get(opcode) ?? "");
  }
  return "";
}

/** What the code of `module`, which is valid, uses that the runtime lacks, each named once. */
export function missingInstructions(module: Uint8Array): string[] {
  return [...new Set(entries(module, SectionId.CODE, missingInBody))].filter(Boolean);
}
