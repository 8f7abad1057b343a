/**
 * A random workload: blocks come and go, small ones more often than large ones.
 */

import { FrameFlag } from "../../abi/frame.ts";
import { type Workload } from "./operation.ts";

export interface RandomOptions {
  /** How many operations. */
  readonly operations: number;
  /** The same seed gives the same operations on the same machine. */
  readonly seed: number;
  /** Frames that the machine manages. */
  readonly frames: number;
}

/** Orders 0 to this one are asked for, each half as often as the one below. */
const LARGEST_ORDER = 9;

/** Memory fills up to this share, and stays about there. */
const LOAD = 0.7;

/** Share of allocations among the operations below and above that load. */
const GROWING = 0.6;
const SHRINKING = 0.4;

/** One allocation in so many asks for memory below 4 GiB, and one frame in so many is shared. */
const BELOW_4G_ONCE_IN = 16;
const RETAIN_ONCE_IN = 64;

/** Numbers in [0, 1), the same for the same seed: Marsaglia, "Xorshift RNGs", 2003. */
function randomNumbers(seed: number): () => number {
  // Zero is the one state that xorshift never leaves.
  let state = Math.imul(seed | 0, 0x9e3779b1) ^ 0x6a09e667 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

interface LiveBlock {
  readonly name: string;
  readonly order: number;
  /** Owners besides the first. */
  shares: number;
}

/** The workload of `options`. */
export function* randomWorkload({ operations, seed, frames }: RandomOptions): Workload {
  const random = randomNumbers(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const live: LiveBlock[] = [];
  let used = 0;
  for (let count = 0; count < operations; ++count) {
    if (live.length === 0 || random() < (used < LOAD * frames ? GROWING : SHRINKING)) {
      const order = Math.min(LARGEST_ORDER, Math.floor(-Math.log2(1 - random())));
      const flags = below(BELOW_4G_ONCE_IN) === 0 ? FrameFlag.BELOW_4G : 0;
      const name = `block${count}`;
      if (yield { kind: "alloc", name, order, flags }) {
        live.push({ name, order, shares: 0 });
        used += 2 ** order;
      }
      continue;
    }
    const index = below(live.length);
    const block = live[index]!;
    const target = { name: block.name };
    if (block.order === 0 && below(RETAIN_ONCE_IN) === 0) {
      if (yield { kind: "retain", target }) ++block.shares;
    } else if ((yield { kind: "free", target, order: null }) && block.shares-- === 0) {
      used -= 2 ** block.order;
      live[index] = live.at(-1)!;
      live.pop();
    }
  }
}
