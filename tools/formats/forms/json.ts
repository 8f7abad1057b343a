/**
 * The project's own map files: `{"source": …, "entries": [{"base", "length", "type"}, …]}`, or the
 * list of entries alone. Types are names, or Limine's numbers.
 */

import { MEMORY_TYPE_NAMES, type MemoryMapEntry } from "../../../sim/memory_map.ts";
import { ADDRESS_SPACE } from "../address.ts";
import { type Form, type FormReading } from "../form.ts";
import { MapError } from "../map_input.ts";
import { type TextInput } from "../text.ts";

/** What a text begins with that is JSON of objects and nothing else that this project reads. */
const BEGINNING = /^\s*(?:\{\s*(?:["}]|$)|\[\s*(?:\{\s*"|\]))/;

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new MapError(`this begins like JSON and is not: ${(error as Error).message}`);
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** How an error message quotes `value`. */
function quoted(value: unknown): string {
  return typeof value === "string" ? `"${value}"` : (JSON.stringify(value) ?? "nothing");
}

/** A 64-bit number as `0x…`, decimal digits or a number that JavaScript holds exactly. */
function numberOf(value: unknown, what: string): bigint {
  const valid =
    typeof value === "number"
      ? Number.isSafeInteger(value) && value >= 0
      : typeof value === "string" && /^(?:0x[0-9a-f]{1,16}|\d{1,20})$/i.test(value);
  const number = valid ? BigInt(value as string | number) : ADDRESS_SPACE;
  if (number < ADDRESS_SPACE) return number;
  throw new MapError(`${what}: ${quoted(value)} is not a 64-bit number; write it as "0x1000"`);
}

function typeOf(value: unknown, what: string): number {
  const number = typeof value === "string" ? MEMORY_TYPE_NAMES.indexOf(value.toLowerCase()) : value;
  if (typeof number === "number" && Number.isInteger(number) && number >= 0) return number;
  throw new MapError(
    `${what}: unknown type ${quoted(value)}; use one of ${MEMORY_TYPE_NAMES.join(", ")}, or ` +
      "Limine's number",
  );
}

function entryOf(value: unknown, index: number): MemoryMapEntry {
  if (typeof value !== "object" || value === null) {
    throw new MapError("each entry of a memory map is an object with base, length and type");
  }
  const { base, length, type } = fieldsOf(value);
  const what = `entry ${index}`;
  return {
    base: numberOf(base, `${what}: base`),
    length: numberOf(length, `${what}: length`),
    type: typeOf(type, what),
  };
}

function read({ text }: TextInput): FormReading | null {
  if (!BEGINNING.test(text)) return null;
  const file = parse(text);
  const { source, entries } = Array.isArray(file) ? { source: "", entries: file } : fieldsOf(file);
  if (!Array.isArray(entries)) {
    throw new MapError(
      'a memory map file holds {"source": …, "entries": [{base, …}, …]}, or the list of entries',
    );
  }
  return {
    source: typeof source === "string" ? source : "",
    entries: entries.map(entryOf),
    notes: [],
  };
}

export const jsonForm: Form = {
  name: "JSON map file",
  example:
    '{"source": "…", "entries": [{"base": "0x1000", "length": "0x9e000", "type": "usable"}]}',
  read,
};
