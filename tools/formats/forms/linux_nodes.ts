/**
 * Linux boot logs of any machine: the memory that Linux found, by NUMA node. It is there where
 * the firmware's map is not: after the ring buffer wrapped, and on machines that have a device tree.
 *
 *     Early memory node ranges
 *       node   0: [mem 0x0000000000001000-0x000000000009efff]
 *
 * What is not usable is not listed; the regions that a device tree reserves are lines of their own:
 *
 *     OF: reserved mem: 0x000000007f000000..0x000000007fffffff (16384 KiB) map non-reusable framebuffer@7f000000
 *
 * Those that are `reusable` are the system's until a device wants them. Ends are inclusive.
 */

import { MemoryType } from "../../../abi/memory_type.ts";
import { type MemoryMapEntry } from "../../../sim/memory_map.ts";
import { hexSpan } from "../address.ts";
import { type Form, type FormReading } from "../form.ts";
import { type LineGrammar, readTables } from "../line_form.ts";
import { machineName } from "../machine_name.ts";
import { type FoundEntry } from "../map_table.ts";
import { type TextInput } from "../text.ts";

const RANGE = /^node {1,4}\d{1,4}: \[mem 0x([0-9a-f]{1,16})-0x([0-9a-f]{1,16})\]$/i;

function readRange(part: string): FoundEntry | string {
  const [, first, second] = RANGE.exec(part) ?? [];
  if (first === undefined || second === undefined) return "not a whole entry";
  return { span: hexSpan(first, second, "inclusive"), type: MemoryType.USABLE, typeText: "" };
}

const RANGES: LineGrammar = {
  begins: /\bnode {1,4}\d{1,4}:/g,
  read: readRange,
  heads: /\bEarly memory node ranges/,
};

const RESERVED =
  /^OF: reserved mem: 0x([0-9a-f]{1,16})\.\.0x([0-9a-f]{1,16}) \(\d{1,16} KiB\) (?:no)?map (non-)?reusable /i;

function readReserved(part: string): FoundEntry | string | null {
  const [, first, second, kept] = RESERVED.exec(part) ?? [];
  if (first === undefined || second === undefined) return "not a whole reservation";
  if (kept === undefined) return null;
  return { span: hexSpan(first, second, "inclusive"), type: MemoryType.RESERVED, typeText: "" };
}

const RESERVATIONS: LineGrammar = {
  begins: /\bOF: reserved mem: 0x/g,
  read: readReserved,
  heads: /\bLinux version /,
};

function read(input: TextInput): FormReading | null {
  const picked = readTables(input.lines, RANGES).pick(input.lines);
  // Without its header the list is not known to be whole.
  if (!picked?.table.headed) return null;
  const reserved = readTables(input.lines, RESERVATIONS).tables.at(-1);
  const kept: readonly MemoryMapEntry[] = reserved?.entries ?? [];
  return {
    source: machineName(input.lines),
    entries: [...picked.table.entries, ...kept],
    notes: [
      ...picked.table.notes,
      ...(reserved?.notes ?? []),
      ...picked.notes,
      "only memory that Linux found usable is listed; what the firmware keeps is not known",
    ],
    derived: true,
  };
}

export const linuxNodesForm: Form = {
  name: "Linux boot log (early memory node ranges)",
  example:
    "[    0.000000] Early memory node ranges\n" +
    "[    0.000000]   node   0: [mem 0x0000000080000000-0x00000000bfffffff]",
  read,
};
