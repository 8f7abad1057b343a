/**
 * What every form of memory map has in common.
 */

import { type MemoryMapEntry } from "../../sim/memory_map.ts";
import { type Numbering } from "./numbering.ts";
import { type TextInput } from "./text.ts";

/** What a form found. */
export interface FormReading {
  /** The machine or file as the text names it; empty if it does not. */
  readonly source: string;
  readonly entries: readonly MemoryMapEntry[];
  /** What a reader should know: what was left out, assumed or damaged, with line numbers. */
  readonly notes: readonly string[];
  /** False if parts of the map are known to be missing; another form in the text is better then. */
  readonly complete?: false;
  /** True for what an operating system made of the map; what the firmware reports is better. */
  readonly derived?: true;
}

/** A form of memory map. */
export interface Form {
  /** As a person calls it. */
  readonly name: string;
  /** The fewest lines that show what it looks like, and that it reads. */
  readonly example: string;
  /** True for a form whose grammar is so wide that it is tried only where no other form is found. */
  readonly last?: true;
  /**
   * Reads `input`; null if nothing in it is of this form. A text that is of this form and still
   * gives no map is a `MapError`. Takes time linear in the text. `types` says how types that are
   * written as numbers are numbered, where the user knows it.
   */
  read(input: TextInput, types?: Numbering): FormReading | null;
}
