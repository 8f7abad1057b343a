/**
 * The list of owners: for each frame the block that it belongs to. It is what an allocator is judged
 * by, and is kept as plainly as possible; it knows nothing of how allocators work.
 */

import { type Run } from "./contract.ts";

/** A block that is allocated. */
export interface Block {
  readonly frame: number;
  readonly order: number;
}

/** What stands in the list: no memory, free, or the number of a block and one. */
const NO_MEMORY = -1;
const FREE = 0;

/** Why a block that was answered cannot be one. */
export type BadBlock = "outside" | "unaligned" | "taken";

export class Owners {
  readonly #owners: Int32Array;
  readonly #blocks = new Map<number, Block>();
  #free = 0;

  /** All frames of `runs` free. */
  constructor(runs: readonly Run[]) {
    const end = runs.reduce((last, { start, count }) => Math.max(last, start + count), 0);
    this.#owners = new Int32Array(end).fill(NO_MEMORY);
    for (const { start, count } of runs) {
      this.#owners.fill(FREE, start, start + count);
      this.#free += count;
    }
  }

  /** How many frames are free. */
  get free(): number {
    return this.#free;
  }

  /** What is wrong with the answer `block`, and at which frame; null if it can be allocated. */
  objection({ frame, order }: Block): { readonly bad: BadBlock; readonly frame: number } | null {
    const count = 2 ** order;
    for (let each = frame; each < frame + count; ++each) {
      const owner = this.#owners[each] ?? NO_MEMORY;
      if (owner === NO_MEMORY) return { bad: "outside", frame: each };
      if (owner !== FREE) return { bad: "taken", frame: each };
    }
    return frame % count ? { bad: "unaligned", frame } : null;
  }

  /** Enters `block` under `number`, from 0 on. */
  take(number: number, block: Block): void {
    const { frame, order } = block;
    this.#owners.fill(number + 1, frame, frame + 2 ** order);
    this.#blocks.set(number, block);
    this.#free -= 2 ** order;
  }

  /** Block `number`; undefined if it was never allocated or was freed. */
  block(number: number): Block | undefined {
    return this.#blocks.get(number);
  }

  /** The numbers of all blocks. */
  numbers(): IterableIterator<number> {
    return this.#blocks.keys();
  }

  /** How many blocks there are. */
  get count(): number {
    return this.#blocks.size;
  }

  /** The number of the block that begins at `frame` and has `order`; undefined if there is none. */
  numberOf({ frame, order }: Block): number | undefined {
    const number = (this.#owners[frame] ?? NO_MEMORY) - 1;
    const block = this.#blocks.get(number);
    return block?.frame === frame && block.order === order ? number : undefined;
  }

  /** Frees block `number`, which there is. */
  release(number: number): void {
    const { frame, order } = this.#blocks.get(number)!;
    this.#owners.fill(FREE, frame, frame + 2 ** order);
    this.#blocks.delete(number);
    this.#free += 2 ** order;
  }

  /** The first frame of an aligned free run of 2^`order` frames; -1 if there is none. */
  room(order: number): number {
    const count = 2 ** order;
    for (let first = 0; first + count <= this.#owners.length; first += count) {
      let frame = first;
      while (frame < first + count && this.#owners[frame] === FREE) ++frame;
      if (frame === first + count) return first;
    }
    return -1;
  }
}
