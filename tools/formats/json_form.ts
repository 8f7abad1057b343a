/**
 * The project's own map files: `{"source": …, "entries": [{"base", "length", "type"}, …]}`.
 */

import { SimulationError } from "../../sim/errors.ts";
import { type MemoryMapFile, parseMemoryMap } from "../../sim/memory_map.ts";
import { type Form, type FormReading, type TextInput } from "./form.ts";
import { MapError } from "./map_input.ts";

function parse(text: string): MemoryMapFile {
  try {
    return JSON.parse(text) as MemoryMapFile;
  } catch (error) {
    throw new MapError(`this begins like JSON and is not: ${(error as Error).message}`);
  }
}

function read({ text }: TextInput): FormReading | null {
  if (!/^\s*\{/.test(text)) return null;
  const file = parse(text);
  const entries: unknown = file.entries;
  if (entries instanceof Array && entries.some((entry) => typeof entry !== "object" || !entry)) {
    throw new MapError("each entry of a memory map is an object with base, length and type");
  }
  try {
    const source = typeof file.source === "string" ? file.source : "";
    return { source, entries: parseMemoryMap(file), notes: [] };
  } catch (error) {
    if (error instanceof SimulationError) throw new MapError(error.message);
    throw error;
  }
}

export const jsonForm: Form = {
  name: "JSON map file",
  example:
    '{"source": "…", "entries": [{"base": "0x1000", "length": "0x9e000", "type": "usable"}]}',
  read,
};
