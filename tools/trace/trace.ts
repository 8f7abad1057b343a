/**
 * Replays a workload on a running kernel and records what becomes of its memory.
 *
 * All figures are the kernel's: counts from `mm_stat`, free blocks from `frame_block`. The trace keeps
 * the addresses of named blocks, nothing else. A trace is a JSON document, keys as in the kernel's log.
 */

import { type Kernel } from "../../sim/kernel.ts";
import { type FreeBlocks, freeBlocks, framesInBlocks } from "../plan/free_blocks.ts";
import { equationsOf, totalsOf, unequal } from "../plan/totals.ts";
import { type Operation, type OperationKind, type Target, type Workload } from "./operation.ts";
import { LARGE_PAGE_ORDER } from "./random_load.ts";

/** Memory after so many operations; counts are frames. */
export interface TraceSample {
  readonly operations: number;
  readonly managed: number;
  readonly free: number;
  readonly allocated: number;
  /** The largest order that one allocation could get. */
  readonly largest_order: number;
  /** Free frames that lie in free blocks of 2 MiB or larger. */
  readonly free_in_2m_blocks: number;
  readonly free_blocks: readonly FreeBlocks[];
  /** True if all totals of the kernel agree: see `equationsOf`. */
  readonly totals_agree: boolean;
}

/** Operations that the kernel refused for one reason. */
export interface Refusal {
  readonly operation: OperationKind;
  readonly code: number;
  readonly name: string;
  readonly count: number;
}

export interface Trace {
  readonly operations: number;
  /** Operations that the kernel did. */
  readonly done: Readonly<Record<OperationKind, number>>;
  readonly refused: readonly Refusal[];
  /** The first is taken before the first operation, the last one after the last. */
  readonly samples: readonly TraceSample[];
}

export interface TraceOptions {
  /** Operations from one sample to the next, at least one. */
  readonly sampleEvery: number;
}

/** A block that has a name. */
interface NamedBlock {
  /** 0n if it was refused. */
  readonly address: bigint;
  readonly order: number;
}

function sampleOf(kernel: Kernel, operations: number): TraceSample {
  const blocks = freeBlocks(kernel);
  const totals = totalsOf(kernel);
  const { managed, free, allocated, largest_order } = totals;
  return {
    operations,
    managed,
    free,
    allocated,
    largest_order,
    free_in_2m_blocks: framesInBlocks(blocks, LARGE_PAGE_ORDER),
    free_blocks: blocks,
    totals_agree: unequal(equationsOf(totals)).length === 0,
  };
}

/** Does operations, one after the other. */
class Replay {
  readonly done: Record<OperationKind, number> = { alloc: 0, free: 0, retain: 0, reserve: 0 };
  /** Refusals by `<operation> <code>`. */
  readonly refusals = new Map<string, Refusal>();
  readonly #kernel: Kernel;
  readonly #blocks = new Map<string, NamedBlock>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Does `operation`; false if the kernel refused. */
  run(operation: Operation): boolean {
    const code = this.#call(operation);
    const { kind } = operation;
    if (code === 0) {
      ++this.done[kind];
      return true;
    }
    const key = `${kind} ${code}`;
    const count = (this.refusals.get(key)?.count ?? 0) + 1;
    this.refusals.set(key, { operation: kind, code, name: this.#kernel.errorName(code), count });
    return false;
  }

  /** The kernel's answer: 0 or an error code. */
  #call(operation: Operation): number {
    switch (operation.kind) {
      case "alloc": {
        const { name, order, flags } = operation;
        const address = this.#kernel.frameAlloc(order, flags);
        this.#blocks.set(name, { address, order });
        return address === 0n ? this.#kernel.lastError() : 0;
      }
      case "free": {
        const { address, order } = this.#block(operation.target);
        return this.#kernel.frameFree(address, operation.order ?? order);
      }
      case "retain":
        return this.#kernel.frameRetain(this.#block(operation.target).address);
      case "reserve":
        return this.#kernel.rangeReserve(operation.address, operation.bytes);
    }
  }

  #block(target: Target): NamedBlock {
    if ("address" in target) return { address: target.address, order: 0 };
    return this.#blocks.get(target.name) ?? { address: 0n, order: 0 };
  }
}

/** Replays `workload` on `kernel`, which has started. */
export function traceWorkload(
  kernel: Kernel,
  workload: Workload,
  { sampleEvery }: TraceOptions,
): Trace {
  const replay = new Replay(kernel);
  const samples = [sampleOf(kernel, 0)];
  let operations = 0;
  let step = workload.next();
  while (!step.done) {
    const done = replay.run(step.value);
    if (++operations % sampleEvery === 0) samples.push(sampleOf(kernel, operations));
    step = workload.next(done);
  }
  if (operations % sampleEvery !== 0) samples.push(sampleOf(kernel, operations));
  return { operations, done: replay.done, refused: [...replay.refusals.values()], samples };
}
