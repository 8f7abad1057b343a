/**
 * Values over operations or time, as lines, shares unless something else is said: what the plots of the
 * page have in common. The values at the pointer stand below; without one those of the marked point, or
 * of the last.
 */

import { useCallback, useState } from "preact/hooks";
import { formatCount, formatShare } from "../format.ts";
import { useCanvas } from "../map/use_canvas.ts";
import { countTicks, shortCount } from "./plot_ticks.ts";

const HEIGHT = 150;

/** Room for labels, CSS pixels: left of the lines and below them; half of the last label on the right. */
const LEFT = 52;
const BELOW = 22;
const RIGHT = 26;
const ABOVE = 8;

/** Pixels between labels of the horizontal axis at least. */
const TICK_SPACE = 80;

/** Labels of the vertical axis, as parts of its height. */
const PARTS = [0, 0.25, 0.5, 0.75, 1] as const;

/** The vertical axis: where it ends, how it and the values below the plot are written. */
export interface Scale {
  readonly most: number;
  readonly label: (value: number) => string;
  readonly format: (value: number) => string;
}

const SHARES: Scale = { most: 1, label: (share) => `${share * 100} %`, format: formatShare };

/** A line: its name, the page's colour for it, and its value at a point; null draws nothing. */
export interface ShareLine<Point> {
  readonly label: string;
  readonly colour: string;
  readonly dash?: readonly number[];
  readonly share: (point: Point) => number | null;
}

export interface SharePlotProps<Point> {
  readonly caption: string;
  /** What the horizontal axis counts. */
  readonly axis: string;
  readonly lines: readonly ShareLine<Point>[];
  /** In the order of their operations. */
  readonly points: readonly Point[];
  /** The last point in words. */
  readonly inWords: string;
  /** Shares of 1 by default. */
  readonly scale?: Scale;
  /** A point that is marked, and need not be one of `points`; none by default. */
  readonly mark?: Point | undefined;
}

/** Where things are in a picture `width` pixels wide. */
function scaleOf(points: readonly { readonly operations: number }[], width: number) {
  const first = points[0]?.operations ?? 0;
  const last = Math.max(points.at(-1)?.operations ?? 0, first + 1);
  const across = (width - LEFT - RIGHT) / (last - first);
  return {
    first,
    last,
    x: (operations: number) => LEFT + (operations - first) * across,
    y: (share: number) => ABOVE + (1 - share) * (HEIGHT - ABOVE - BELOW),
    operations: (x: number) => first + (x - LEFT) / across,
  };
}

export function SharePlot<Point extends { readonly operations: number }>(
  props: SharePlotProps<Point>,
) {
  const { caption, axis, lines, points, inWords, scale = SHARES, mark } = props;
  /** Where the pointer is, pixels from the left; null if it is not there. */
  const [pointer, setPointer] = useState<number | null>(null);
  const markedAt = mark?.operations;

  const paint = useCallback(
    (
      context: CanvasRenderingContext2D,
      { width }: { readonly width: number },
      canvas: HTMLCanvasElement,
    ) => {
      const style = getComputedStyle(canvas);
      const colour = (name: string) => style.getPropertyValue(name).trim();
      const { first, last, x, y } = scaleOf(points, width);
      context.clearRect(0, 0, width, HEIGHT);
      context.font = `11px ${style.fontFamily}`;
      context.fillStyle = colour("--text-soft");
      context.strokeStyle = colour("--border");
      context.lineWidth = 1;
      const rule = (fromX: number, fromY: number, toX: number, toY: number) => {
        context.beginPath();
        context.moveTo(fromX, fromY);
        context.lineTo(toX, toY);
        context.stroke();
      };
      context.textAlign = "right";
      for (const part of PARTS) {
        rule(LEFT, y(part), width - RIGHT, y(part));
        context.fillText(scale.label(part * scale.most), LEFT - 6, y(part) + 4);
      }
      context.textAlign = "center";
      const most = Math.floor((width - LEFT - RIGHT) / TICK_SPACE);
      for (const tick of countTicks(first, last, most)) {
        rule(x(tick), y(1), x(tick), y(0));
        context.fillText(shortCount(tick), x(tick), HEIGHT - 6);
      }
      context.lineWidth = 2;
      for (const { colour: name, dash, share } of lines) {
        context.strokeStyle = colour(name);
        context.setLineDash([...(dash ?? [])]);
        context.beginPath();
        let isDown = false;
        for (const point of points) {
          const value = share(point);
          if (value === null) isDown = false;
          else if (isDown) context.lineTo(x(point.operations), y(value / scale.most));
          else context.moveTo(x(point.operations), y(value / scale.most));
          isDown = value !== null;
        }
        context.stroke();
      }
      context.setLineDash([]);
      context.lineWidth = 1;
      if (markedAt !== undefined) {
        context.strokeStyle = colour("--text");
        rule(x(markedAt), y(1), x(markedAt), y(0));
      }
      if (pointer === null) return;
      context.strokeStyle = colour("--text-soft");
      rule(pointer, y(1), pointer, y(0));
    },
    [lines, points, pointer, scale, markedAt],
  );
  const { canvas, size } = useCanvas(HEIGHT, paint);

  const pointAt = (x: number) => {
    const at = scaleOf(points, size.width).operations(x);
    return points.findLast(({ operations }) => operations <= at) ?? points[0];
  };
  const shown = pointer === null ? (mark ?? points.at(-1)) : pointAt(pointer);
  return (
    <figure class="plot">
      <figcaption>{caption}</figcaption>
      <div class="plot-canvas" role="img" aria-label={inWords}>
        <canvas
          ref={canvas}
          style={{ height: `${HEIGHT}px` }}
          aria-hidden="true"
          onPointerMove={(event) =>
            setPointer(Math.max(LEFT, Math.min(size.width - RIGHT, event.offsetX)))
          }
          onPointerLeave={() => setPointer(null)}
        />
      </div>
      <ul class="plot-key">
        <li>
          {axis}: {formatCount(shown?.operations ?? 0)}
        </li>
        {lines.map(({ label, colour, dash, share }) => {
          const value = shown ? share(shown) : null;
          return (
            <li key={label}>
              <span
                class="plot-line"
                style={{ borderTop: `3px ${dash ? "dashed" : "solid"} var(${colour})` }}
              />
              {label}: {value === null ? "–" : scale.format(value)}
            </li>
          );
        })}
      </ul>
    </figure>
  );
}
