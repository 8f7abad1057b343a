/**
 * Who has which frame, by what was asked and answered and not by what an allocator says of itself: the
 * judge of both sides of a contest. One bit a frame, and a count for each 2 MiB.
 */

import { FRAME_BYTES } from "../../../abi/frame.ts";
import { LARGE_PAGE_ORDER } from "../../../tools/trace/random_load.ts";
import { type HeatCells } from "../machine/protocol.ts";
import { emptyCells, type Range } from "../machine/survey.ts";

/** Frames of a word of the map. */
const WORD_ORDER = 5;

/** Free blocks are told apart up to this order: 1 GiB. */
const LARGEST_ORDER = 18;

const LARGE_FRAMES = 2 ** LARGE_PAGE_ORDER;

/** Bits of a word at which a pair of free blocks of an order begins, from order 0 on. */
const PAIRS = [0x5555_5555, 0x1111_1111, 0x0101_0101, 0x0001_0001, 0x0000_0001] as const;

/** The order of the largest free block in a word of taken frames; -1 if there is none. */
function orderInWord(taken: number): number {
  let free = ~taken;
  if (free === 0) return -1;
  for (const [order, begin] of PAIRS.entries()) {
    const pairs = free & (free >>> (2 ** order)) & begin;
    if (pairs === 0) return order;
    free = pairs;
  }
  return WORD_ORDER;
}

function countBits(word: number): number {
  let bits = word - ((word >>> 1) & 0x5555_5555);
  bits = (bits & 0x3333_3333) + ((bits >>> 2) & 0x3333_3333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}

/** Bits of a block of `order`, below `WORD_ORDER`, at `frame`. */
function bitsOf(frame: number, order: number): number {
  return ((1 << (1 << order)) - 1) << (frame & 31);
}

export class Ledger {
  readonly #cells: HeatCells;
  /** A bit is set if its frame is taken, or not there. */
  readonly #taken: Uint32Array;
  /** Frames of each 2 MiB that are taken, or not there. */
  readonly #inLarge: Uint16Array;
  #freeFrames = 0;
  #freeLarge = 0;

  /** @param runs the memory, in bytes: sorted, disjoint, of whole frames, all free */
  constructor(runs: readonly Range[]) {
    const large = Math.ceil((runs.at(-1)?.end ?? 0) / FRAME_BYTES / LARGE_FRAMES);
    this.#taken = new Uint32Array((large * LARGE_FRAMES) / 32).fill(0xffff_ffff);
    this.#inLarge = new Uint16Array(large).fill(LARGE_FRAMES);
    for (const { base, end } of runs) {
      for (let frame = base / FRAME_BYTES; frame < end / FRAME_BYTES; ++frame) this.give(frame, 0);
    }
    this.#cells = emptyCells(runs);
    const { bases, cellBytes, managed } = this.#cells;
    for (const [cell, base] of bases.entries()) managed[cell] = this.#freeIn(base, cellBytes);
  }

  get freeFrames(): number {
    return this.#freeFrames;
  }

  /** Free blocks of 2 MiB. */
  get freeLarge(): number {
    return this.#freeLarge;
  }

  /** Free blocks of 2 MiB that there would be if all that is free lay together. */
  get possibleLarge(): number {
    return Math.floor(this.#freeFrames / LARGE_FRAMES);
  }

  /** True if a block of `order`, up to 2 MiB, may be given out at `frame`. */
  isFree(frame: number, order: number): boolean {
    if (frame % 2 ** order || frame < 0 || frame >= this.#taken.length * 32) return false;
    if (order < WORD_ORDER) return (this.#taken[frame >>> 5]! & bitsOf(frame, order)) === 0;
    const end = (frame + 2 ** order) >>> 5;
    for (let word = frame >>> 5; word < end; ++word) if (this.#taken[word]) return false;
    return true;
  }

  /** The block at `frame`, which is free, is taken. */
  take(frame: number, order: number): void {
    const large = frame >>> LARGE_PAGE_ORDER;
    if (this.#inLarge[large] === 0) --this.#freeLarge;
    this.#inLarge[large]! += 2 ** order;
    this.#freeFrames -= 2 ** order;
    if (order < WORD_ORDER) this.#taken[frame >>> 5]! |= bitsOf(frame, order);
    else this.#taken.fill(0xffff_ffff, frame >>> 5, (frame + 2 ** order) >>> 5);
  }

  /** The block at `frame`, which is taken, becomes free. */
  give(frame: number, order: number): void {
    const large = frame >>> LARGE_PAGE_ORDER;
    this.#inLarge[large]! -= 2 ** order;
    if (this.#inLarge[large] === 0) ++this.#freeLarge;
    this.#freeFrames += 2 ** order;
    if (order < WORD_ORDER) this.#taken[frame >>> 5]! &= ~bitsOf(frame, order);
    else this.#taken.fill(0, frame >>> 5, (frame + 2 ** order) >>> 5);
  }

  /** The heat map as it is at the moment. */
  heat(): HeatCells {
    const { bases, cellBytes, managed } = this.#cells;
    const levels = this.#levels();
    const order = Math.log2(cellBytes / FRAME_BYTES);
    const free = bases.map((base) => this.#freeIn(base, cellBytes));
    const orders = new Int8Array(bases.length);
    for (const [cell, base] of bases.entries()) {
      const frame = base / FRAME_BYTES;
      const isWhole = free[cell] === 2 ** order;
      orders[cell] = isWhole
        ? this.#orderAround(levels, frame, order)
        : this.#orderInside(levels, frame, order);
    }
    return { cellBytes, bases, managed, free, orders };
  }

  /** Free frames of the `bytes` at `base`, a power of two and a multiple of it. */
  #freeIn(base: number, bytes: number): number {
    const frame = base / FRAME_BYTES;
    const frames = bytes / FRAME_BYTES;
    if (frames < 32) {
      return frames - countBits(this.#taken[frame >>> 5]! & bitsOf(frame, Math.log2(frames)));
    }
    let free = 0;
    const end = Math.min(this.#taken.length, (frame + frames) >>> 5);
    for (let word = frame >>> 5; word < end; ++word) free += 32 - countBits(this.#taken[word]!);
    return free;
  }

  /** The order of the largest free block in each aligned group of 2^level frames, by level. */
  #levels(): Int8Array[] {
    const levels: Int8Array[] = [];
    levels[WORD_ORDER] = Int8Array.from(this.#taken, orderInWord);
    for (let level = WORD_ORDER + 1; level <= LARGEST_ORDER; ++level) {
      const below = levels[level - 1]!;
      levels[level] = Int8Array.from({ length: Math.ceil(below.length / 2) }, (_, group) => {
        const [left, right] = [below[2 * group]!, below[2 * group + 1] ?? -1];
        return left === level - 1 && right === level - 1 ? level : Math.max(left, right);
      });
    }
    return levels;
  }

  /** The order of the largest free block inside the block of `order` at `frame`. */
  #orderInside(levels: readonly Int8Array[], frame: number, order: number): number {
    if (order >= WORD_ORDER) return levels[order]![frame / 2 ** order] ?? -1;
    const bits = bitsOf(frame, order);
    return orderInWord(this.#taken[frame >>> 5]! | ~bits);
  }

  /** The order of the free block that the block of `order` at `frame`, which is free, is a part of. */
  #orderAround(levels: readonly Int8Array[], frame: number, order: number): number {
    let around = order;
    while (around < LARGEST_ORDER) {
      const next = around + 1;
      const base = frame - (frame % 2 ** next);
      if (this.#orderInside(levels, base, next) < next) break;
      around = next;
    }
    return around;
  }
}
