/**
 * Memory maps as the loader reports them: entries in any order, of any shape, hostile ones
 * included. Everything here keeps u64 values as `bigint`, because a hostile entry may end past 2^64.
 */

import { MemoryType, memoryTypeName } from "../abi/memory_type.ts";
import { SimulationError } from "./errors.ts";

/** Names of the types in map files and in the kernel's log; the index is the number. */
export const MEMORY_TYPE_NAMES: readonly string[] = Array.from(
  { length: MemoryType.UNKNOWN },
  (_, type) => memoryTypeName(type),
);

/** Bytes `[base, base + length)` of physical memory. */
export interface MemoryRange {
  readonly base: bigint;
  readonly length: bigint;
}

/** One entry as the loader reports it; every field is a u64. */
export interface MemoryMapEntry {
  /** First byte, physical. */
  readonly base: bigint;
  /** Bytes; `base + length` may exceed 2^64 in a hostile map. */
  readonly length: bigint;
  /** A `MemoryType`, or any other number a loader may invent. */
  readonly type: number;
}

/** A map as its file spells it. */
export interface MemoryMapFile {
  /** Where the map was recorded. */
  readonly source: string;
  readonly entries: readonly {
    readonly base: string | number;
    readonly length: string | number;
    readonly type: string | number;
  }[];
}

const U64_LIMIT = 1n << 64n;

/** A u64 from `0x…`, decimal digits or a safe integer; anything else is a `SimulationError`. */
export function parseU64(text: string | number, what: string): bigint {
  const valid =
    typeof text === "number"
      ? Number.isSafeInteger(text) && text >= 0
      : /^(0x[0-9a-f]{1,16}|[0-9]{1,20})$/i.test(text);
  const value = valid ? BigInt(text) : U64_LIMIT;
  if (value >= U64_LIMIT) {
    throw new SimulationError(`${what}: "${text}" is not a 64-bit number; write it as 0x1000`);
  }
  return value;
}

function parseType(type: string | number, what: string): number {
  const number = typeof type === "number" ? type : MEMORY_TYPE_NAMES.indexOf(type);
  if (!Number.isInteger(number) || number < 0) {
    throw new SimulationError(
      `${what}: unknown type "${type}"; use a number or one of ${MEMORY_TYPE_NAMES.join(", ")}`,
    );
  }
  return number;
}

/** The entries of a map file, in its order. */
export function parseMemoryMap(file: MemoryMapFile): MemoryMapEntry[] {
  // What calls itself a map file may be any JSON.
  const entries: MemoryMapFile["entries"] | undefined = file?.entries;
  if (!(entries instanceof Array)) {
    throw new SimulationError('a memory map file holds {"source": …, "entries": [{base, …}, …]}');
  }
  return entries.map((entry, index) => ({
    base: parseU64(entry.base, `entry ${index}: base`),
    length: parseU64(entry.length, `entry ${index}: length`),
    type: parseType(entry.type, `entry ${index}`),
  }));
}
