/**
 * Draws the heat map: one square a cell, row by row in address order. The colour says how large a
 * block is free there, the filled part how much is allocated.
 */

import { type Palette } from "../map/palette.ts";
import { type HeatCells } from "../machine/protocol.ts";
import { heatStep } from "./heat.ts";

/** Edge of a cell, gap included, CSS pixels: at least, at most. */
const SMALLEST = 7;
const LARGEST = 24;

/** Rows that the map has at most, if cells of the smallest size allow it. */
const MOST_HEIGHT = 200;

/** How cells are laid out. */
export interface HeatLayout {
  readonly columns: number;
  readonly rows: number;
  /** Edge of a cell, gap included. */
  readonly edge: number;
}

/** The largest cells with which `count` of them fit `width`. */
export function layOut(count: number, width: number): HeatLayout {
  for (let edge = LARGEST; ; --edge) {
    const columns = Math.max(1, Math.floor(width / edge));
    const rows = Math.max(1, Math.ceil(count / columns));
    if (edge <= SMALLEST || rows * edge <= MOST_HEIGHT) return { columns, rows, edge };
  }
}

/** The cell at a point of the picture; -1 if there is none. */
export function cellAtPoint(layout: HeatLayout, count: number, x: number, y: number): number {
  const column = Math.floor(x / layout.edge);
  if (column < 0 || column >= layout.columns) return -1;
  const cell = Math.floor(y / layout.edge) * layout.columns + column;
  return cell < count ? cell : -1;
}

export function paintHeat(
  context: CanvasRenderingContext2D,
  cells: HeatCells,
  layout: HeatLayout,
  palette: Palette,
  chosen: number,
): void {
  const { columns, edge } = layout;
  const side = edge - 1;
  for (let cell = 0; cell < cells.bases.length; ++cell) {
    const x = (cell % columns) * edge;
    const y = Math.floor(cell / columns) * edge;
    context.fillStyle = palette.heat[heatStep(cells.orders[cell]!)]!;
    context.fillRect(x, y, side, side);
    const taken = 1 - cells.free[cell]! / cells.managed[cell]!;
    if (taken > 0 && taken < 1) {
      const tall = Math.max(1, Math.round(taken * side));
      context.fillStyle = palette.heat[0]!;
      context.fillRect(x, y + side - tall, side, tall);
    }
  }
  if (chosen >= 0 && chosen < cells.bases.length) {
    context.strokeStyle = palette.accent;
    context.lineWidth = 2;
    context.strokeRect((chosen % columns) * edge, Math.floor(chosen / columns) * edge, side, side);
  }
}
