/**
 * The blocks of managed memory at a moment, as the kernel tells them, in few words: the worker packs them
 * and the page looks one up. Managed runs stay what they are while a program runs, and within a run
 * blocks touch, so that order and state in the order of addresses say everything. Equal ones that follow
 * each other share a word:
 *
 *     31                        6 5          1 0
 *     | how many                 | order      | allocated |
 */

import { BlockState, FRAME_BYTES } from "../../../abi/frame.ts";
import { type ManagedBlock } from "../../../tools/plan/free_blocks.ts";
import { type Span } from "../map/piece.ts";

/** Blocks of all managed runs in address order. */
export type PackedBlocks = Uint32Array<ArrayBuffer>;

/** A block of managed memory. */
export interface LookedUpBlock extends Span {
  readonly isFree: boolean;
}

const COUNT_SHIFT = 6;
const ORDER_MASK = 31;
const MOST = 2 ** (32 - COUNT_SHIFT) - 1;

/** Gathers the blocks of a moment, which are added in address order. */
export class BlockPacker {
  readonly #words: number[] = [];
  #kind = 0;
  #count = 0;

  add({ order, state }: Pick<ManagedBlock, "order" | "state">): void {
    const kind = (order << 1) | (state === BlockState.ALLOCATED ? 1 : 0);
    if (kind !== this.#kind || this.#count === MOST) this.#end();
    this.#kind = kind;
    ++this.#count;
  }

  packed(): PackedBlocks {
    this.#end();
    return new Uint32Array(this.#words);
  }

  #end(): void {
    if (this.#count > 0) this.#words.push(this.#count * 2 ** COUNT_SHIFT + this.#kind);
    this.#count = 0;
  }
}

/** The block around `address`; null if none of `runs`, sorted, holds it. */
export function blockAt(
  runs: readonly Span[],
  blocks: PackedBlocks,
  address: number,
): LookedUpBlock | null {
  let run = 0;
  let at = runs[0]?.base ?? 0;
  for (const word of blocks) {
    const bytes = FRAME_BYTES * 2 ** ((word >>> 1) & ORDER_MASK);
    for (let left = word >>> COUNT_SHIFT; left > 0;) {
      // Those of them that lie in one run.
      const here = Math.min(left, (runs[run]!.end - at) / bytes);
      if (address < at) return null;
      if (address < at + here * bytes) {
        const base = at + Math.floor((address - at) / bytes) * bytes;
        return { base, end: base + bytes, isFree: (word & 1) === 0 };
      }
      left -= here;
      at += here * bytes;
      if (at === runs[run]!.end) at = runs[++run]?.base ?? at;
    }
  }
  return null;
}
