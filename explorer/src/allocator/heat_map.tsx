/**
 * The heat map of managed memory, with what is under the pointer or the keyboard's cell in words.
 */

import { useCallback, useMemo, useState } from "preact/hooks";
import { formatBytes, formatCount, formatOrder, formatRange } from "../format.ts";
import { type HeatCells } from "../machine/protocol.ts";
import { readPalette } from "../map/palette.ts";
import { useCanvas } from "../map/use_canvas.ts";
import { HEAT_LEGEND } from "./heat.ts";
import { cellAtPoint, layOut, paintHeat } from "./paint_heat.ts";

/** Width before the first layout. */
const FIRST_WIDTH = 600;

export interface HeatMapProps {
  /** What is shown. */
  readonly name?: string;
  /** What can be done with a square. */
  readonly hint?: string;
  readonly cells: HeatCells;
  /** The chosen cell; -1 for none. */
  readonly chosen: number;
  readonly onChoose: (cell: number) => void;
  /** Shows what is inside a cell; undefined if cells are single frames. */
  readonly onEnter?: ((cell: number) => void) | undefined;
  /** Goes back to what the part in view was gone into from. */
  readonly onLeave: () => void;
}

/** A cell in words. */
export function describeCell(cells: HeatCells, cell: number): string {
  const base = cells.bases[cell]!;
  const free = cells.free[cell]!;
  const managed = cells.managed[cell]!;
  const order = cells.orders[cell]!;
  const largest = order < 0 ? "nothing is free" : `largest free block ${formatOrder(order)}`;
  return (
    `${formatRange(base, base + cells.cellBytes)}: ${formatCount(free)} of ` +
    `${formatCount(managed)} frames free, ${largest}`
  );
}

export function HeatMap(props: HeatMapProps) {
  const { name = "Free memory by address", cells, chosen, onChoose, onEnter, onLeave } = props;
  const { hint = `; press one to see its blocks${onEnter ? ", twice to go inside" : ""}` } = props;
  const [hovered, setHovered] = useState(-1);
  const [width, setWidth] = useState(FIRST_WIDTH);
  const count = cells.bases.length;
  const layout = useMemo(() => layOut(count, width), [count, width]);
  const paint = useCallback(
    (
      context: CanvasRenderingContext2D,
      size: { width: number; height: number },
      element: HTMLCanvasElement,
    ) => {
      setWidth(size.width);
      context.clearRect(0, 0, size.width, size.height);
      paintHeat(context, cells, layout, readPalette(element), chosen);
    },
    [cells, layout, chosen],
  );
  const height = layout.rows * layout.edge;
  const { canvas } = useCanvas(height, paint);

  const at = (event: PointerEvent | MouseEvent) =>
    cellAtPoint(layout, count, event.offsetX, event.offsetY);
  const press = (event: KeyboardEvent) => {
    const current = Math.max(chosen, 0);
    const go = (cell: number) => onChoose(Math.max(0, Math.min(count - 1, cell)));
    const actions: Record<string, () => void> = {
      ArrowRight: () => go(chosen < 0 ? 0 : current + 1),
      ArrowLeft: () => go(current - 1),
      ArrowDown: () => go(current + layout.columns),
      ArrowUp: () => go(current - layout.columns),
      Home: () => go(0),
      End: () => go(count - 1),
      Enter: () => chosen >= 0 && onEnter?.(chosen),
      Escape: onLeave,
    };
    const action = event.ctrlKey || event.metaKey ? undefined : actions[event.key];
    if (!action) return;
    action();
    event.preventDefault();
  };
  const shown = hovered >= 0 && hovered < count ? hovered : chosen;
  return (
    <div class="heat">
      <div
        class="heat-canvas"
        role="application"
        aria-roledescription="heat map"
        aria-label={`${name}, ${count} cells of ${formatBytes(cells.cellBytes)}`}
        tabIndex={0}
        onKeyDown={press}
      >
        <canvas
          ref={canvas}
          style={{ height: `${height}px` }}
          aria-hidden="true"
          onPointerMove={(event) => setHovered(at(event))}
          onPointerLeave={() => setHovered(-1)}
          onClick={(event) => onChoose(at(event))}
          onDblClick={(event) => at(event) >= 0 && onEnter?.(at(event))}
        />
      </div>
      <p class="heat-text" role="status">
        {shown >= 0 && shown < count
          ? describeCell(cells, shown)
          : `Each square is ${formatBytes(cells.cellBytes)}${hint}.`}
      </p>
    </div>
  );
}

/** What the colours of heat maps mean. */
export function HeatLegend() {
  return (
    <ul class="heat-legend" aria-label="Largest free block">
      {HEAT_LEGEND.map(({ label }, step) => (
        <li key={label}>
          <span class="heat-swatch" style={{ background: `var(--heat-${step})` }} />
          {label}
        </li>
      ))}
    </ul>
  );
}
