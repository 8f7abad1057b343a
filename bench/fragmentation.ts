/**
 * How well an allocator keeps large blocks together: memory is filled to 95 %, random blocks are
 * freed until half of it is free, and then a long run of allocations and frees goes on at that load.
 * Frames move only by being freed, so it matters how long; there are two looks at it. Counted is
 * what a kernel would want by then: free, naturally aligned runs of 2 MiB.
 *
 * The count rests on the workload's own list of blocks and not on what the allocator says.
 */

import { ALLOCATORS, type Allocator } from "./allocators.ts";
import { type FragmentationResult } from "./results.ts";
import { freeLargeRuns, usedFrames } from "../tools/judge/workloads/free_runs.ts";
import { V8Instance } from "./v8_engine.ts";
import { LARGE_ORDER, Mix, WorkloadError } from "../tools/judge/workloads/workloads.ts";

/** Percent of the frames in use before and after the drop. */
const FULL = 95;
const HALF = 50;

/** Requests at the lower load up to the first look, and as many again up to the second. */
const REQUESTS = 8_000_000;

/** What the requests come to by then; half of them are frees. */
const LOOKS: readonly string[] = ["8 M requests", "8 M pairs"];

const MIXES: readonly (readonly [name: string, kind: number])[] = [
  ["order 0", Mix.SINGLE],
  ["geometric", Mix.GEOMETRIC],
  ["uniform", Mix.UNIFORM],
  ["kernel mix", Mix.KERNEL],
];

/** The allocators for which this is a question of seconds. */
const CANDIDATES: readonly string[] = ["kernel", "list_buddy_pcp", "list_buddy", "bitmap"];

/** The share of the ideal that is free after the load drop, at each look. */
function regainedShares(allocator: Allocator, instance: V8Instance, kind: number): number[] {
  const call = (name: string, ...args: number[]) => instance.callNow(name, ...args).value;
  call(allocator.init, allocator.frames);
  call("mix_rise", kind, FULL);
  if (call("mix_drop", HALF)) throw new WorkloadError(`${allocator.title}: a free was refused`);
  return LOOKS.map(() => {
    call("mix", kind, HALF, REQUESTS);
    const list = call("block_list");
    const blocks = new Uint32Array(instance.memory.buffer, list, call("blocks_in_use"));
    const ideal = Math.floor((allocator.frames - usedFrames(blocks)) / 2 ** LARGE_ORDER);
    return freeLargeRuns(blocks, allocator.frames) / ideal;
  });
}

/** Runs every mix on every candidate. */
export function measureFragmentation(
  modules: ReadonlyMap<string, string>,
  note: (text: string) => void,
): FragmentationResult[] {
  return ALLOCATORS.filter(({ id }) => CANDIDATES.includes(id)).flatMap((allocator) => {
    note(`load drop: ${allocator.title}`);
    const instance = new V8Instance(modules.get(allocator.module)!);
    return MIXES.flatMap(([mix, kind]) =>
      regainedShares(allocator, instance, kind).map((share, look) => ({
        allocator: allocator.id,
        mix: `${mix}, ${LOOKS[look]}`,
        share,
      })),
    );
  });
}
