/**
 * The blocks that the page allocated: what the random workload picks from when it frees. A record
 * of its own requests, not of the allocator's state; that is asked of the kernel.
 */

export interface OwnedBlock {
  /** Physical address. */
  readonly address: number;
  readonly order: number;
}

export class OwnedBlocks {
  readonly #blocks: OwnedBlock[] = [];
  /** Places in `#blocks`, by address. */
  readonly #places = new Map<number, number>();
  #frames = 0;

  get count(): number {
    return this.#blocks.length;
  }

  /** Frames of all blocks. */
  get frames(): number {
    return this.#frames;
  }

  /** Block number `place`, which is below `count`; removals renumber. */
  at(place: number): OwnedBlock {
    return this.#blocks[place]!;
  }

  /** The block that begins at `address`. */
  find(address: number): OwnedBlock | undefined {
    const place = this.#places.get(address);
    return place === undefined ? undefined : this.#blocks[place];
  }

  add(block: OwnedBlock): void {
    this.#places.set(block.address, this.#blocks.length);
    this.#blocks.push(block);
    this.#frames += 2 ** block.order;
  }

  remove(block: OwnedBlock): void {
    const place = this.#places.get(block.address);
    if (place === undefined) return;
    const last = this.#blocks.pop()!;
    if (last.address !== block.address) {
      this.#blocks[place] = last;
      this.#places.set(last.address, place);
    }
    this.#places.delete(block.address);
    this.#frames -= 2 ** block.order;
  }
}
