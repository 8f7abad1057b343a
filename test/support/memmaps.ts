/**
 * The memory maps of real machines in `test/memmaps`.
 */

import { readdirSync, readFileSync } from "node:fs";
import { type MemoryMapEntry, type MemoryMapFile, parseMemoryMap } from "../../sim/memory_map.ts";

const FOLDER = new URL("../memmaps/", import.meta.url);

export interface RecordedMap {
  /** The file's name without `.json`. */
  readonly name: string;
  readonly entries: readonly MemoryMapEntry[];
}

/** All recorded maps, by name. */
export function recordedMaps(): RecordedMap[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => ({ name: file.slice(0, -".json".length), entries: readMap(file) }));
}

/** One recorded map, for instance `limine-ovmf-512m`. */
export function recordedMap(name: string): RecordedMap {
  return { name, entries: readMap(`${name}.json`) };
}

function readMap(file: string): MemoryMapEntry[] {
  const text = readFileSync(new URL(file, FOLDER), "utf8");
  return parseMemoryMap(JSON.parse(text) as MemoryMapFile);
}
