/**
 * Reads forms that have an entry a line: each has a grammar, and this finds what fits it.
 *
 * A line may hold several entries (text that was copied without its line ends), and a text several
 * maps (a log of several boots). A part of a line that begins as the form's lines do and is not
 * whole is noted, never dropped in silence.
 */

import { type FormReading } from "./form.ts";
import { MapError } from "./map_input.ts";
import { type FoundEntry } from "./map_table.ts";
import { MapTables } from "./map_tables.ts";
import { type TextInput, type TextLine } from "./text.ts";

/** What a form's lines look like. All patterns take time linear in what they look at. */
export interface LineGrammar {
  /** Where an entry begins, whole or not; global. It reaches up to the next one or the line's end. */
  readonly begins: RegExp;
  /** The entry in `part`; a string says why there is none, null that there need not be one. */
  readonly read: (part: string) => FoundEntry | string | null;
  /** A line that stands above a map: what follows is another one. */
  readonly heads?: RegExp;
  /** Such a line that tells the number of entries as well; the first group. */
  readonly announces?: RegExp;
  /**
   * True if `begins` alone is proof enough: a text with no whole entry is then damaged, and
   * otherwise not of this form.
   */
  readonly unmistakable?: true;
}

/** What may stand between two entries of one line: the time and level of the second. */
const NEXT_LINE_PREFIX = /(?:\s|<\d>|\[ {0,5}\d{1,6}\.\d{1,9}\]|\[ {0,5}[TC]\d{1,5}\])+$/;

/** Characters at the end of a part in which such a prefix is looked for. */
const PREFIX_REACH = 60;

function withoutNextPrefix(part: string): string {
  const at = Math.max(0, part.length - PREFIX_REACH);
  return part.slice(0, at) + part.slice(at).replace(NEXT_LINE_PREFIX, "");
}

/** The parts of `text` that `begins` finds. */
export function partsOf(text: string, begins: RegExp): string[] {
  const places = Array.from(text.matchAll(begins), ({ index }) => index);
  return places.map((at, index) => {
    const next = places[index + 1];
    return next === undefined ? text.slice(at) : withoutNextPrefix(text.slice(at, next));
  });
}

/** All maps in `lines` that `grammar` finds. */
export function readTables(lines: readonly TextLine[], grammar: LineGrammar): MapTables {
  const tables = new MapTables();
  for (const line of lines) {
    const announced = grammar.announces?.exec(line.text)?.[1];
    if (announced !== undefined) tables.begin(Number(announced));
    else if (grammar.heads?.test(line.text)) tables.begin();
    for (const part of partsOf(line.text, grammar.begins)) {
      const found = grammar.read(part);
      if (typeof found === "string") tables.leaveOut(line, part, found);
      else if (found) tables.add(line, part, found);
    }
  }
  return tables;
}

/** The reading of the map that `grammar` finds in `input`; `what` names its lines in messages. */
export function readLineForm(
  { lines }: TextInput,
  grammar: LineGrammar,
  what: string,
): FormReading | null {
  const all = readTables(lines, grammar);
  const picked = all.pick(lines);
  if (!picked) {
    if (all.tables.length === 0 || !grammar.unmistakable) return null;
    const faults = all.tables.flatMap(({ notes }) => notes);
    throw new MapError(`no ${what} line can be read; ${faults.join("; ")}`);
  }
  const { table, notes } = picked;
  return {
    source: "",
    entries: table.entries,
    notes: [...table.notes, ...notes],
    ...(table.missing > 0 ? { complete: false } : {}),
  };
}
