/**
 * What Rust's `{:?}` and its variants print of a structure: `Name { field: value, … }`, in one line
 * or, as `{:#?}` does it, in several. Used by the forms of Rust's boot crates.
 *
 * `{:x?}` prints numbers in hexadecimal without a mark, so the radix is found for all structures of
 * a text together.
 */

import { type FormReading } from "./form.ts";
import { type FoundEntry } from "./map_table.ts";
import { MapTables } from "./map_tables.ts";
import { radixOf, type Radix } from "./radix.ts";
import { type TextInput, type TextLine } from "./text.ts";

/** What a crate's structures look like. */
export interface RustGrammar {
  /** Where one begins, whole or not; global. */
  readonly begins: RegExp;
  /** A whole one, from its beginning. */
  readonly whole: RegExp;
  /** The numbers in it that are multiples of `unit`, as they are spelled. */
  readonly numbers: (groups: readonly string[]) => readonly string[];
  readonly unit: bigint;
  /** The entry that `groups` of `whole` tell of; a string says why there is none. */
  readonly read: (groups: readonly string[], radix: Radix) => FoundEntry | string;
}

/** A number as Rust prints it. */
export const RUST_NUMBER = "(?:0x)?[0-9a-f]{1,20}";

/** Characters of the longest structure, with the blanks of the printing in several lines. */
const LONGEST = 600;

interface Piece {
  readonly line: TextLine;
  readonly text: string;
  readonly groups: readonly string[] | null;
}

function piecesOf({ lines }: TextInput, { begins, whole }: RustGrammar): Piece[] {
  return lines.flatMap((line, index) => {
    const places = Array.from(line.text.matchAll(begins), (match) => match.index);
    return places.map((at, place) => {
      let text = line.text.slice(at, places[place + 1]);
      // A structure that is not closed goes on in the next lines.
      for (let next = index + 1; next < lines.length && text.length < LONGEST; ++next) {
        if (text.includes("}") || places[place + 1] !== undefined) break;
        text += `\n${lines[next]!.text.slice(0, LONGEST)}`;
      }
      return { line, text, groups: whole.exec(text)?.slice(1) ?? null };
    });
  });
}

/** The map that structures of `grammar` in `input` make up; null if there is no whole one. */
export function readRustPrint(input: TextInput, grammar: RustGrammar): FormReading | null {
  const pieces = piecesOf(input, grammar);
  const numbers = pieces.flatMap(({ groups }) => (groups ? grammar.numbers(groups) : []));
  if (numbers.length === 0) return null;
  const radix = radixOf(numbers, grammar.unit);
  const tables = new MapTables();
  for (const { line, text, groups } of pieces) {
    const found = groups ? grammar.read(groups, radix) : "not a whole entry";
    if (typeof found === "string") tables.leaveOut(line, text.split("\n", 1)[0]!, found);
    else tables.add(line, text.split("\n", 1)[0]!, found);
  }
  const picked = tables.pick(input.lines);
  if (!picked) return null;
  const { table, notes } = picked;
  return { source: "", entries: table.entries, notes: [...table.notes, ...notes] };
}
