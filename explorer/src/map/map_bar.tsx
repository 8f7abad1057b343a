/**
 * The map as a bar that can be zoomed, panned and read with pointer, touch and keyboard.
 */

import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { FRAME_BYTES } from "../../../abi/frame.ts";
import { formatBytes, formatCount, formatRange } from "../format.ts";
import { ownerOf } from "./owner.ts";
import { AXIS, BRACKETS, type MapPicture, paintMap, projection } from "./paint_map.ts";
import { readPalette } from "./palette.ts";
import { type Piece, pieceAt, type Span } from "./piece.ts";
import { useCanvas } from "./use_canvas.ts";
import { follow, frame, pan, zoom } from "./view_window.ts";

const HEIGHT = 204;

/** One turn of a wheel, one press of a key. */
const ZOOM_STEP = 1.6;
const PAN_STEP = 0.2;

/** Pixels that a pointer moves before a press becomes a drag. */
const DRAG_START = 4;

export interface MapBarProps extends Omit<MapPicture, "hovered"> {
  /** What the map is called where there are several. */
  readonly name?: string;
  readonly whole: Span;
  readonly onView: (view: Span) => void;
  readonly onSelect: (index: number | null) => void;
}

/** True if a piece's reason is not in its owner's name already. */
function saysMore({ owner, detail }: Piece): boolean {
  return !ownerOf(owner).label.toLowerCase().includes(detail.toLowerCase());
}

/** A piece in words: owner, reason, range, size. */
export function describe(piece: Piece): string {
  const { label } = ownerOf(piece.owner);
  const reason = saysMore(piece) ? ` (${piece.detail})` : "";
  const size = formatBytes(piece.end - piece.base);
  return `${label}${reason}, ${formatRange(piece.base, piece.end)}, ${size}`;
}

