/**
 * What writes memory maps as a machine prints them, so that readers have something to read. Shares
 * nothing with the readers.
 */

import { type MemoryMapEntry } from "../../sim/memory_map.ts";

/** A form that maps can be written in. */
export interface MapWriter {
  /** The name that the reader knows the form by. */
  readonly form: string;
  /** How it is spelled, for the test's name. */
  readonly style: string;
  /** The types that it can express. */
  readonly types: readonly number[];
  /** True for a form that leaves entries of all other types out. */
  readonly partial?: true;
  /** Bytes that base and length of its entries are multiples of; 1 by default. */
  readonly unit?: bigint;
  readonly write: (entries: readonly MemoryMapEntry[]) => string;
}

/** The entries of a map that `writer` writes; none if it cannot express the map. */
export function writable(
  entries: readonly MemoryMapEntry[],
  { types, partial, unit = 1n }: MapWriter,
): readonly MemoryMapEntry[] {
  const expressed = entries.filter(({ type }) => types.includes(type));
  const whole = expressed.every(({ base, length }) => base % unit === 0n && length % unit === 0n);
  return whole && (partial || expressed.length === entries.length) ? expressed : [];
}

/** An address in sixteen hexadecimal digits. */
export const digits = (value: bigint) => value.toString(16).padStart(16, "0");
/** The last byte of an entry. */
export const last = ({ base, length }: MemoryMapEntry) => base + length - 1n;
/** The first byte after an entry. */
export const end = ({ base, length }: MemoryMapEntry) => base + length;

/** A number as `0x…`. */
export const hex = (value: bigint) => `0x${value.toString(16)}`;

/** What a writer may have beside its lines. */
interface WriterOptions {
  /** A line above the entries. */
  readonly heading?: (entries: readonly MemoryMapEntry[]) => string;
  readonly partial?: true;
  readonly unit?: bigint;
}

/** A writer of one line an entry. */
export function lines(
  form: string,
  style: string,
  types: Iterable<number>,
  line: (entry: MemoryMapEntry, index: number) => string,
  { heading, ...options }: WriterOptions = {},
): MapWriter {
  const write = (entries: readonly MemoryMapEntry[]) =>
    [...(heading ? [heading(entries)] : []), ...entries.map(line)].join("\n");
  return { form, style, types: [...types], ...options, write };
}
