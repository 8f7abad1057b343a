/**
 * The same requests, one by one, to two allocators: memory is filled to 95 %, random blocks are freed
 * down to the share that is asked for, and then blocks come and go at that load. A request that one side
 * refuses stays a request: the other side, and what comes after it, do not depend on it.
 *
 * What is shown of either side comes from the ledger that is kept of its answers.
 */

import { drawOrder } from "../../../tools/trace/random_load.ts";
import { Random } from "../../../tools/trace/random.ts";
import { formatRange } from "../format.ts";
import { FRAME_BYTES } from "../../../abi/frame.ts";
import { type Contender } from "./contender.ts";
import { type ContestSettings, type Phase, type SideReport } from "./contest_protocol.ts";
import { Ledger } from "./ledger.ts";

/** Share of the frames that are taken before the first is freed. */
export const FULL = 0.95;

/** In the place of a block that was refused. */
const REFUSED = 0xffff_ffff;

/** One side, and the blocks that it gave for the requests that are not freed yet. */
class Side {
  readonly ledger: Ledger;
  refused = 0;
  readonly #contender: Contender;
  readonly #blocks: Uint32Array;

  constructor(contender: Contender, most: number) {
    this.#contender = contender;
    this.ledger = new Ledger(contender.memory);
    this.#blocks = new Uint32Array(most);
  }

  allocate(place: number, order: number): void {
    const frame = this.#contender.allocate(order);
    if (frame < 0) {
      ++this.refused;
      this.#blocks[place] = REFUSED;
      return;
    }
    if (!this.ledger.isFree(frame, order)) {
      const base = frame * FRAME_BYTES;
      const range = formatRange(base, base + FRAME_BYTES * 2 ** order);
      throw new Error(`it gave out ${range}, which is not a free block of order ${order}`);
    }
    this.ledger.take(frame, order);
    this.#blocks[place] = frame;
  }

  /** Frees the block in `place`, which the one in `last` takes. */
  free(place: number, order: number, last: number): void {
    const frame = this.#blocks[place]!;
    this.#blocks[place] = this.#blocks[last]!;
    if (frame === REFUSED) return;
    if (!this.#contender.free(frame, order)) {
      throw new Error(`it refused to free the block of order ${order} at frame ${frame}`);
    }
    this.ledger.give(frame, order);
  }

  report(): SideReport {
    const { freeLarge, possibleLarge } = this.ledger;
    return { freeLarge, possibleLarge, refused: this.refused, cells: this.ledger.heat() };
  }
}

export class Contest {
  phase: Phase = "fill";
  requests = 0;
  /** Why it cannot go on; empty if it can. */
  problem = "";
  readonly #settings: ContestSettings;
  readonly #random: Random;
  readonly #sides: readonly { readonly name: string; readonly side: Side }[];
  /** The orders of the blocks that were asked for and not freed. */
  readonly #orders: Uint8Array;
  readonly #full: number;
  readonly #aim: number;
  #count = 0;
  /** Frames of those blocks. */
  #used = 0;

  /**
   * @param contenders by name
   * @param frames how many frames the load is a share of; each side has as many
   */
  constructor(
    contenders: ReadonlyMap<string, Contender>,
    frames: number,
    settings: ContestSettings,
  ) {
    this.#settings = settings;
    this.#random = new Random(settings.seed);
    this.#sides = [...contenders].map(([name, contender]) => ({
      name,
      side: new Side(contender, frames),
    }));
    this.#orders = new Uint8Array(frames);
    this.#full = Math.floor(frames * FULL);
    this.#aim = Math.floor(frames * settings.keep);
  }

  /** Makes `requests` requests, or fewer if a side does what it must not. */
  run(requests: number): void {
    for (let left = requests; left > 0 && !this.problem; --left) {
      const allocates = this.phase === "fill" || (this.phase === "hold" && this.#used < this.#aim);
      if (allocates) this.#allocate();
      else this.#free();
      ++this.requests;
      if (this.phase === "fill" && this.#used >= this.#full) this.phase = "drop";
      if (this.phase === "drop" && this.#used <= this.#aim) this.phase = "hold";
    }
  }

  sides(): SideReport[] {
    return this.#sides.map(({ side }) => side.report());
  }

  #allocate(): void {
    const order = drawOrder(this.#settings.mix, this.#random);
    this.#onBoth((side) => side.allocate(this.#count, order));
    this.#orders[this.#count++] = order;
    this.#used += 2 ** order;
  }

  #free(): void {
    const place = this.#random.below(this.#count);
    const order = this.#orders[place]!;
    const last = --this.#count;
    this.#onBoth((side) => side.free(place, order, last));
    this.#orders[place] = this.#orders[last]!;
    this.#used -= 2 ** order;
  }

  #onBoth(act: (side: Side) => void): void {
    for (const { name, side } of this.#sides) {
      try {
        act(side);
      } catch (error) {
        this.problem ||= `${name}: ${error instanceof Error ? error.message : String(error)}.`;
      }
    }
  }
}
