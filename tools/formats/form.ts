/**
 * What every form of memory map has in common: how it is recognised, and the text it is read from.
 */

import { type MemoryMapEntry } from "../../sim/memory_map.ts";

/** One line of the text. */
export interface TextLine {
  /** Counted from 1. */
  readonly number: number;
  /** Without its line end and terminal escapes. */
  readonly text: string;
}

/** A text as the forms see it. */
export interface TextInput {
  readonly text: string;
  /** All lines of up to `LINE_LIMIT` characters; longer ones are of no form that has lines. */
  readonly lines: readonly TextLine[];
}

/** What a form found. */
export interface FormReading {
  readonly source: string;
  readonly entries: readonly MemoryMapEntry[];
  readonly notes: readonly string[];
  /** False if parts of the map are known to be missing; another form in the text is better then. */
  readonly complete?: false;
}

/** A form of memory map. */
export interface Form {
  /** As a person calls it. */
  readonly name: string;
  /** One line, or the beginning of a line, that shows what it looks like. */
  readonly example: string;
  /**
   * Reads `input`; null if nothing in it is of this form. A text that is of this form and still
   * gives no map is a `MapError`. Takes time linear in the text.
   */
  read(input: TextInput): FormReading | null;
}

/**
 * Characters of the longest line that is looked at. No form's lines come near; the limit keeps
 * the time linear, because a pattern may look at a line once for each of its characters.
 */
const LINE_LIMIT = 512;

/** Colours and cursor movements that terminals and firmware leave in logs (ECMA-48, section 5.4). */
// eslint-disable-next-line no-control-regex
const ESCAPE_SEQUENCE = /\u001b\[[0-9;?]*[A-Za-z]/g;

/** `text` in lines. */
export function textInput(text: string): TextInput {
  const lines = text
    .split(/\r\n|\n|\r/)
    .map((line, index) => ({ number: index + 1, text: line }))
    .filter((line) => line.text.length <= LINE_LIMIT)
    .map(({ number, text: line }) => ({ number, text: line.replace(ESCAPE_SEQUENCE, "") }));
  return { text, lines };
}
