/**
 * Where an address lies on the map: positions from 0 to 1. Three scales, all of them monotone and
 * without jumps, so that zooming and panning are the same on each; holes are drawn short on request.
 *
 *   - `linear`: a byte is as wide as any other;
 *   - `log`: a position is the logarithm of the address, so low memory is wide;
 *   - `pieces`: a piece is as wide as the logarithm of its size, so that none is too small to see.
 */

import { FRAME_BYTES } from "../../../abi/frame.ts";
import { type Piece } from "./piece.ts";

export type ScaleKind = "linear" | "log" | "pieces";

/** One piece of the axis: addresses `[base, end)` at positions `[from, to)`. */
interface Stretch {
  readonly base: number;
  readonly end: number;
  readonly from: number;
  readonly to: number;
}

/** All shortened holes together take at most this share of what is not a hole, */
const HOLES_SHARE = 0.25;
/** and each at most this. */
const HOLE_SHARE = 0.02;

/** What a position is proportional to inside a piece; the logarithm counts in frames. */
function measure(kind: ScaleKind, address: number): number {
  return kind === "log" ? Math.log2(address / FRAME_BYTES + 1) : address;
}

function addressOf(kind: ScaleKind, value: number): number {
  return kind === "log" ? (2 ** value - 1) * FRAME_BYTES : value;
}

/** How wide a piece is before holes are shortened, in a unit of the scale's own. */
function widthOf(kind: ScaleKind, { base, end }: Piece): number {
  if (kind === "pieces") return Math.log2((end - base) / FRAME_BYTES + 1);
  return measure(kind, end) - measure(kind, base);
}

export class Axis {
  readonly kind: ScaleKind;
  readonly #stretches: readonly Stretch[];

  /** @param pieces what `flatten` made: in order, from 0, without gaps */
  constructor(pieces: readonly Piece[], kind: ScaleKind, shortHoles: boolean) {
    this.kind = kind;
    const lengths = pieces.map((piece) => widthOf(kind, piece));
    const holes = pieces.filter(({ owner }) => owner === "hole").length;
    const solid = pieces.reduce(
      (sum, { owner }, index) => sum + (owner === "hole" ? 0 : lengths[index]!),
      0,
    );
    const limit = shortHoles ? solid * Math.min(HOLE_SHARE, HOLES_SHARE / holes) : Infinity;
    const widths = pieces.map(({ owner }, index) =>
      owner === "hole" ? Math.min(lengths[index]!, limit) : lengths[index]!,
    );
    const total = widths.reduce((sum, width) => sum + width, 0) || 1;
    let from = 0;
    this.#stretches = pieces.map(({ base, end }, index) => {
      const to = from + widths[index]! / total;
      const stretch = { base, end, from, to };
      from = to;
      return stretch;
    });
  }

  /** Where the pieces begin, in order. */
  get starts(): number[] {
    return this.#stretches.map(({ base }) => base);
  }

  #find(isBefore: (stretch: Stretch) => boolean): Stretch | undefined {
    let low = 0;
    let high = this.#stretches.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(this.#stretches[middle]!)) low = middle + 1;
      else high = middle;
    }
    return this.#stretches[low];
  }

  position(address: number): number {
    const stretch = this.#find(({ end }) => end <= address);
    if (!stretch) return 0;
    const start = measure(this.kind, stretch.base);
    const length = measure(this.kind, stretch.end) - start;
    const part = (measure(this.kind, Math.min(address, stretch.end)) - start) / length;
    return stretch.from + part * (stretch.to - stretch.from);
  }

  address(position: number): number {
    const stretch = this.#find(({ to }) => to <= position);
    if (!stretch) return 0;
    const start = measure(this.kind, stretch.base);
    const length = measure(this.kind, stretch.end) - start;
    const width = stretch.to - stretch.from || 1;
    const part = Math.max(0, Math.min(1, (position - stretch.from) / width));
    // Rounding must not leave the stretch.
    const address = addressOf(this.kind, start + part * length);
    return Math.max(stretch.base, Math.min(stretch.end, address));
  }
}
