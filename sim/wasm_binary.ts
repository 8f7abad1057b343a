/**
 * Reads the outline of a WebAssembly binary and rewrites the limits of its memory, so that a test
 * can make the n-th `memory.grow` fail in any engine.
 *
 * Formats: WebAssembly Core Specification 2.0, chapter 5 "Binary Format".
 */

import { SimulationError } from "./errors.ts";

/** Section ids (5.5.2). */
export const SectionId = { CUSTOM: 0, IMPORT: 2, MEMORY: 5, EXPORT: 7 } as const;

/** Names of `externtype` and `exportdesc` tags (5.5.5, 5.5.10), by number. */
const KINDS = ["func", "table", "memory", "global"] as const;

export interface Section {
  readonly id: number;
  /** Offset of the id byte in the module. */
  readonly start: number;
  /** The contents are bytes `[contents, end)`. */
  readonly contents: number;
  readonly end: number;
}

export interface ImportedItem {
  readonly module: string;
  readonly name: string;
  readonly kind: (typeof KINDS)[number];
}

export interface ExportedItem {
  readonly name: string;
  readonly kind: (typeof KINDS)[number];
}

/** Limits of a memory in pages of 64 KiB. */
export interface MemoryLimits {
  readonly minimum: number;
  readonly maximum: number | null;
}

/** Reads a module from front to back; running past `end` is an error. */
class Reader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  position: number;

  constructor(bytes: Uint8Array, position: number, end = bytes.length) {
    this.#bytes = bytes;
    this.position = position;
    this.#end = end;
  }

  get done(): boolean {
    return this.position >= this.#end;
  }

  byte(): number {
    if (this.done) throw malformed(this.position, "ends too early");
    return this.#bytes[this.position++]!;
  }

  /** An unsigned LEB128 number of at most 32 bits (5.2.2). */
  u32(): number {
    const start = this.position;
    let value = 0;
    for (let weight = 1; weight < 2 ** 35; weight *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * weight;
      if (byte < 0x80 && value < 2 ** 32) return value;
    }
    throw malformed(start, "number exceeds 32 bits");
  }

  slice(length: number): Uint8Array {
    const start = this.position;
    if (start + length > this.#end) throw malformed(start, "ends too early");
    this.position += length;
    return this.#bytes.subarray(start, this.position);
  }

  name(): string {
    return new TextDecoder().decode(this.slice(this.u32()));
  }

  limits(): MemoryLimits {
    const flags = this.byte();
    if (flags > 3) throw malformed(this.position - 1, "limits of an unknown kind");
    return { minimum: this.u32(), maximum: flags & 1 ? this.u32() : null };
  }

  kind(): (typeof KINDS)[number] {
    const kind = KINDS[this.byte()];
    if (!kind) throw malformed(this.position - 1, "item of an unknown kind");
    return kind;
  }
}

function malformed(offset: number, what: string): SimulationError {
  return new SimulationError(`not a valid WebAssembly module: ${what} at byte ${offset}`);
}

/** `value` (below 2^32) in LEB128. */
export function leb128(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
  return [...bytes, value];
}

/** The sections of a module, in order. */
export function sections(module: Uint8Array): Section[] {
  const magic = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
  if (magic.some((byte, index) => module[index] !== byte)) {
    throw malformed(0, "no magic number and version 1");
  }
  const found: Section[] = [];
  const reader = new Reader(module, magic.length);
  while (!reader.done) {
    const start = reader.position;
    const id = reader.byte();
    const length = reader.u32();
    const contents = reader.position;
    reader.slice(length);
    found.push({ id, start, contents, end: reader.position });
  }
  return found;
}

/** The entries of the vector that fills section `id`; none if the module lacks the section. */
function entries<T>(module: Uint8Array, id: number, read: (reader: Reader) => T): T[] {
  const section = sections(module).find((candidate) => candidate.id === id);
  if (!section) return [];
  const reader = new Reader(module, section.contents, section.end);
  const count = reader.u32();
  const found: T[] = [];
  for (let index = 0; index < count; ++index) found.push(read(reader));
  return found;
}

export function imports(module: Uint8Array): ImportedItem[] {
  return entries(module, SectionId.IMPORT, (reader) => {
    const item = { module: reader.name(), name: reader.name(), kind: reader.kind() };
    if (item.kind === "func") reader.u32();
    else if (item.kind === "global") reader.slice(2);
    else {
      if (item.kind === "table") reader.byte();
      reader.limits();
    }
    return item;
  });
}

export function exports(module: Uint8Array): ExportedItem[] {
  return entries(module, SectionId.EXPORT, (reader) => {
    const item = { name: reader.name(), kind: reader.kind() };
    reader.u32();
    return item;
  });
}

/** Limits of the memory that the module defines; null if it defines none. */
export function memoryLimits(module: Uint8Array): MemoryLimits | null {
  return entries(module, SectionId.MEMORY, (reader) => reader.limits())[0] ?? null;
}

/** The module with its memory limited to `maximum` pages: growing beyond answers -1. */
export function withMaximumPages(module: Uint8Array, maximum: number): Uint8Array<ArrayBuffer> {
  const section = sections(module).find(({ id }) => id === SectionId.MEMORY);
  const limits = memoryLimits(module);
  if (!section || !limits) throw new SimulationError("the module defines no memory");
  if (maximum < limits.minimum) {
    throw new SimulationError(`the module starts with ${limits.minimum} pages, not ${maximum}`);
  }
  const contents = [1, 1, ...leb128(limits.minimum), ...leb128(maximum)];
  return Uint8Array.from([
    ...module.subarray(0, section.start),
    SectionId.MEMORY,
    ...leb128(contents.length),
    ...contents,
    ...module.subarray(section.end),
  ]);
}
