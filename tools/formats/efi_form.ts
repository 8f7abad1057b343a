/**
 * Linux boot logs with `efi=debug`, and all older ones of UEFI machines: the firmware's own map,
 * `efi: mem00: [Conventional|…] range=[0x…-0x…] (0MB)`.
 *
 * A range that ends in `)` excludes its second address, one in `]` includes it. Older kernels print the
 * type as a number: `efi: mem00: type=7, attr=0xf, range=[0x…-0x…) (0MB)`.
 */

import { MemoryType } from "../../abi/memory_type.ts";
import { type MemoryMapEntry } from "../../sim/memory_map.ts";
import { fromHex, rangeEntry } from "./address.ts";
import { efiType, efiTypeNumber } from "./efi_types.ts";
import { type Form, type FormReading, type TextInput, type TextLine } from "./form.ts";
import { LineNotes } from "./line_notes.ts";
import { machineName } from "./machine_name.ts";
import { MapError } from "./map_input.ts";

const MEMORY_LINE = /\befi: ?mem(\d{1,6}): +(.*)$/i;
const DESCRIPTOR =
  /^(?:\[([^|\]]*)(?:\|([^\]]*))?\]|type=(\d{1,10}), attr=0x[0-9a-f]{1,16},) +range=\[0x([0-9a-f]{1,16})-0x([0-9a-f]{1,16})([\])])/i;

interface Descriptor {
  /** Its number in the map, from 0. */
  readonly index: number;
  readonly entry: MemoryMapEntry;
}

/**
 * Memory that the firmware sets apart for a purpose (EFI_MEMORY_SP) is not ordinary memory, though
 * its type says so: UEFI specification 2.10, section 7.2.
 */
function isSpecificPurpose(attributes: string | undefined): boolean {
  return attributes?.split("|").some((name) => name.trim() === "SP") ?? false;
}

function entryOf(part: string, line: TextLine, notes: LineNotes): MemoryMapEntry | null {
  const [, name, attributes, number, first, second, bracket] = DESCRIPTOR.exec(part) ?? [];
  if (first === undefined || second === undefined) {
    notes.add(line, "not a whole descriptor, left out");
    return null;
  }
  const efi = name === undefined ? Number(number) : efiTypeNumber(name);
  let type = efi === undefined ? undefined : efiType(efi);
  if (type === undefined) notes.add(line, "unknown type, taken as reserved");
  if (type === MemoryType.USABLE && isSpecificPurpose(attributes)) {
    notes.add(line, "set apart for a specific purpose, taken as reserved");
    type = MemoryType.RESERVED;
  }
  const entry = rangeEntry(
    fromHex(first),
    fromHex(second),
    bracket === "]" ? "inclusive" : "exclusive",
    type ?? MemoryType.RESERVED,
  );
  if (!entry) notes.add(line, "ends before it begins, left out");
  return entry;
}

function read({ lines }: TextInput): FormReading | null {
  let found = false;
  let notes = new LineNotes();
  let map: Descriptor[] = [];
  for (const line of lines) {
    const [, digits, part] = MEMORY_LINE.exec(line.text) ?? [];
    if (digits === undefined || part === undefined) continue;
    found = true;
    const index = Number(digits);
    // The map begins anew with each boot in the log; the last is read.
    if (index === 0) {
      notes = new LineNotes();
      map = [];
    }
    const entry = entryOf(part, line, notes);
    if (entry) map.push({ index, entry });
  }
  if (!found) return null;
  const last = map.at(-1);
  if (!last) {
    throw new MapError(`no "efi: mem" line can be read; ${notes.notes.join("; ")}`);
  }
  const all = Math.max(last.index + 1, map.length);
  const missing = all - map.length;
  const reading = { source: machineName(lines), entries: map.map(({ entry }) => entry) };
  if (missing === 0) return { ...reading, notes: notes.notes };
  const note = `${missing} of ${all} descriptors are missing`;
  return { ...reading, notes: [...notes.notes, note], complete: false };
}

export const efiForm: Form = {
  name: "Linux boot log (efi: mem lines)",
  example: "[    0.000000] efi: mem01: [Conventional|   |WB|WT|WC|UC] range=[0x1000-0x9ffff] (0MB)",
  read,
};
