/**
 * The patterns that tell owners apart without colour, as 8 x 8 tiles drawn with one stroke colour.
 */

import { type PatternName } from "./owner.ts";

/** Edge of a tile, CSS pixels. */
export const TILE = 8;

/** Strokes of each pattern as SVG paths in a tile: one source for the map and for the legend. */
export const PATTERN_PATHS: Readonly<Record<PatternName, string>> = {
  plain: "",
  rising: "M-2 2 L2 -2 M0 8 L8 0 M6 10 L10 6",
  falling: "M-2 6 L2 10 M0 0 L8 8 M6 -2 L10 2",
  dots: "M1.5 2 h1 M5.5 6 h1 M1.5 2.5 h1 M5.5 6.5 h1",
  grid: "M0 4 H8 M4 0 V8",
  vertical: "M2 0 V8 M6 0 V8",
  horizontal: "M0 2 H8 M0 6 H8",
  cross: "M0 0 L8 8 M8 0 L0 8",
  checks: "M0 0 h4 v4 h-4 z M4 4 h4 v4 h-4 z M1 1 h2 v2 h-2 z M5 5 h2 v2 h-2 z",
  pluses: "M1 4 h6 M4 1 v6",
  chevrons: "M0 4 L4 0 L8 4 M0 8 L4 4 L8 8",
  rings: "M6.5 4 a2.5 2.5 0 1 1 -5 0 a2.5 2.5 0 1 1 5 0",
};

/** The pattern as a fill for `context`; null for the plain one. */
export function patternFill(
  context: CanvasRenderingContext2D,
  name: PatternName,
  stroke: string,
  pixelRatio: number,
): CanvasPattern | null {
  if (!PATTERN_PATHS[name]) return null;
  const tile = document.createElement("canvas");
  tile.width = tile.height = Math.round(TILE * pixelRatio);
  const tileContext = tile.getContext("2d")!;
  tileContext.scale(tile.width / TILE, tile.height / TILE);
  tileContext.strokeStyle = stroke;
  tileContext.lineWidth = 1;
  tileContext.stroke(new Path2D(PATTERN_PATHS[name]));
  const pattern = context.createPattern(tile, "repeat");
  // The canvas is scaled by the pixel ratio, the tile is in device pixels already.
  pattern?.setTransform(new DOMMatrix().scale(TILE / tile.width));
  return pattern;
}
