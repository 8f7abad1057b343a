/**
 * The random load on the running kernel: blocks come and go, so that the allocated share settles
 * around the one that was asked for.
 */

import { drawOrder, drawsAllocation } from "../../../tools/trace/random_load.ts";
import { Random } from "../../../tools/trace/random.ts";
import { type Allocations } from "./allocations.ts";
import { type WorkloadSettings } from "./protocol.ts";

/** Blocks that the page holds at most, so that its own record stays small. */
const MOST_BLOCKS = 1_000_000;

const SEED = 1;

export class Workload {
  readonly #random = new Random(SEED);

  /** Does `operations` operations. */
  run(allocations: Allocations, operations: number, settings: WorkloadSettings): void {
    const aim = settings.fill * allocations.managedFrames();
    const { own } = allocations;
    for (let done = 0; done < operations; ++done) {
      const allocates =
        own.count === 0 ||
        (own.count < MOST_BLOCKS &&
          drawsAllocation(allocations.allocatedFrames(), aim, this.#random));
      if (allocates) allocations.allocate(drawOrder(settings.mix, this.#random), settings.flags);
      else allocations.free(own.at(this.#random.below(own.count)));
    }
  }
}
