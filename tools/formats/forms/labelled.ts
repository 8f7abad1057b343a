/**
 * Maps that kernels print with a label before each number, in whatever order:
 *
 *     base: 0x1000, type: 5, length: 0x51000
 *     [3] base=0x100000 length=0x7fe1b000 LIMINE_MEMMAP_USABLE
 *     Start: 0x1000, Size: 324KiB, Type: Bootloader Reclaimable
 *
 * An entry has a base, a length or an end, and a type: a name of `printed_types.ts`, or a number
 * if it is known whose. What stands before the first label (a time, a level, a counter) is not
 * looked at; what stands after it is the entry's, and if it cannot be read, the line is noted.
 */

import { type Form, type FormReading } from "../form.ts";
import { type LabelledLine, labelledLine, type Role, type Spelled } from "../labelled_line.ts";
import { type Numbering } from "../numbering.ts";
import { blockOf, type PrintedLine, readPrintedMap, typeOfText } from "../printed_map.ts";
import { numberIn, type Radix, radixOf } from "../radix.ts";
import { type PrintedRange } from "../range_ends.ts";
import { sizeInUnits } from "../size.ts";
import { type TextInput } from "../text.ts";

/** The smallest amount that a map counts memory in, bytes. */
const GRANULE = 16n;

const ADDRESSES: readonly Role[] = ["base", "length", "size"];

/** The radix of the map's numbers without a mark; those with a unit are decimal anyway. */
function radixOfAll(entries: readonly LabelledLine[]): Radix {
  const spelled = entries.flatMap(({ numbers }) =>
    ADDRESSES.flatMap((role) => numbers.get(role) ?? []),
  );
  const bare = spelled.filter(({ unit }) => unit === undefined);
  return radixOf(
    bare.map(({ digits }) => digits),
    GRANULE,
  );
}

function valueOf({ digits, unit }: Spelled, radix: Radix): bigint {
  const sized = unit === undefined ? null : sizeInUnits(digits, unit);
  return sized ?? numberIn(digits, radix);
}

/** True for a length in units that may have been rounded. */
function isRounded({ unit }: Spelled): boolean {
  return unit !== undefined && !/^b/i.test(unit);
}

/** True if the length of `numbers` is rounded, and nothing else tells where the entry ends. */
function endsRounded({ numbers }: LabelledLine): boolean {
  const length = numbers.get("length") ?? numbers.get("size");
  return length !== undefined && isRounded(length) && !numbers.has("end");
}

function rangeOf({ numbers }: LabelledLine, radix: Radix): PrintedRange {
  const length = numbers.get("length") ?? numbers.get("size");
  const end = numbers.get("end");
  return {
    base: valueOf(numbers.get("base")!, radix),
    // Where the end is known, a rounded length adds nothing.
    ...(length && !(end && isRounded(length)) ? { length: valueOf(length, radix) } : {}),
    ...(end ? { end: valueOf(end, radix) } : {}),
  };
}

function isEntry({ numbers, typeText }: LabelledLine): boolean {
  const sized = numbers.has("length") || numbers.has("size") || numbers.has("end");
  return numbers.has("base") && sized && typeText !== "";
}

function read({ lines }: TextInput, types?: Numbering): FormReading | null {
  const all = lines.map(labelledLine).filter((fields) => fields !== null);
  const entries = all.filter(isEntry);
  if (!entries.some(({ typeText }) => typeOfText(typeText))) return null;
  const radix = radixOfAll(entries);
  const printed = blockOf(all, isEntry).map((fields): PrintedLine => {
    const { line, typeText, more } = fields;
    if (!isEntry(fields)) return { line, typeText, fault: "not a whole entry" };
    return { line, range: rangeOf(fields, radix), typeText, more };
  });
  const reading = readPrintedMap(lines, printed, types);
  if (!reading || !entries.some(endsRounded)) return reading;
  const note = "sizes are given in rounded units, so ends may be off by as much";
  return { ...reading, notes: [...reading.notes, note] };
}

export const labelledForm: Form = {
  name: "Memory map with labels, printed by a kernel",
  example: "base: 0x100000, length: 0x7fe1b000, type: usable",
  last: true,
  read,
};
