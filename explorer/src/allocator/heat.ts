/**
 * What the cells of the heat map mean: steps of the colour scale, in words and as indices.
 */

import { type HeatCells } from "../machine/protocol.ts";

/** Lowest order of each step; step 0 is a cell without free memory. */
const STEP_ORDERS = [0, 1, 4, 9, 13, 18] as const;

export interface HeatStep {
  readonly label: string;
}

/** In the order of the scale. */
export const HEAT_LEGEND: readonly HeatStep[] = [
  { label: "all allocated" },
  { label: "4 KiB" },
  { label: "8–32 KiB" },
  { label: "64 KiB–1 MiB" },
  { label: "2–16 MiB" },
  { label: "32–512 MiB" },
  { label: "1 GiB" },
];

/** The step for the largest free order of a cell; -1 is none. */
export function heatStep(order: number): number {
  return STEP_ORDERS.filter((lowest) => order >= lowest).length;
}

/** The cell that holds `address`; -1 if none does. */
export function cellAt({ bases, cellBytes }: HeatCells, address: number): number {
  return bases.findIndex((base) => address >= base && address < base + cellBytes);
}
