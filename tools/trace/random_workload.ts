/**
 * A random workload: blocks come and go, small ones more often than large ones.
 */

import { FrameFlag } from "../../abi/frame.ts";
import { type Workload } from "./operation.ts";
import { Random } from "./random.ts";
import { drawOrder, drawsAllocation } from "./random_load.ts";

export interface RandomOptions {
  /** How many operations. */
  readonly operations: number;
  /** The same seed gives the same operations on the same machine. */
  readonly seed: number;
  /** Frames that the machine manages. */
  readonly frames: number;
}

/** Memory fills up to this share, and stays about there. */
const LOAD = 0.7;

/** Six operations in ten lead towards that load. */
const LEAN = 0.1;

/** One allocation in so many asks for memory below 4 GiB, and one frame in so many is shared. */
const BELOW_4G_ONCE_IN = 16;
const RETAIN_ONCE_IN = 64;

interface LiveBlock {
  readonly name: string;
  readonly order: number;
  /** Owners besides the first. */
  shares: number;
}

/** The workload of `options`. */
export function* randomWorkload({ operations, seed, frames }: RandomOptions): Workload {
  const random = new Random(seed);
  const live: LiveBlock[] = [];
  let used = 0;
  for (let count = 0; count < operations; ++count) {
    if (live.length === 0 || drawsAllocation(used, LOAD * frames, LEAN, random)) {
      const order = drawOrder("geometric", random);
      const flags = random.below(BELOW_4G_ONCE_IN) === 0 ? FrameFlag.BELOW_4G : 0;
      const name = `block${count}`;
      if (yield { kind: "alloc", name, order, flags }) {
        live.push({ name, order, shares: 0 });
        used += 2 ** order;
      }
      continue;
    }
    const index = random.below(live.length);
    const block = live[index]!;
    const target = { name: block.name };
    if (block.order === 0 && random.below(RETAIN_ONCE_IN) === 0) {
      if (yield { kind: "retain", target }) ++block.shares;
    } else if ((yield { kind: "free", target, order: null }) && block.shares-- === 0) {
      used -= 2 ** block.order;
      live[index] = live.at(-1)!;
      live.pop();
    }
  }
}
