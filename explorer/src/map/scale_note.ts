/**
 * What must be known to read the map: how wide things are drawn. Stands below the map and in the
 * saved picture.
 */

import { type ScaleKind } from "./axis.ts";
import { type Piece } from "./piece.ts";

const NOTES: Readonly<Record<ScaleKind, string>> = {
  linear: "To scale: every byte is as wide as any other",
  log: "Not to scale: the logarithm of the address, so low memory is wide",
  pieces: "Not to scale: each piece as wide as the logarithm of its size",
};

/** From so many pieces on, some are narrower than a pixel on every screen. */
const MANY_PIECES = 600;

/** One sentence. */
export function scaleNote(
  { scale, shortHoles }: { readonly scale: ScaleKind; readonly shortHoles: boolean },
  pieces: readonly Piece[],
): string {
  const holes = pieces.some(({ owner }) => owner === "hole")
    ? `; thin lines are holes, where nothing is${shortHoles ? ", drawn short" : ""}`
    : "";
  const crowd =
    pieces.length > MANY_PIECES
      ? "; where pieces are narrower than a pixel, a column shows what they hold together"
      : "";
  return `${NOTES[scale]}${holes}${crowd}.`;
}
