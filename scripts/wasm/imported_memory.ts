/**
 * A program's module changed so that the machine gives it its memory: then the machine has that memory
 * before the first instruction runs, and decides how far it grows.
 */

import {
  entries,
  KINDS,
  leb128,
  type MemoryLimits,
  ModuleError,
  SectionId,
  sections,
} from "./wasm_binary.ts";

/** Bytes of magic number and version. */
const PREAMBLE_BYTES = 8;

/** Limits of the memory that the module defines; null if it defines none. */
export function definedMemory(module: Uint8Array): MemoryLimits | null {
  return entries(module, SectionId.MEMORY, (reader) => reader.limits())[0] ?? null;
}

function name(text: string): number[] {
  const bytes = new TextEncoder().encode(text);
  return [...leb128(bytes.length), ...bytes];
}

/**
 * The module with its one memory imported as `from`.`item` instead of defined; any that is at least as
 * large as its own will do, however far it may grow. Functions keep their numbers: a memory is not
 * counted among them.
 */
export function withImportedMemory(
  module: Uint8Array,
  from: string,
  item: string,
): Uint8Array<ArrayBuffer> {
  const limits = definedMemory(module);
  if (!limits) throw new ModuleError("the module defines no memory");
  const section = (id: number) => sections(module).find((candidate) => candidate.id === id);
  const before = section(SectionId.IMPORT);
  let count = 0;
  let old: Uint8Array = new Uint8Array(0);
  if (before) {
    let at = before.contents;
    // The count may be written in more bytes than it needs.
    for (let weight = 1; ; weight *= 128) {
      const byte = module[at++]!;
      count += (byte & 0x7f) * weight;
      if (byte < 0x80) break;
    }
    old = module.slice(at, before.end);
  }
  const entry = [...name(from), ...name(item), KINDS.indexOf("memory"), 0];
  const contents = [...leb128(count + 1), ...old, ...entry, ...leb128(limits.minimum)];
  // A module without imports gets their section where it belongs, after that of the types.
  const start = before?.start ?? section(SectionId.TYPE)?.end ?? PREAMBLE_BYTES;
  const memory = section(SectionId.MEMORY)!;
  return Uint8Array.from([
    ...module.subarray(0, start),
    SectionId.IMPORT,
    ...leb128(contents.length),
    ...contents,
    ...module.subarray(before?.end ?? start, memory.start),
    ...module.subarray(memory.end),
  ]);
}
