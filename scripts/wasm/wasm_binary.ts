/**
 * Reads the outline of a WebAssembly binary and replaces the contents of its sections, for the build
 * and for tests.
 *
 * Formats: WebAssembly Core Specification 2.0, chapter 5 "Binary Format".
 */

/** The bytes are no module, or not one of the kind that is needed; the message says why. */
export class ModuleError extends Error {
  override name = "ModuleError";
}

/** Section ids (5.5.2). */
export const SectionId = {
  TYPE: 1,
  IMPORT: 2,
  TABLE: 4,
  MEMORY: 5,
  GLOBAL: 6,
  EXPORT: 7,
  ELEMENT: 9,
  CODE: 10,
  DATA: 11,
  DATA_COUNT: 12,
} as const;

/** Names of `externtype` and `exportdesc` tags (5.5.5, 5.5.10), by number. */
export const KINDS = ["func", "table", "memory", "global"] as const;

export interface Section {
  readonly id: number;
  /** Offset of the id byte in the module. */
  readonly start: number;
  /** The contents are bytes `[contents, end)`. */
  readonly contents: number;
  readonly end: number;
}

/** An item that a module imports. */
export interface ImportedItem {
  readonly module: string;
  readonly name: string;
  readonly kind: (typeof KINDS)[number];
}

/** Limits of a memory in pages of 64 KiB. */
export interface MemoryLimits {
  readonly minimum: number;
  readonly maximum: number | null;
}

/** i32.const, i64.const, global.get, ref.null and ref.func: one LEB128 number follows (5.4). */
const CONSTANT_OPCODES: readonly number[] = [0x41, 0x42, 0x23, 0xd0, 0xd2];

/** Reads a module from front to back; running past `end` is an error. */
export class Reader {
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

  /** A signed LEB128 number of at most 32 bits (5.2.2). */
  s32(): number {
    const start = this.position;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      // The sign is the highest of the bits so far; with five bytes it is in place already.
      const unused = Math.max(25 - shift, 0);
      if (byte < 0x80) return (value << unused) >> unused;
    }
    throw malformed(start, "number exceeds 32 bits");
  }

  /** Skips a constant expression (3.3.7, 5.4.9). */
  constant(): void {
    for (let opcode = this.byte(); opcode !== 0x0b; opcode = this.byte()) {
      if (opcode === 0x43) this.slice(4);
      else if (opcode === 0x44) this.slice(8);
      else if (CONSTANT_OPCODES.includes(opcode)) while (this.byte() >= 0x80);
      else throw malformed(this.position - 1, `opcode ${opcode} in a constant`);
    }
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

function malformed(offset: number, what: string): ModuleError {
  return new ModuleError(`not a valid WebAssembly module: ${what} at byte ${offset}`);
}

/** `value` (below 2^32) in LEB128. */
export function leb128(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
  return [...bytes, value];
}

/** `value` (below 2^31, not negative) in signed LEB128. */
export function signedLeb128(value: number): number[] {
  const bytes = leb128(value);
  // The highest bit would be read as the sign.
  return bytes.at(-1)! & 0x40 ? [...bytes.slice(0, -1), bytes.at(-1)! | 0x80, 0] : bytes;
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
export function entries<T>(module: Uint8Array, id: number, read: (reader: Reader) => T): T[] {
  const section = sections(module).find((candidate) => candidate.id === id);
  if (!section) return [];
  const reader = new Reader(module, section.contents, section.end);
  const count = reader.u32();
  const found: T[] = [];
  for (let index = 0; index < count; ++index) found.push(read(reader));
  return found;
}

/** What a module imports, in order. */
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

/** The module with other contents of section `id`, which it has. */
export function withSection(module: Uint8Array, id: number, contents: Iterable<number>) {
  const section = sections(module).find((candidate) => candidate.id === id);
  if (!section) throw new ModuleError(`the module has no section ${id}`);
  const bytes = Uint8Array.from(contents);
  return Uint8Array.from([
    ...module.subarray(0, section.start),
    id,
    ...leb128(bytes.length),
    ...bytes,
    ...module.subarray(section.end),
  ]);
}