export function MapBar(props: MapBarProps) {
  const { name, pieces, focus, axis, whole, view, onView, selected, onSelect } = props;
  const [hovered, setHovered] = useState<{ index: number; x: number } | null>(null);
  const drag = useRef<{ x: number; view: Span; moved: boolean } | null>(null);
  const hoveredIndex = hovered?.index ?? null;

  const paint = useCallback(
    (
      context: CanvasRenderingContext2D,
      size: { width: number; height: number; pixelRatio: number },
      element: HTMLCanvasElement,
    ) => {
      const picture = { pieces, focus, axis, view, selected, hovered: hoveredIndex };
      paintMap(context, picture, readPalette(element), size);
    },
    [pieces, focus, axis, view, selected, hoveredIndex],
  );
  const { canvas, size } = useCanvas(HEIGHT, paint);
  const { address, position } = useMemo(
    () => projection(axis, view, size.width || 1),
    [axis, view, size.width],
  );

  // Browsers listen to wheels passively unless told otherwise, and would scroll the page.
  useEffect(() => {
    const element = canvas.current!;
    const turn = (event: WheelEvent) => {
      // The page scrolls over a map that nobody works with; Ctrl is what pinching a pad sends, too.
      const isFocused = document.activeElement === element.parentElement;
      if (!event.ctrlKey && !event.metaKey && !isFocused) return;
      const isAcross = !event.ctrlKey && Math.abs(event.deltaX) > Math.abs(event.deltaY);
      const factor =
        ZOOM_STEP ** (-Math.sign(event.deltaY) * Math.min(1, Math.abs(event.deltaY) / 50));
      const next = isAcross
        ? pan(axis, view, event.deltaX / (size.width || 1))
        : zoom(axis, view, factor, position(event.offsetX));
      // Where the map has come to its end, the page scrolls on.
      if (!event.ctrlKey && next.base === view.base && next.end === view.end) return;
      onView(next);
      event.preventDefault();
    };
    element.addEventListener("wheel", turn, { passive: false });
    return () => element.removeEventListener("wheel", turn);
  }, [axis, view, onView, position, size.width, canvas]);

  /** Fingers on the map, by pointer, in pixels from its left; and where they and the view began. */
  const fingers = useRef(new Map<number, number>());
  const pinch = useRef<{ span: number; middle: number; view: Span } | null>(null);
  const startPinch = () => {
    const [a, b] = [...fingers.current.values()];
    if (a === undefined || b === undefined) return;
    pinch.current = { span: Math.max(Math.abs(a - b), 1), middle: (a + b) / 2, view };
    drag.current = null;
    setHovered(null);
  };
  /** The view in which what lay under the fingers lies there still. */
  const followPinch = ({ span, middle, view: start }: NonNullable<typeof pinch.current>) => {
    const [a, b] = [...fingers.current.values()];
    if (a === undefined || b === undefined) return;
    const { position: at } = projection(axis, start, size.width || 1);
    const zoomed = zoom(axis, start, Math.max(Math.abs(a - b), 1) / span, at(middle));
    onView(pan(axis, zoomed, (middle - (a + b) / 2) / (size.width || 1)));
  };
  const lift = (event: PointerEvent) => {
    fingers.current.delete(event.pointerId);
    if (fingers.current.size < 2) pinch.current = null;
  };

  const indexAt = (event: PointerEvent) => pieceAt(pieces, address(event.offsetX));

  const choose = (index: number) => {
    const next = Math.max(0, Math.min(pieces.length - 1, index));
    onSelect(next);
    onView(follow(axis, view, pieces[next]!));
  };

  /** The first piece in view, where keyboard selection begins. */
  const firstInView = () => pieceAt(pieces, view.base);

  const press = (event: KeyboardEvent) => {
    const middle = (axis.position(view.base) + axis.position(view.end)) / 2;
    const actions: Record<string, () => void> = {
      ArrowRight: () =>
        event.shiftKey
          ? onView(pan(axis, view, PAN_STEP))
          : choose(selected === null ? firstInView() : selected + 1),
      ArrowLeft: () =>
        event.shiftKey
          ? onView(pan(axis, view, -PAN_STEP))
          : choose(selected === null ? firstInView() : selected - 1),
      ArrowUp: () => onView(zoom(axis, view, ZOOM_STEP, middle)),
      ArrowDown: () => onView(zoom(axis, view, 1 / ZOOM_STEP, middle)),
      Home: () => choose(0),
      End: () => choose(pieces.length - 1),
      Enter: () => selected !== null && onView(frame(axis, pieces[selected]!, whole)),
      Escape: () => {
        onSelect(null);
        onView(whole);
      },
    };
    const action = event.ctrlKey || event.metaKey ? undefined : actions[event.key];
    if (!action) return;
    action();
    event.preventDefault();
  };

  const tip = hovered && pieces[hovered.index];
  const crowded = hovered
    ? pieceAt(pieces, address(hovered.x + 1 / size.pixelRatio)) - hovered.index + 1
    : 0;
  const chosen = selected === null ? undefined : pieces[selected];
  return (
    <div
      class="map-bar"
      role="application"
      aria-roledescription="map"
      aria-label={name ? `Map of physical memory: ${name}` : "Map of physical memory"}
      aria-describedby="map-keys"
      tabIndex={0}
      onKeyDown={press}
    >
      <canvas
        ref={canvas}
        style={{ height: `${HEIGHT}px` }}
        aria-hidden="true"
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          fingers.current.set(event.pointerId, event.offsetX);
          event.currentTarget.setPointerCapture(event.pointerId);
          if (fingers.current.size === 2) startPinch();
          else drag.current = { x: event.offsetX, view, moved: false };
        }}
        onPointerMove={(event) => {
          if (fingers.current.has(event.pointerId)) {
            fingers.current.set(event.pointerId, event.offsetX);
          }
          if (pinch.current) return followPinch(pinch.current);
          const start = drag.current;
          if (!start) {
            const inBar = event.offsetY >= BRACKETS && event.offsetY < HEIGHT - AXIS;
            setHovered(inBar ? { index: indexAt(event), x: event.offsetX } : null);
            return;
          }
          const moved = start.x - event.offsetX;
          if (Math.abs(moved) >= DRAG_START) start.moved = true;
          if (start.moved) onView(pan(axis, start.view, moved / (size.width || 1)));
        }}
        onPointerUp={(event) => {
          if (drag.current && !drag.current.moved) onSelect(indexAt(event));
          drag.current = null;
          lift(event);
        }}
        onPointerCancel={(event) => {
          drag.current = null;
          lift(event);
        }}
        onPointerLeave={() => setHovered(null)}
        onDblClick={(event) => {
          const piece = pieces[pieceAt(pieces, address(event.offsetX))]!;
          onView(frame(axis, piece, whole));
        }}
      />
      {tip && (
        <div
          class="map-tip"
          style={{ left: `${Math.max(0, Math.min(hovered.x - 130, size.width - 260))}px` }}
        >
          <PieceText piece={tip} />
          {crowded > 1 && (
            <p>{formatCount(crowded)} pieces lie on this pixel; zoom in to tell them apart.</p>
          )}
        </div>
      )}
      <p class="visually-hidden" role="status">
        {chosen ? describe(chosen) : ""}
      </p>
    </div>
  );
}

/** Owner, reason, range and size of a piece. */
export function PieceText({ piece }: { readonly piece: Piece }) {
  const { label, id } = ownerOf(piece.owner);
  const frames = Math.floor((piece.end - piece.base) / FRAME_BYTES);
  return (
    <>
      <strong class={`owner-name owner-${id.replaceAll("_", "-")}`}>{label}</strong>
      {saysMore(piece) && <span class="detail"> {piece.detail}</span>}
      <br />
      <code>{formatRange(piece.base, piece.end)}</code>
      <br />
      {formatBytes(piece.end - piece.base)} · {formatCount(frames)}{" "}
      {frames === 1 ? "frame" : "frames"}
    </>
  );
}
