/**
 * Linux boot logs of PCs: the e820 table, `BIOS-e820: [mem 0x…-0x…] usable`, or in logs before
 * Linux 3.5 `BIOS-e820: 0000… - 0000… (usable)`, whose second address is exclusive.
 *
 * Linux prints the table more than once: as the firmware (or the loader in its place) reports it,
 * and again after each thing that changed it. The first is the machine's map, so it is what is
 * read; the others are read only where that one is not in the log:
 *
 *   - `BIOS-e820:`, `BIOS-e801:`, `BIOS-88:`: the firmware's;
 *   - `Xen:`: a hypervisor's in the firmware's place;
 *   - `user:`: changed by `mem=` or `memmap=` on the command line;
 *   - `modified:`: changed by Linux for its own ends;
 *   - `reserve setup_data:`: the same memory, cut where the loader left data.
 *
 * Of a table that is there several times, as in a log of several boots, the last is read.
 */

import { MemoryType } from "../../abi/memory_type.ts";
import { type MemoryMapEntry } from "../../sim/memory_map.ts";
import { fromHex, rangeEntry } from "./address.ts";
import { type Form, type FormReading, type TextInput, type TextLine } from "./form.ts";
import { LineNotes } from "./line_notes.ts";
import { linuxType } from "./linux_types.ts";
import { machineName } from "./machine_name.ts";
import { MapError } from "./map_input.ts";

/** Whose table a line belongs to, the preferred first. */
const TABLES = ["BIOS", "Xen", "user", "modified", "reserve setup_data"] as const;
type TableName = (typeof TABLES)[number];

const TABLE_LINE = /(?:(BIOS)-(?:e820|e801|88)|\b(Xen|user|modified|reserve setup_data)): +(.*)$/;
const NEW_STYLE = /^\[mem 0x([0-9a-f]{1,16})-0x([0-9a-f]{1,16})\] *(.*?) *$/i;
const OLD_STYLE = /^([0-9a-f]{8,16}) - ([0-9a-f]{8,16}) \((.*)\) *$/i;

/** A line that stands above a table. */
const HEADER = /physical RAM map:|Linux version /;

interface Table {
  readonly name: TableName;
  readonly entries: MemoryMapEntry[];
  readonly notes: LineNotes;
}

/** The entry in the part of `line` behind the table's name; null, and a note, if there is none. */
function entryOf(part: string, line: TextLine, notes: LineNotes): MemoryMapEntry | null {
  const newStyle = NEW_STYLE.exec(part);
  const [, first, second, name] = newStyle ?? OLD_STYLE.exec(part) ?? [];
  if (first === undefined || second === undefined || name === undefined) {
    notes.add(line, "not a whole entry, left out");
    return null;
  }
  const type = linuxType(name);
  if (type === undefined) notes.add(line, `unknown type "${name}", taken as reserved`);
  const entry = rangeEntry(
    fromHex(first),
    fromHex(second),
    newStyle ? "inclusive" : "exclusive",
    type ?? MemoryType.RESERVED,
  );
  if (!entry) notes.add(line, "ends before it begins, left out");
  return entry;
}

function equal(a: MemoryMapEntry | undefined, b: MemoryMapEntry): boolean {
  return a?.base === b.base && a.length === b.length && a.type === b.type;
}

/** All tables of the log, in its order. */
function tablesOf(lines: readonly TextLine[]): Table[] {
  const tables: Table[] = [];
  const begin = (name: TableName): Table => {
    const table = { name, entries: [], notes: new LineNotes() };
    tables.push(table);
    return table;
  };
  let headed = false;
  for (const line of lines) {
    headed ||= HEADER.test(line.text);
    const [, bios, other, part] = TABLE_LINE.exec(line.text) ?? [];
    const name = (bios ?? other) as TableName | undefined;
    if (name === undefined || part === undefined) continue;
    // The words "user" and "modified" begin other lines as well.
    if (name !== "BIOS" && !NEW_STYLE.test(part) && !OLD_STYLE.test(part)) continue;
    let table = tables.at(-1);
    if (!table || headed || table.name !== name) table = begin(name);
    headed = false;
    const entry = entryOf(part, line, table.notes);
    if (!entry) continue;
    // A table whose first entry comes again has begun anew, headed or not.
    if (equal(table.entries[0], entry)) table = begin(name);
    table.entries.push(entry);
  }
  return tables;
}

function read({ lines }: TextInput): FormReading | null {
  const tables = tablesOf(lines);
  const name = TABLES.find((wanted) => tables.some((table) => table.name === wanted));
  if (name === undefined) return null;
  const candidates = tables.filter((table) => table.name === name);
  const table = candidates.findLast(({ entries }) => entries.length > 0);
  if (!table) {
    const faults = candidates.flatMap(({ notes }) => notes.notes);
    throw new MapError(`no BIOS-e820 line can be read; ${faults.join("; ")}`);
  }
  const notes = table.notes.notes;
  if (candidates.length > 1) {
    notes.push(`the table is there ${candidates.length} times; the last is read`);
  }
  const others = TABLES.filter(
    (other) => other !== name && tables.some((candidate) => candidate.name === other),
  );
  if (others.length > 0) {
    notes.push(`the tables "${others.join('", "')}" that Linux made of it are left out`);
  }
  if (name !== "BIOS") notes.push(`the firmware's own table is not there; read from "${name}"`);
  return { source: machineName(lines), entries: table.entries, notes };
}

export const e820Form: Form = {
  name: "Linux boot log (BIOS-e820 lines)",
  example: "[    0.000000] BIOS-e820: [mem 0x0000000000100000-0x000000007ffdffff] usable",
  read,
};
