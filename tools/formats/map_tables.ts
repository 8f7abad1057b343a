/**
 * The maps that one form finds in a text, and which of them is read: a log of several boots has
 * one for each.
 */

import { type FoundEntry, MapTable } from "./map_table.ts";
import { type TextLine } from "./text.ts";
import { missingUsable } from "./usable.ts";

/** A table that is read, and what is said about there being several. */
export interface PickedTable {
  readonly table: MapTable;
  readonly notes: readonly string[];
}

/** True if nothing follows `table` in the text: it may have been cut there. */
function endsText({ lastLine }: MapTable, lines: readonly TextLine[]): boolean {
  return (lines.at(-1)?.number ?? 0) <= lastLine;
}

/** True if `table` is only a part of `other`: entries of it are missing, or it was cut. */
function isPartOf(table: MapTable, other: MapTable, lines: readonly TextLine[]): boolean {
  const cut = table.damaged || table.missing > 0 || endsText(table, lines);
  const lacks = (a: MapTable, b: MapTable) => missingUsable(a.entries, b.entries) > 0n;
  return cut && lacks(table, other) && !lacks(other, table);
}

/** Maps in the order of the text; what is added belongs to the last one. */
export class MapTables {
  /** Those that have begun: with an entry, or with a line that should have been one. */
  readonly tables: MapTable[] = [];
  #table = new MapTable();

  /** The header of another map was there; `announced` is the number of entries that it promises. */
  begin(announced?: number): void {
    this.#beginAnew();
    this.#table.headed = true;
    this.#table.announced = announced;
  }

  /** Adds what was found in `part` of `line`; a map whose first entry comes again begins anew. */
  add(line: TextLine, part: string, found: FoundEntry): void {
    const { span, type, index } = found;
    const again = span !== null && type !== undefined && this.#table.startsWith({ ...span, type });
    // A console that logs twice shows the first line twice before it shows the second.
    const doubled = again && this.#table.entries.length === 1;
    if (!doubled && (again || index === 0)) this.#beginAnew();
    this.#current().add(line, part, found);
  }

  /** As `MapTable.leaveOut`. */
  leaveOut(line: TextLine, part: string, fault: string): void {
    this.#current().leaveOut(line, part, fault);
  }

  /**
   * Of several maps the one to read: the last, as of several boots, unless it was cut off and an
   * earlier one is whole. Null if none has an entry. `lines` are those of the text.
   */
  pick(lines: readonly TextLine[]): PickedTable | null {
    const readable = this.tables.filter(({ entries }) => entries.length > 0);
    const last = readable.pop();
    if (!last) return null;
    if (readable.length === 0) return { table: last, notes: [] };
    const whole = readable.findLast((table) => table.missing === 0 && isPartOf(last, table, lines));
    const count = `the map is there ${readable.length + 1} times`;
    return whole
      ? { table: whole, notes: [`${count}; the last is cut off, so an earlier one is read`] }
      : { table: last, notes: [`${count}; the last is read`] };
  }

  #beginAnew(): void {
    if (this.#table.begun) this.#table = new MapTable();
  }

  /** The table that the next line belongs to; it has begun then. */
  #current(): MapTable {
    if (!this.#table.begun) this.tables.push(this.#table);
    return this.#table;
  }
}
