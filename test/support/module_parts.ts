/**
 * What a module exports and defines, and modules changed for a test: with less memory to
 * grow, so that the n-th `memory.grow` fails in any engine; with its globals exported, so that the
 * whole state of an instance can be read and written.
 *
 * Formats: WebAssembly Core Specification 2.0, chapter 5 "Binary Format".
 */

import {
  entries,
  imports,
  KINDS,
  leb128,
  type MemoryLimits,
  ModuleError,
  Reader,
  SectionId,
  sections,
  withSection,
} from "../../scripts/wasm/wasm_binary.ts";

export interface ExportedItem {
  readonly name: string;
  readonly kind: (typeof KINDS)[number];
}

/** A global that the module defines. */
export interface DefinedGlobal {
  /** Its number, imported globals counted. */
  readonly index: number;
  readonly mutable: boolean;
}

/** How `withExportedGlobals` names a global: this and its number. */
export const GLOBAL_PREFIX = "global ";

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
  const limits = memoryLimits(module);
  if (!limits) throw new ModuleError("the module defines no memory");
  if (maximum < limits.minimum) {
    throw new ModuleError(`the module starts with ${limits.minimum} pages, not ${maximum}`);
  }
  const contents = [1, 1, ...leb128(limits.minimum), ...leb128(maximum)];
  return withSection(module, SectionId.MEMORY, contents);
}

/** The globals that the module defines. */
export function globals(module: Uint8Array): DefinedGlobal[] {
  const imported = imports(module).filter(({ kind }) => kind === "global").length;
  return entries(module, SectionId.GLOBAL, (reader) => {
    reader.byte();
    const mutable = reader.byte() === 1;
    reader.constant();
    return mutable;
  }).map((mutable, place) => ({ index: imported + place, mutable }));
}

/** The module with every mutable global exported: see `GLOBAL_PREFIX`. */
export function withExportedGlobals(module: Uint8Array): Uint8Array<ArrayBuffer> {
  const section = sections(module).find(({ id }) => id === SectionId.EXPORT);
  if (!section) throw new ModuleError("the module exports nothing");
  const reader = new Reader(module, section.contents, section.end);
  const count = reader.u32();
  const added = globals(module)
    .filter(({ mutable }) => mutable)
    .flatMap(({ index }) => {
      const name = new TextEncoder().encode(`${GLOBAL_PREFIX}${index}`);
      return [[...leb128(name.length), ...name, KINDS.indexOf("global"), ...leb128(index)]];
    });
  return withSection(module, SectionId.EXPORT, [
    ...leb128(count + added.length),
    ...module.subarray(reader.position, section.end),
    ...added.flat(),
  ]);
}
