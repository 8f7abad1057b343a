/**
 * The workloads over an allocator in another module. Every allocation and free is a call from this
 * module into the other, the same for all allocators.
 */

import "./linked_calls_entry";
import { startLoops } from "./loops_entry";

export {
  block_list,
  blocks_in_use,
  drain,
  fill,
  mix,
  mix_drop,
  mix_rise,
  pairs,
  shuffle,
  stacks,
} from "./loops_entry";

const WASM_PAGE: u64 = 65536;

/** Starts over, on an allocator that has `frames` free frames. */
export function start(frames: u32): void {
  const end = u64(__heap_base) + u64(frames) * 4;
  const have = u64(memory.size()) * WASM_PAGE;
  if (end > have && memory.grow(i32((end - have + WASM_PAGE - 1) / WASM_PAGE)) < 0) unreachable();
  startLoops(frames, __heap_base);
}
