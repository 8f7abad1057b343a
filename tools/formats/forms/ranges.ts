/**
 * Maps that kernels print as ranges of addresses with a type after or before them:
 *
 *     0x0000000000052000 - 0x000000000009efff : usable
 *     [3] 0x52000..0x9f000 usable
 *     [0x52000 -> 0x9f000] : 0x4d000 <usable (0)>
 *     USABLE: 0x52000 - 0x9f000
 *
 * Addresses have their `0x`. Before an entry stand at most a time, a level, a tag and a counter;
 * after it nothing. So a range that is mentioned in passing is no entry.
 */

import { type Form, type FormReading } from "../form.ts";
import { type Numbering } from "../numbering.ts";
import { blockOf, type PrintedLine, readPrintedMap, typeOfText } from "../printed_map.ts";
import { type PrintedRange } from "../range_ends.ts";
import { sizeInUnits } from "../size.ts";
import { type TextInput, type TextLine } from "../text.ts";

const ADDRESS = "0x[0-9a-f]{1,16}";

/** Times, levels and tags: `[    0.012345]`, `<6>`, `[INFO]`, `memmap:`; then a counter. */
const PREFIX =
  "\\s{0,40}(?:(?:<\\d>|\\[[^\\]]{1,40}\\]|[\\w.-]{1,30}:)\\s{0,8}){0,4}" +
  "(?:(?:entry|region|memory|memmap|mmap|map) {0,2})?(?:#?\\[?\\d{1,5}\\]?[:.)]?\\s{1,8})?";

/** What may stand before a range: a prefix, a type. */
const FRONT = `${PREFIX}(?:[a-z][a-z_ /-]{2,40}?[: ]\\s{0,8})?`;

/** The type in it, if there is one. */
const NAME_BEFORE = /([a-z][a-z_ /-]{2,40}?):?\s{0,8}$/i;

const RANGE = new RegExp(
  `^(${FRONT})[\\[(]?(${ADDRESS})\\s{0,8}(?:-|–|—|\\.{2,3}=?|[-=]>|→|to)\\s{0,8}(${ADDRESS})(?![0-9a-z_.])[\\])]?(.*)$`,
  "i",
);

/** What only the beginning of an entry looks like. */
const CUT = new RegExp(
  `^${FRONT}[\\[(]?0x[0-9a-f]{0,16}(?:\\s{0,8}(?:-|–|—|\\.{1,3}|[-=]>|→)\\s{0,8}(?:0x?[0-9a-f]{0,16})?)?$`,
  "i",
);

/** After a range: its length, or none, and what is left of the line. */
const AFTER =
  /^[\s:,;|=]{0,8}(?:\(?(?:(?:length|len|size)\s{0,2}[:=]?\s{0,2})?(?:(0x[0-9a-f]{1,16})(?: bytes)?|(\d{1,20}(?:\.\d{1,10})?) ?([kmgt]i?b|b|bytes))\)?[\s:,;|]{1,8})?(.{1,60})$/i;

/** The type in what is left: a name, with its number perhaps, or `type=1`. */
const TYPE =
  /^[\s:,;|<([-]{0,8}(?:type\s{0,2}[:=]?\s{0,2})?([a-z_][\w /:-]{0,40}?|(?:0x)?\d{1,5})(?:\s{0,4}\(\d{1,2}\))?[\s>)\].]{0,4}$/i;

/** One line that begins as an entry does. */
interface RangeLine {
  readonly line: TextLine;
  /** Null for a line that is not whole. */
  readonly range: PrintedRange | null;
  readonly typeText: string;
}

function rangeLine(line: TextLine): RangeLine | null {
  const [, front, first, second, tail = ""] = RANGE.exec(line.text) ?? [];
  if (first === undefined || second === undefined) {
    return CUT.test(line.text) ? { line, range: null, typeText: "" } : null;
  }
  const [, hexLength, digits, unit, rest = ""] = AFTER.exec(tail) ?? [];
  const exact = unit === undefined || /^b/i.test(unit);
  const length =
    hexLength === undefined ? digits && exact && sizeInUnits(digits, unit!) : BigInt(hexLength);
  const range = { base: BigInt(first), end: BigInt(second), ...(length ? { length } : {}) };
  const before = tail === "" ? NAME_BEFORE.exec(front!)?.[1] : undefined;
  const typeText = TYPE.exec(rest)?.[1] ?? before ?? rest;
  return { line, range, typeText: typeText.trim() };
}

function isEntry({ range, typeText }: RangeLine): boolean {
  return range !== null && typeText !== "";
}

function isKnown(each: RangeLine): boolean {
  return isEntry(each) && typeOfText(each.typeText) !== null;
}

function read({ lines }: TextInput, types?: Numbering): FormReading | null {
  const all = lines.map(rangeLine).filter((each) => each !== null);
  const printed = blockOf(all, isKnown).map((each): PrintedLine => {
    const { line, range, typeText } = each;
    if (range === null || !isEntry(each)) return { line, typeText, fault: "not a whole entry" };
    return { line, range, typeText, more: false };
  });
  return readPrintedMap(lines, printed, types);
}

export const rangesForm: Form = {
  name: "Memory map of ranges, printed by a kernel",
  example: "0x0000000000100000 - 0x000000007ff1afff : usable",
  last: true,
  read,
};
