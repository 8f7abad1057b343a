/**
 * The lines that a command's answer begins with: what was done, on which map.
 */

import { type MapInput } from "../formats/map_input.ts";
import { type Colours } from "./terminal.ts";
import { paragraph } from "./text.ts";

/** `what` was done on `map`, and what to know about that map. */
export function mapTitle(
  what: string,
  { source, format, notes }: Omit<MapInput, "entries">,
  colours: Colours,
): string {
  const origin = source === "" ? "a memory map" : source;
  return (
    colours.bold(paragraph(`${what} on ${origin} (${format})`)) +
    notes.map((note) => colours.yellow(paragraph(`note: ${note}`, 6))).join("")
  );
}
