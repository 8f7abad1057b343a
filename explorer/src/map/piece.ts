/**
 * Pieces of physical memory, and painting layers of them over each other: what the map shows is a
 * sequence of pieces without gaps or overlaps.
 */

import { type OwnerId } from "./owner.ts";

/** Physical memory `[base, end)`, bytes. */
export interface Span {
  readonly base: number;
  readonly end: number;
}

export interface Piece extends Span {
  readonly owner: OwnerId;
  /** The type or reason that the owner follows from, in words. */
  readonly detail: string;
}

interface Border {
  readonly at: number;
  /** Place of the piece in painting order. */
  readonly piece: number;
  readonly opens: boolean;
}

/** Largest of the numbers that were added and not removed; all operations take logarithmic time. */
class Topmost {
  readonly #heap: number[] = [];
  readonly #removed = new Set<number>();

  add(value: number): void {
    const heap = this.#heap;
    heap.push(value);
    for (let at = heap.length - 1; at > 0;) {
      const parent = (at - 1) >> 1;
      if (heap[parent]! >= heap[at]!) break;
      [heap[parent], heap[at]] = [heap[at]!, heap[parent]!];
      at = parent;
    }
  }

  remove(value: number): void {
    this.#removed.add(value);
  }

  /** -1 if there is none. */
  get value(): number {
    while (this.#heap.length > 0 && this.#removed.delete(this.#heap[0]!)) this.#pop();
    return this.#heap[0] ?? -1;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    heap[0] = last;
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      if (left >= heap.length) break;
      const child = left + 1 < heap.length && heap[left + 1]! > heap[left]! ? left + 1 : left;
      if (heap[at]! >= heap[child]!) break;
      [heap[at], heap[child]] = [heap[child]!, heap[at]!];
      at = child;
    }
  }
}

/**
 * Paints `pieces`, any order and overlap, one over the other; where they overlap the later one shows.
 * The result covers `[0, end)` in address order, with holes where nothing was painted.
 */
export function flatten(pieces: readonly Piece[], end: number): Piece[] {
  const borders: Border[] = pieces.flatMap(({ base, end: stop }, piece) => {
    if (base >= Math.min(stop, end)) return [];
    return [
      { at: base, piece, opens: true },
      { at: Math.min(stop, end), piece, opens: false },
    ];
  });
  borders.sort((a, b) => a.at - b.at);
  const flat: Piece[] = [];
  const topmost = new Topmost();
  let from = 0;
  const paintTo = (to: number) => {
    if (from >= to) return;
    const { owner, detail } = pieces[topmost.value] ?? { owner: "hole", detail: "" };
    const last = flat.at(-1);
    if (last?.owner === owner && last.detail === detail) {
      flat[flat.length - 1] = { ...last, end: to };
    } else {
      flat.push({ base: from, end: to, owner, detail });
    }
    from = to;
  };
  for (const { at, piece, opens } of borders) {
    paintTo(at);
    if (opens) topmost.add(piece);
    else topmost.remove(piece);
  }
  paintTo(end);
  return flat;
}

/** Index of the piece that holds `address`, clamped to the first and last. */
export function pieceAt(pieces: readonly Piece[], address: number): number {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (pieces[middle]!.end <= address) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Bytes of each owner in `pieces`. */
export function bytesByOwner(pieces: readonly Piece[]): Map<OwnerId, number> {
  const bytes = new Map<OwnerId, number>();
  for (const { owner, base, end } of pieces) bytes.set(owner, (bytes.get(owner) ?? 0) + end - base);
  return bytes;
}
