/**
 * Entries of memory maps as tests write them down.
 */

import { type MemoryMapEntry } from "../../sim/memory_map.ts";

/** An entry by its first byte and the first behind it. */
export function entry(base: number, end: number, type: number): MemoryMapEntry {
  return { base: BigInt(base), length: BigInt(end - base), type };
}
