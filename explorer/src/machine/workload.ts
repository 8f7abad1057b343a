/**
 * A random workload: which operation comes next, and of which order. Allocations and frees alternate
 * at random, weighted so that the allocated share settles around the one that was asked for.
 */

import { type Allocations } from "./allocations.ts";
import { type OrderMix, type WorkloadSettings } from "./protocol.ts";
import { Random } from "./random.ts";

/** Blocks that the page holds at most, so that its own record stays small. */
const MOST_BLOCKS = 1_000_000;

const SEED = 1;

/** Largest order of the mixes: 2 MiB, the size of a large page. */
const LARGE_ORDER = 9;

/** How strongly the share of allocations answers a deviation from the aim. */
const GAIN = 5;
const STRONGEST_LEAN = 0.45;

function drawOrder(mix: OrderMix, random: Random): number {
  switch (mix) {
    case "single":
      return 0;
    case "large":
      return LARGE_ORDER;
    case "uniform":
      return random.below(LARGE_ORDER + 1);
    case "geometric": {
      let order = 0;
      while (order < LARGE_ORDER && random.next() < 0.5) ++order;
      return order;
    }
  }
}

export class Workload {
  readonly #random = new Random(SEED);

  /** Does `operations` operations. */
  run(allocations: Allocations, operations: number, settings: WorkloadSettings): void {
    const managed = allocations.managedFrames();
    for (let done = 0; done < operations; ++done) {
      const { own } = allocations;
      const share = allocations.allocatedFrames() / managed;
      const lean = Math.max(
        -STRONGEST_LEAN,
        Math.min(STRONGEST_LEAN, GAIN * (settings.fill - share)),
      );
      const allocates =
        own.count === 0 || (own.count < MOST_BLOCKS && this.#random.next() < 0.5 + lean);
      if (allocates) allocations.allocate(drawOrder(settings.mix, this.#random), settings.flags);
      else allocations.free(own.at(this.#random.below(own.count)));
    }
  }
}
