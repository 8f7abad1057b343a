/**
 * Pieces that are narrower than a pixel: each column of pixels shows what those that begin in it hold,
 * one part above the other, in their owners' own colours.
 */

import { type OwnerId, OWNERS } from "./owner.ts";
import { type Palette } from "./palette.ts";
import { type Piece } from "./piece.ts";

export class Crowd {
  /** Bytes of each owner, by column of device pixels. */
  readonly #columns = new Map<number, Map<OwnerId, number>>();

  add(column: number, { owner, base, end }: Piece): void {
    // A hole that is too narrow to be seen must not hide what is beside it.
    if (owner === "hole") return;
    const parts = this.#columns.get(column) ?? new Map<OwnerId, number>();
    this.#columns.set(column, parts);
    parts.set(owner, (parts.get(owner) ?? 0) + end - base);
  }

  /** Paints the columns from `top` on, `tall` high; `pixelRatio` device pixels are one of these. */
  paint(
    context: CanvasRenderingContext2D,
    palette: Palette,
    { top, tall, pixelRatio }: { top: number; tall: number; pixelRatio: number },
  ): void {
    const snap = (length: number) => Math.round(length * pixelRatio) / pixelRatio;
    for (const [column, bytes] of this.#columns) {
      const total = [...bytes.values()].reduce((sum, one) => sum + one, 0);
      let above = 0;
      for (const { id } of OWNERS) {
        const part = bytes.get(id);
        if (part === undefined) continue;
        const from = snap((above / total) * tall);
        above += part;
        context.fillStyle = palette.owners[id];
        const high = Math.max(snap((above / total) * tall) - from, 1 / pixelRatio);
        context.fillRect(column / pixelRatio, top + from, 1 / pixelRatio, high);
      }
    }
  }
}
