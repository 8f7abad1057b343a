/**
 * A map that a kernel printed as it likes, once its lines are taken apart: what the forms with
 * labels and with ranges have in common.
 */

import { type FormReading } from "./form.ts";
import { MapTables } from "./map_tables.ts";
import { type Numbering, typeOfNumber } from "./numbering.ts";
import { type NumberedEntry, numberingOf } from "./printed_numbers.ts";
import { printedType } from "./printed_types.ts";
import { kindOfEnds, type PrintedRange, printedSpan } from "./range_ends.ts";
import { type TextLine } from "./text.ts";
import { usableBytes } from "./usable.ts";

/** A line that is an entry; or one that should be, and the fault by which it is none. */
export type PrintedLine = {
  readonly line: TextLine;
  /** The type as the line spells it: a name, or digits. */
  readonly typeText: string;
} & (
  | {
      readonly range: PrintedRange;
      /** True if the line has fields that are no part of an entry of three fields. */
      readonly more: boolean;
      readonly fault?: undefined;
    }
  | { readonly fault: string }
);
type PrintedEntry = Extract<PrintedLine, { readonly range: PrintedRange }>;

const DIGITS = /^(?:0x[0-9a-f]{1,8}|\d{1,10})$/i;

/** What `text` says of a type: a `MemoryType` by name, or a number; null for anything else. */
export function typeOfText(
  text: string,
): { readonly type: number } | { readonly number: number } | null {
  if (DIGITS.test(text)) return { number: Number(text) };
  const type = printedType(text);
  return type === undefined ? null : { type };
}

/**
 * The lines of `all` from the first entry to the last one. A line right after that belongs to them
 * as well: it may be cut.
 */
export function blockOf<T extends { readonly line: TextLine }>(
  all: readonly T[],
  isEntry: (each: T) => boolean,
): readonly T[] {
  const first = all.findIndex(isEntry);
  const last = all.findLastIndex(isEntry);
  if (first < 0) return [];
  const follows = all[last + 1]?.line.number === all[last]!.line.number + 1;
  return all.slice(first, last + (follows ? 2 : 1));
}

/** Lines above a map that may say whose numbers its types are. */
const HEADING_LINES = 3;

/** What may say whose numbers `entries` have, the nearest first: they themselves, lines above. */
function headingsOf(lines: readonly TextLine[], entries: readonly PrintedEntry[]): string[] {
  const first = entries[0]!.line.number;
  const above = lines.filter(({ number }) => number < first).slice(-HEADING_LINES);
  return [
    entries.map(({ line }) => line.text).join("\n"),
    ...above.reverse().map(({ text }) => text),
  ];
}

/** Whose numbers the types of `entries` are; undefined if all have names. */
function numberingFor(
  lines: readonly TextLine[],
  entries: readonly PrintedEntry[],
  types: Numbering | undefined,
): Numbering | undefined {
  const numbered = entries.flatMap(({ typeText, range, more }): NumberedEntry[] => {
    const type = typeOfText(typeText);
    return type && "number" in type ? [{ ...range, number: type.number, more }] : [];
  });
  return numbered.length === 0
    ? undefined
    : numberingOf(numbered, headingsOf(lines, entries), types);
}

/**
 * The map that `printed` makes up, in the order of the text; null if it has no usable memory: a list
 * without any is something else.
 * `MapError` where lines contradict each other, or do not say what they mean.
 */
export function readPrintedMap(
  lines: readonly TextLine[],
  printed: readonly PrintedLine[],
  types: Numbering | undefined,
): FormReading | null {
  const entries = printed.filter((each): each is PrintedEntry => each.fault === undefined);
  if (entries.length === 0) return null;
  const numbering = numberingFor(lines, entries, types);
  const kind = kindOfEnds(entries.map(({ range }) => range));
  const tables = new MapTables();
  for (const each of printed) {
    const { line, typeText } = each;
    const span = each.fault ?? printedSpan(each.range, kind);
    if (typeof span === "string") {
      tables.leaveOut(line, line.text, span);
      continue;
    }
    const said = typeOfText(typeText);
    const type = said && "number" in said ? typeOfNumber(said.number, numbering!) : said?.type;
    tables.add(line, line.text, { span, type, typeText });
  }
  const picked = tables.pick(lines);
  if (!picked || usableBytes(picked.table.entries) === 0n) return null;
  const { table, notes } = picked;
  return { source: "", entries: table.entries, notes: [...table.notes, ...notes] };
}
