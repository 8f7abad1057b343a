/**
 * The part of the map in view, as addresses: zooming, panning, and going somewhere. All operations
 * work on positions of an axis, so that they feel the same on every scale.
 */

import { type Axis } from "./axis.ts";
import { type Span } from "./piece.ts";

/** Zooming in ends when so many bytes are in view: sixteen frames. */
const SMALLEST = 65536;

/** `[from, to)` in positions, moved into 0 to 1 and back to addresses. */
function settle(axis: Axis, from: number, to: number): Span {
  const width = Math.min(to - from, 1);
  const start = Math.max(0, Math.min(from, 1 - width));
  return { base: axis.address(start), end: axis.address(start + width) };
}

/** `view` with everything `factor` times as wide, `position` staying where it is. */
export function zoom(axis: Axis, view: Span, factor: number, position: number): Span {
  const from = axis.position(view.base);
  const to = axis.position(view.end);
  const at = Math.max(from, Math.min(to, position));
  const next = settle(axis, at - (at - from) / factor, at + (to - at) / factor);
  return factor > 1 && next.end - next.base < SMALLEST ? view : next;
}

/** `view` moved by `share` of its own width; positive goes to higher addresses. */
export function pan(axis: Axis, view: Span, share: number): Span {
  const from = axis.position(view.base);
  const to = axis.position(view.end);
  const step = (to - from) * share;
  return settle(axis, from + step, to + step);
}

/** A view of `span` with some of its surroundings. */
export function frame(axis: Axis, span: Span, whole: Span): Span {
  const from = axis.position(span.base);
  const to = axis.position(span.end);
  const margin = (to - from) * 0.25;
  const view = settle(axis, from - margin, to + margin);
  if (view.end - view.base >= SMALLEST) return view;
  const middle = (span.base + span.end) / 2;
  const base = Math.max(whole.base, Math.min(middle - SMALLEST / 2, whole.end - SMALLEST));
  return { base, end: Math.min(whole.end, base + SMALLEST) };
}

/** `view`, moved to the middle of `span` if that is not in it. */
export function follow(axis: Axis, view: Span, span: Span): Span {
  const middle = (axis.position(span.base) + axis.position(span.end)) / 2;
  const from = axis.position(view.base);
  const to = axis.position(view.end);
  if (middle >= from && middle <= to) return view;
  const half = (to - from) / 2;
  return settle(axis, middle - half, middle + half);
}
