/**
 * Two maps on one axis: what the axis is made of, and where the maps differ.
 */

import { type OwnerId } from "./owner.ts";
import { type Piece, type Span } from "./piece.ts";

/** Memory that is one thing on one map and another on the other. */
export interface Difference extends Span {
  readonly one: OwnerId;
  readonly other: OwnerId;
}

/** `pieces` with a hole up to `end` after them, if they end before it. */
export function padded(pieces: readonly Piece[], end: number): readonly Piece[] {
  const last = pieces.at(-1)!;
  if (last.end >= end) return pieces;
  if (last.owner === "hole") return [...pieces.slice(0, -1), { ...last, end }];
  return [...pieces, { base: last.end, end, owner: "hole", detail: "" }];
}

/** The longest parts in which both maps, which end together, have one piece each. */
function parts(one: readonly Piece[], other: readonly Piece[]): Difference[] {
  const found: Difference[] = [];
  let base = 0;
  for (let a = 0, b = 0; a < one.length && b < other.length;) {
    const [left, right] = [one[a]!, other[b]!];
    const end = Math.min(left.end, right.end);
    found.push({ base, end, one: left.owner, other: right.owner });
    base = end;
    if (left.end === end) ++a;
    if (right.end === end) ++b;
  }
  return found;
}

/** Pieces with the borders of both maps, which end together; holes where both have one. */
export function commonPieces(one: readonly Piece[], other: readonly Piece[]): Piece[] {
  return parts(one, other).map(({ base, end, one: a, other: b }) => ({
    base,
    end,
    owner: a === "hole" ? b : a,
    detail: "",
  }));
}

/** Where the maps, which end together, have different owners; neighbours that differ alike are one. */
export function differences(one: readonly Piece[], other: readonly Piece[]): Difference[] {
  const found: Difference[] = [];
  for (const part of parts(one, other)) {
    if (part.one === part.other) continue;
    const last = found.at(-1);
    if (last?.end === part.base && last.one === part.one && last.other === part.other) {
      found[found.length - 1] = { ...last, end: part.end };
    } else {
      found.push(part);
    }
  }
  return found;
}
