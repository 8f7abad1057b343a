/**
 * Linux boot logs of PCs: the e820 table.
 *
 *     BIOS-e820: [mem 0x0000000000000000-0x000000000009efff] usable          since Linux 3.5
 *     BIOS-e820: [mem 0x0000000000000000-0x000000000009efff]  System RAM     since Linux 7,
 *     BIOS-e820: [gap 0x00000000000a0000-0x00000000000effff]                 which shows gaps as well
 *     BIOS-e820: 0000000000000000 - 000000000009f000 (usable)                before; the end is exclusive
 *
 * Linux prints the table more than once: as the firmware (or the loader in its place) reports it,
 * and again after each thing that changed it. The first is the machine's map, so it is what is
 * read; the others are read where that one is not in the log, or not whole:
 *
 *   - `BIOS-e820:`, `BIOS-e801:`, `BIOS-88:`, and `BIOS:` in Xen's first guest: the firmware's;
 *   - `Xen:`: what a hypervisor shows its guest;
 *   - `user:`: changed by `mem=` or `memmap=` on the command line;
 *   - `modified:`: changed by Linux for its own ends;
 *   - `reserve setup_data:`: the same memory, cut where the loader left data.
 */

import { type MemoryMapEntry } from "../../../sim/memory_map.ts";
import { hexSpan } from "../address.ts";
import { LINUX_NAMES, typeNamed } from "../e820_types.ts";
import { type Form, type FormReading } from "../form.ts";
import { type LineGrammar, readTables } from "../line_form.ts";
import { machineName } from "../machine_name.ts";
import { MapError } from "../map_input.ts";
import { type FoundEntry } from "../map_table.ts";
import { type PickedTable } from "../map_tables.ts";
import { formatBytes } from "../size.ts";
import { type TextInput } from "../text.ts";
import { missingUsable } from "../usable.ts";

/** Whose table a line belongs to, the preferred first, and how its lines begin. */
const TABLES = {
  BIOS: /\bBIOS(?:-(?:e820|e801|88))?: */g,
  Xen: /\bXen: +/g,
  user: /\buser: +/g,
  modified: /\bmodified: +/g,
  "reserve setup_data": /\breserve setup_data: +/g,
} as const;
type TableName = keyof typeof TABLES;

const NAMES = Object.keys(TABLES) as TableName[];

const NEW_STYLE = /^\[mem 0x([0-9a-f]{1,16})-0x([0-9a-f]{1,16})\] *(.*)$/i;
const OLD_STYLE = /^([0-9a-f]{8,16}) - ([0-9a-f]{8,16}) \((.*)\)$/i;
const GAP = /^\[gap 0x[0-9a-f]{1,16}-0x[0-9a-f]{1,16}\]$/i;

/** What only the beginning of an entry looks like. */
const CUT = /^(?:\[(?:m?e?|mem .*)$|[0-9a-f]{8,16}(?: -.*)?$)/i;

/** A line that stands above a table. */
const HEADER = /physical RAM map:|machine memory map:|Linux version /;

/** The entry in `part`, which begins with the name of its table. */
function read(part: string): FoundEntry | string | null {
  const place = part.indexOf(":") + 1;
  const rest = part.slice(place).trim();
  const newStyle = NEW_STYLE.exec(rest);
  const [, first, second, name] = newStyle ?? OLD_STYLE.exec(rest) ?? [];
  if (first !== undefined && second !== undefined && name !== undefined) {
    const span = hexSpan(first, second, newStyle ? "inclusive" : "exclusive");
    return { span, type: typeNamed(name, LINUX_NAMES), typeText: name };
  }
  if (GAP.test(rest)) return null;
  // The words "user" and "modified" begin other lines as well.
  return part.startsWith("BIOS-") || CUT.test(rest) ? "not a whole entry" : null;
}

interface NamedTable extends PickedTable {
  readonly name: TableName;
}

/** Bytes of usable memory that `table` lacks and the table with most of it has; whose that is. */
function mostMissing(
  { table, name }: NamedTable,
  tables: readonly NamedTable[],
): { readonly bytes: bigint; readonly from: NamedTable | undefined } {
  let bytes = 0n;
  let from: NamedTable | undefined;
  for (const other of tables) {
    // A guest's addresses are not the machine's.
    if (other.name === "Xen" && name !== "Xen") continue;
    const missing = missingUsable(table.entries, other.table.entries);
    if (missing > bytes) [bytes, from] = [missing, other];
  }
  return { bytes, from };
}

/** The table to read: the preferred one, unless it was cut and another has what it lacks. */
function choose(tables: readonly NamedTable[]): { chosen: NamedTable; notes: string[] } {
  const [first] = tables as [NamedTable, ...NamedTable[]];
  const { bytes, from } = mostMissing(first, tables);
  if (!from || (first.table.headed && !first.table.damaged)) return { chosen: first, notes: [] };
  return {
    chosen: from,
    notes: [
      `the table "${first.name}" is not whole: it lacks ${formatBytes(bytes)} of usable memory ` +
        `that "${from.name}" lists`,
    ],
  };
}

/** What is said of the tables that are not read. */
function leftOut(chosen: NamedTable, tables: readonly NamedTable[]): string[] {
  const others = tables.filter((table) => table !== chosen).map(({ name }) => name);
  const linux = others.filter((name) => name !== "BIOS" && name !== "Xen");
  return [
    ...(others.includes("Xen") ? ['the table "Xen", which Xen shows its guest, is left out'] : []),
    ...(linux.length > 0
      ? [`the tables "${linux.join('", "')}" that Linux made of it are left out`]
      : []),
    ...(chosen.name === "BIOS"
      ? []
      : [`the firmware's own table is not there; read from "${chosen.name}"`]),
  ];
}

function readE820(input: TextInput): FormReading | null {
  const tables: NamedTable[] = [];
  const faults: string[] = [];
  for (const name of NAMES) {
    const grammar: LineGrammar = { begins: TABLES[name], read, heads: HEADER };
    const all = readTables(input.lines, grammar);
    const picked = all.pick(input.lines);
    if (picked) tables.push({ ...picked, name });
    else if (name === "BIOS") faults.push(...all.tables.flatMap(({ notes }) => notes));
  }
  if (tables.length === 0) {
    if (faults.length === 0) return null;
    throw new MapError(`no BIOS-e820 line can be read; ${faults.join("; ")}`);
  }
  const { chosen, notes } = choose(tables);
  const entries: readonly MemoryMapEntry[] = chosen.table.entries;
  return {
    source: machineName(input.lines),
    entries,
    notes: [...chosen.table.notes, ...chosen.notes, ...notes, ...leftOut(chosen, tables)],
    ...(chosen.name === "BIOS" ? {} : { derived: true }),
  };
}

export const linuxE820Form: Form = {
  name: "Linux boot log (BIOS-e820 lines)",
  example: "[    0.000000] BIOS-e820: [mem 0x0000000000100000-0x000000007ffdffff] usable",
  read: readE820,
};
