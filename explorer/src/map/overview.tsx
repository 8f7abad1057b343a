/**
 * The whole map, small, with the part that the large one shows; a click or a drag goes there.
 */

import { useCallback, useRef } from "preact/hooks";
import { type Axis } from "./axis.ts";
import { readPalette } from "./palette.ts";
import { type Piece, type Span } from "./piece.ts";
import { useCanvas } from "./use_canvas.ts";
import { pan } from "./view_window.ts";

const HEIGHT = 18;
/** Narrowest window that is still seen, CSS pixels. */
const NARROWEST = 4;

export interface OverviewProps {
  readonly pieces: readonly Piece[];
  readonly axis: Axis;
  readonly view: Span;
  readonly onView: (view: Span) => void;
}

export function Overview({ pieces, axis, view, onView }: OverviewProps) {
  const dragging = useRef(false);
  const paint = useCallback(
    (
      context: CanvasRenderingContext2D,
      { width, height }: { width: number; height: number },
      element: HTMLCanvasElement,
    ) => {
      const palette = readPalette(element);
      for (const { base, end, owner } of pieces) {
        if (owner === "hole") continue;
        const left = axis.position(base) * width;
        context.fillStyle = palette.owners[owner];
        context.fillRect(left, 5, Math.max(axis.position(end) * width - left, 0.5), height - 10);
      }
      const left = axis.position(view.base) * width;
      const wide = Math.max(
        (axis.position(view.end) - axis.position(view.base)) * width,
        NARROWEST,
      );
      context.strokeStyle = palette.accent;
      context.lineWidth = 2;
      context.strokeRect(left + 1, 1, Math.max(wide - 2, 2), height - 2);
    },
    [pieces, axis, view],
  );
  const { canvas, size } = useCanvas(HEIGHT, paint);

  const go = (event: PointerEvent) => {
    const from = axis.position(view.base);
    const width = axis.position(view.end) - from;
    const wanted = event.offsetX / (size.width || 1) - width / 2;
    onView(pan(axis, view, (wanted - from) / (width || 1)));
  };
  return (
    <canvas
      ref={canvas}
      class="overview"
      style={{ height: `${HEIGHT}px` }}
      aria-hidden="true"
      onPointerDown={(event) => {
        dragging.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
        go(event);
      }}
      onPointerMove={(event) => dragging.current && go(event)}
      onPointerUp={() => (dragging.current = false)}
    />
  );
}
