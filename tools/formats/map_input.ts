/**
 * What reading a memory map comes to, whatever form it was written in. Made by `readMemoryMap` and
 * by `syntheticMap`; taken by `planMachine`.
 */

import { type MemoryMapEntry } from "../../sim/memory_map.ts";

/** A memory map and where it came from. */
export interface MapInput {
  /** The form it was written in, as a person calls it: "Linux boot log (BIOS-e820 lines)". */
  readonly format: string;
  /** The machine or file as the text names it; empty if it does not. */
  readonly source: string;
  /** The entries in the order of the text; nothing about their shape is promised. A file may list none. */
  readonly entries: readonly MemoryMapEntry[];
  /** What a reader should know: what was left out, assumed or damaged, with line numbers. */
  readonly notes: readonly string[];
}

/** A text from which no memory map can be had; the message says why and what to do. */
export class MapError extends Error {
  override name = "MapError";
}

/** A text of no form that is understood; the message lists those that are, with an example each. */
export class UnknownFormatError extends MapError {
  override name = "UnknownFormatError";
}
