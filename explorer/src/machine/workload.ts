/**
 * The random load on the running kernel: blocks come and go, so that the allocated share settles
 * around the one that was asked for.
 */

import { drawOrder, drawsAllocation } from "../../../tools/trace/random_load.ts";
import { Random } from "../../../tools/trace/random.ts";
import { type Allocations } from "./allocations.ts";
import { MOST_BLOCKS, type WorkloadSettings } from "./protocol.ts";

/** How far operations lean towards the share that is asked for: the further away, the more. */
const LEAST_LEAN = 0.05;
const MOST_LEAN = 0.45;
const GAIN = 5;

export class Workload {
  #seed = 0;
  #random = new Random(this.#seed);

  /** Does `operations` operations; another seed than the last time begins its numbers anew. */
  run(allocations: Allocations, operations: number, settings: WorkloadSettings): void {
    if (settings.seed !== this.#seed) {
      this.#seed = settings.seed;
      this.#random = new Random(settings.seed);
    }
    const managed = allocations.managedFrames();
    const aim = settings.fill * managed;
    const { own } = allocations;
    for (let done = 0; done < operations; ++done) {
      const used = allocations.allocatedFrames();
      const lean = Math.min(
        MOST_LEAN,
        Math.max(LEAST_LEAN, (GAIN * Math.abs(aim - used)) / managed),
      );
      const allocates =
        own.count === 0 ||
        (own.count < MOST_BLOCKS && drawsAllocation(used, aim, lean, this.#random));
      if (allocates) allocations.allocate(drawOrder(settings.mix, this.#random), settings.flags);
      else allocations.free(own.at(this.#random.below(own.count)));
    }
  }
}
