/**
 * The map of the machine on which a program runs: what the plan says of it, and over that what is on
 * loan at a moment.
 */

import { type MachineMap } from "../map/machine_map.ts";
import { flatten } from "../map/piece.ts";
import { type ProgramMoment } from "./program_protocol.ts";

/** `map` with what is on loan at `moment`. */
export function mapAtMoment(map: MachineMap, { spans }: ProgramMoment): MachineMap {
  const lent = spans.map((span) => ({ ...span, owner: "program" as const }));
  return { ...map, pieces: flatten([...map.pieces, ...lent], map.pieces.at(-1)!.end) };
}
