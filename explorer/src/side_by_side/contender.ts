/**
 * The two sides of a contest behind one interface: the kernel, booted on a machine of its own, and an
 * allocator that somebody wrote, as a module that keeps the contract of `slopos judge`.
 */

import { BlockState, FRAME_BYTES } from "../../../abi/frame.ts";
import { type Kernel } from "../../../sim/kernel.ts";
import { checkSignatures, NO_FRAME, readModule } from "../../../tools/judge/contract.ts";
import { managedBlocks } from "../../../tools/plan/free_blocks.ts";
import { type Range } from "../machine/survey.ts";

export interface Contender {
  /** Its memory in bytes, sorted and disjoint: what is free before the first request. */
  readonly memory: readonly Range[];
  /** The first frame of a block of `order`; -1 if there is none. */
  allocate(order: number): number;
  /** True if the block was freed. */
  free(frame: number, order: number): boolean;
}

/** What of a running kernel's memory is free; allocations are those of its ABI. */
export function kernelContender(kernel: Kernel): Contender {
  const memory: Range[] = [];
  for (const { base, length, state } of managedBlocks(kernel)) {
    if (state !== BlockState.FREE) continue;
    const last = memory.at(-1);
    const end = Number(base + length);
    if (last?.end === Number(base)) memory[memory.length - 1] = { base: last.base, end };
    else memory.push({ base: Number(base), end });
  }
  return {
    memory,
    allocate: (order) => Number(kernel.frameAlloc(order)) / FRAME_BYTES || -1,
    free: (frame, order) => kernel.frameFree(BigInt(frame * FRAME_BYTES), order) === 0,
  };
}

const WASM_PAGE = 65536;

interface AllocatorExports {
  allocator_init(frames: number): void;
  allocator_alloc(order: number): number;
  allocator_free(frame: number, order: number): number;
}

/** What the module in `bytes` offers, with memory for its tables. */
function instantiate(bytes: ArrayBuffer): AllocatorExports {
  const module = readModule(new Uint8Array(bytes));
  let memory: WebAssembly.Memory | undefined;
  const env = {
    // Memory that is grown is zero, and begins at a page.
    memory_take: (size: number) => memory!.grow(Math.ceil((size >>> 0) / WASM_PAGE)) * WASM_PAGE,
    abort: () => {
      throw new Error("it called abort");
    },
  };
  const { exports } = new WebAssembly.Instance(module, { env });
  checkSignatures(exports);
  if (exports.memory instanceof WebAssembly.Memory) memory = exports.memory;
  return exports as unknown as AllocatorExports;
}

/** The allocator in `bytes` with `frames` frames from 0 on; NotAnAllocatorError if it is none. */
export function moduleContender(bytes: ArrayBuffer, frames: number): Contender {
  const allocator = instantiate(bytes);
  allocator.allocator_init(frames);
  return {
    memory: [{ base: 0, end: frames * FRAME_BYTES }],
    allocate: (order) => {
      const frame = allocator.allocator_alloc(order) >>> 0;
      return frame === NO_FRAME ? -1 : frame;
    },
    free: (frame, order) => Boolean(allocator.allocator_free(frame, order)),
  };
}
