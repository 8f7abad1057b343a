/**
 * Where the map's axis is labelled: round addresses, as many as fit.
 */

import { FRAME_BYTES } from "../../../abi/frame.ts";
import { formatBytes } from "../format.ts";
import { type Axis } from "./axis.ts";
import { type Span } from "./piece.ts";

export interface Tick {
  /** Share of the view, 0 to 1. */
  readonly at: number;
  readonly label: string;
}

/**
 * Candidates: powers of two for a logarithmic axis, multiples of one for a linear one, and where
 * pieces begin for one that shows each of them.
 */
function* candidates(axis: Axis, view: Span): Generator<number> {
  if (axis.kind === "pieces") {
    for (const base of axis.starts) if (base >= view.base) yield base;
    return;
  }
  const span = view.end - view.base;
  const isWide = axis.kind === "log" && view.end > 4 * Math.max(view.base, FRAME_BYTES);
  if (isWide) {
    yield 0;
    for (let address = FRAME_BYTES; address < view.end; address *= 2) yield address;
    return;
  }
  const step = 2 ** Math.max(12, Math.floor(Math.log2(span / 16)));
  for (let address = Math.ceil(view.base / step) * step; address < view.end; address += step) {
    yield address;
  }
}

/** How round an address is: its trailing zero bits. */
function roundness(address: number): number {
  if (address === 0) return 64;
  let bits = 12;
  while (address % 2 ** (bits + 1) === 0) ++bits;
  return bits;
}

/** Round sizes are said in units, other addresses in hexadecimal. */
function labelOf(address: number): string {
  if (address === 0) return "0";
  const size = formatBytes(address);
  const isShort = /^\d+ /.test(size) && roundness(address) >= Math.log2(address) - 6;
  return isShort ? size : `0x${address.toString(16)}`;
}

/** Ticks of `view`, at least `gap` of its width apart; rounder addresses come first. */
export function ticksOf(axis: Axis, view: Span, gap: number): Tick[] {
  const from = axis.position(view.base);
  const width = axis.position(view.end) - from;
  const chosen: Tick[] = [];
  const ranked = [...candidates(axis, view)].sort((a, b) => {
    if (axis.kind === "pieces") return a - b;
    // Every power of two is as round as the next on a logarithmic axis, so even exponents go first.
    if (axis.kind === "log") return rank(b) - rank(a) || a - b;
    return roundness(b) - roundness(a) || a - b;
  });
  for (const address of ranked) {
    const at = (axis.position(address) - from) / width;
    if (at < 0 || at > 1 || chosen.some((tick) => Math.abs(tick.at - at) < gap)) continue;
    chosen.push({ at, label: labelOf(address) });
  }
  return chosen.sort((a, b) => a.at - b.at);
}

/** Whole units (KiB, MiB, …) before their multiples. */
function rank(address: number): number {
  if (address === 0) return 100;
  const bits = Math.log2(address);
  if (!Number.isInteger(bits)) return roundness(address) / 100;
  if (bits % 10 === 0) return 90;
  return bits % 2 === 0 ? 80 : 70;
}
