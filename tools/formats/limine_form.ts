/**
 * Memory maps of the Limine boot protocol as kernels print them: a base, a length or an end, and a
 * type in each line, in whatever order and spelling.
 *
 *     base: 0x1000, type: 5, length: 0x51000
 *     [3] base=0x100000 length=0x7fe1b000 LIMINE_MEMMAP_USABLE
 *     0x0000000000052000 - 0x000000000009efff : usable
 *     [0x52000 -> 0x9f000] : 0x4d000 <Usable RAM>
 *     Start: 0x1000, Size: 324KiB, Type: Bootloader Reclaimable
 *
 * The least specific of the forms, so it is tried when no other fits.
 */

import { type MemoryMapEntry } from "../../sim/memory_map.ts";
import { ADDRESS_SPACE, type RangeEnd, rangeEntry } from "./address.ts";
import { type Form, type FormReading, type TextInput, type TextLine } from "./form.ts";
import { hasBareHex, lineNumbers, type LineNumbers } from "./limine_line.ts";
import { limineType } from "./limine_types.ts";
import { LineNotes } from "./line_notes.ts";

interface Candidate {
  readonly line: TextLine;
  readonly numbers: LineNumbers;
  readonly type: number;
}

/** The lines that have numbers and a type. */
function candidatesOf(lines: readonly TextLine[]): Candidate[] {
  // Quick to tell and true of few lines; all else is done for those alone.
  const likely = lines.filter(({ text }) => limineType(text) !== undefined);
  const radix = likely.some(({ text }) => hasBareHex(text)) ? 16 : 10;
  return likely.flatMap((line) => {
    const numbers = lineNumbers(line.text, radix);
    const type = numbers && limineType(numbers.words);
    return numbers && type !== null && type !== undefined ? [{ line, numbers, type }] : [];
  });
}

/** How the ends of the map's ranges are meant: as their lengths say, else as their last bits do. */
function kindOfEnds(candidates: readonly Candidate[]): RangeEnd {
  for (const { numbers } of candidates) {
    const { base, length, end } = numbers;
    if (length === undefined || end === undefined) continue;
    if (end - base === length) return "exclusive";
    if (end - base + 1n === length) return "inclusive";
  }
  const ends = candidates.map(({ numbers }) => numbers.end).filter((end) => end !== undefined);
  const odd = ends.filter((end) => end % 2n === 1n).length;
  return odd * 2 > ends.length ? "inclusive" : "exclusive";
}

function entryOf({ numbers, type }: Candidate, kind: RangeEnd): MemoryMapEntry | null {
  const { base, length, end } = numbers;
  if (length !== undefined) return length < ADDRESS_SPACE ? { base, length, type } : null;
  return rangeEntry(base, end!, kind, type);
}

function read({ lines }: TextInput): FormReading | null {
  const candidates = candidatesOf(lines);
  const notes = new LineNotes();
  const kind = kindOfEnds(candidates);
  const entries: MemoryMapEntry[] = [];
  for (const candidate of candidates) {
    const entry = entryOf(candidate, kind);
    if (entry) entries.push(entry);
    else notes.add(candidate.line, "ends before it begins, left out");
  }
  if (entries.length === 0) return null;
  const rounded = candidates.some(({ numbers }) => numbers.rounded);
  return {
    source: "",
    entries,
    notes: rounded
      ? [...notes.notes, "sizes are given in rounded units, so ends may be off by as much"]
      : notes.notes,
  };
}

export const limineForm: Form = {
  name: "Limine memory map, printed by a kernel",
  example: "base: 0x100000, length: 0x7fe1b000, type: 0",
  read,
};
