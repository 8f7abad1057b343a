/**
 * One line of a map that is printed with labels: `base: 0x1000, type: 5, length: 0x51000`.
 *
 * Fields follow each other, in any order, from the first label on. A number has a label; the type
 * has one, or is what is left of the line.
 */

import { printedType } from "./printed_types.ts";
import { type TextLine } from "./text.ts";

/** What a number is. A size beside a length (of the record, to Multiboot) says less than it. */
export type Role = "base" | "length" | "size" | "end";

const ROLES: Readonly<Record<string, Role>> = {
  base: "base",
  base_addr: "base",
  base_address: "base",
  start: "base",
  start_addr: "base",
  addr: "base",
  address: "base",
  phys: "base",
  length: "length",
  len: "length",
  size: "size",
  bytes: "size",
  end: "end",
  end_addr: "end",
  top: "end",
  limit: "end",
};

/** A number as it is spelled, with its unit. */
export interface Spelled {
  readonly digits: string;
  readonly unit: string | undefined;
}

/** The fields of one line. */
export interface LabelledLine {
  readonly line: TextLine;
  readonly numbers: ReadonlyMap<Role, Spelled>;
  /** The type as the line spells it: a name, or digits; empty if there is none. */
  readonly typeText: string;
  /** True if there are fields that are no part of an entry of three fields. */
  readonly more: boolean;
}

const LABEL = Object.keys(ROLES)
  .sort((a, b) => b.length - a.length)
  .join("|");
const TYPE_LABEL = "entry_type|type|kind";
const NUMBER = "0x[0-9a-f]{1,16}|[0-9a-f]{1,20}|\\d{1,10}\\.\\d{1,10}";
const UNIT = "[kmgt]i?b|b|bytes";
const BETWEEN = "[\\s,;|()\\[\\]-]{0,8}(?<![\\w.])";

/** Where the first field begins: what is before it is not of the entry. */
const FIRST = new RegExp(
  `(?<![\\w.])(?:(?:${LABEL}|${TYPE_LABEL}) {0,4}[:=]|(?:${LABEL}) {1,4}(?=(?:${NUMBER})(?!\\w)))`,
  "i",
);

/** A field with a number, from where the last field ended. */
const FIELD = new RegExp(
  `${BETWEEN}(${LABEL}) {0,4}[:=]? {0,4}(${NUMBER})(?: ?(${UNIT}))?(?![\\w.])`,
  "iy",
);

/** Where another field begins. */
const NEXT_FIELD = " {0,4}\\b\\w{1,20} {0,4}[:=]";

/** The type with its label; a name reaches up to a comma or the next field. */
const TYPE = new RegExp(
  `${BETWEEN}(?:${TYPE_LABEL})(?: {0,4}[:=] {0,4}| {1,4})` +
    `(?:(0x[0-9a-f]{1,8}|\\d{1,10})(?![\\w.])|(?:\\w{1,40}::){0,6}((?:(?!${NEXT_FIELD})[^,;|()\\[\\]]){1,60}))`,
  "iy",
);

/** A field of another label, such as `flags=0x0`. */
const OTHER = new RegExp(`${BETWEEN}[a-z]\\w{0,20}[:=] {0,4}\\w{1,20}(?![\\w.])`, "iy");

const PUNCTUATION = /^[\s,;:|()[\]<>{}."'-]+|[\s,;:|()[\]<>{}."'-]+$/g;

/** Characters of a line that are looked at from its first label on. */
const REACH = 400;

/** The fields of `line`; null if it has no label. */
export function labelledLine(line: TextLine): LabelledLine | null {
  const first = FIRST.exec(line.text);
  if (!first) return null;
  const text = line.text.slice(first.index, first.index + REACH);
  const numbers = new Map<Role, Spelled>();
  let typeText = "";
  let more = false;
  let at = 0;
  /** What `pattern` finds right here, which is passed over. */
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) at = pattern.lastIndex;
    return match;
  };
  for (;;) {
    const [field, label, digits, unit] = take(FIELD) ?? [];
    if (field !== undefined) {
      const role = ROLES[label!.toLowerCase()]!;
      if (!numbers.has(role)) numbers.set(role, { digits: digits!, unit });
      continue;
    }
    const [type, number, name] = take(TYPE) ?? [];
    if (type !== undefined) typeText = number ?? name!.trim();
    else if (take(OTHER)) more = true;
    else break;
  }
  const rest = text.slice(at).replaceAll(PUNCTUATION, "");
  // A name beside a number says the same, and says it better.
  if (typeText === "" || printedType(rest) !== undefined) typeText = rest;
  return { line, numbers, typeText, more };
}
