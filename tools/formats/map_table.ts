/**
 * A map while it is read line by line: its entries, and what is to be said about its lines. Used by
 * every form.
 */

import { MemoryType } from "../../abi/memory_type.ts";
import { type MemoryMapEntry } from "../../sim/memory_map.ts";
import { ADDRESS_SPACE, type Span } from "./address.ts";
import { LineNotes } from "./line_notes.ts";
import { type TextLine } from "./text.ts";

/** One entry as a grammar reads it from a part of a line. */
export interface FoundEntry {
  /** Null for a range that ends before it begins. */
  readonly span: Span | null;
  /** A `MemoryType`; undefined for a type that the form's list does not have. */
  readonly type: number | undefined;
  /** The type as the text spells it. */
  readonly typeText: string;
  /** Its number in the map, from 0, where the form counts. */
  readonly index?: number;
  /** Why the entry, though whole, is taken as reserved. */
  readonly reservedFor?: string;
}

function equal(a: MemoryMapEntry | undefined, b: MemoryMapEntry): boolean {
  return a?.base === b.base && a.length === b.length && a.type === b.type;
}

export class MapTable {
  readonly entries: MemoryMapEntry[] = [];
  readonly #notes = new LineNotes();
  /** The largest number of an entry, and how many entries with a number are there. */
  #lastIndex = -1;
  #indexed = 0;
  /** Entries that the text announces; undefined if it does not. */
  announced: number | undefined;
  /** Number of the last line that belongs to the table; 0 if there is none. */
  lastLine = 0;
  /** True if a line of the table could not be read. */
  damaged = false;
  /** True if the line that stands above such a table was there. */
  headed = false;

  /** True once anything belongs to the table, be it readable or not. */
  get begun(): boolean {
    return this.lastLine > 0;
  }

  /** What is to be said about lines, and about entries that are missing. */
  get notes(): string[] {
    const { missing, expected } = this;
    const note = `${missing} of ${expected} entries are missing`;
    return missing > 0 ? [...this.#notes.notes, note] : this.#notes.notes;
  }

  /** Entries that there should be by their numbers, or by what the text announces. */
  get expected(): number {
    return Math.max(this.#lastIndex + 1, this.announced ?? 0, this.#indexed);
  }

  /** How many of those are not there. */
  get missing(): number {
    return this.expected > 0 ? Math.max(0, this.expected - this.#indexed) : 0;
  }

  /** True if `entry` is the table's first: it has begun anew then. */
  startsWith(entry: MemoryMapEntry): boolean {
    return equal(this.entries[0], entry);
  }

  /** Adds what was found in `part` of `line`; what is odd about it becomes a note. */
  add(line: TextLine, part: string, found: FoundEntry): void {
    const entry = this.#entryOf(line, part, found);
    this.lastLine = line.number;
    if (!entry) return;
    // A console that logs twice shows each line twice.
    if (equal(this.entries.at(-1), entry)) return;
    this.entries.push(entry);
    if (found.index === undefined && this.announced === undefined) return;
    ++this.#indexed;
    this.#lastIndex = Math.max(this.#lastIndex, found.index ?? 0);
  }

  /** Notes that `part` of `line` belongs to the table, has `fault`, and gives no entry. */
  leaveOut(line: TextLine, part: string, fault: string): void {
    this.damaged = true;
    this.lastLine = line.number;
    this.#notes.add(line, `${fault}, left out`, part);
  }

  #entryOf(line: TextLine, part: string, found: FoundEntry): MemoryMapEntry | null {
    const { span, type, typeText, reservedFor } = found;
    if (!span) {
      this.leaveOut(line, part, "ends before it begins");
      return null;
    }
    if (span.base >= ADDRESS_SPACE || span.length >= ADDRESS_SPACE) {
      this.leaveOut(line, part, "not a 64-bit number");
      return null;
    }
    if (type === undefined) {
      this.#notes.add(line, `unknown type "${typeText}", taken as reserved`, part);
    } else if (reservedFor !== undefined) {
      this.#notes.add(line, `${reservedFor}, taken as reserved`, part);
    }
    return {
      ...span,
      type: reservedFor === undefined ? (type ?? MemoryType.RESERVED) : MemoryType.RESERVED,
    };
  }
}
