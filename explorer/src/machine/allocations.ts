/**
 * Allocating and freeing on a running kernel, with a record of what the page holds and counts of
 * what was asked and refused.
 */

import { ErrorCode } from "../../../abi/error_code.ts";
import { BlockState } from "../../../abi/frame.ts";
import { MmStat } from "../../../abi/mm_stat.ts";
import { type Kernel } from "../../../sim/kernel.ts";
import { type OwnedBlock, OwnedBlocks } from "./owned_blocks.ts";
import { type LastOperation, type OperationResult } from "./protocol.ts";

const DONE = { code: ErrorCode.NONE, error: "" } as const;

export class Allocations {
  readonly own = new OwnedBlocks();
  /** Frames that were allocated before the page's first allocation. */
  readonly kernelFrames: number;
  allocations = 0;
  frees = 0;
  /** Allocations that the kernel refused. */
  refused = 0;
  last: LastOperation | null = null;
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.kernelFrames = kernel.mmStat(MmStat.ALLOCATED);
  }

  get operations(): number {
    return this.allocations + this.frees + this.refused;
  }

  managedFrames(): number {
    return this.#kernel.mmStat(MmStat.MANAGED);
  }

  /** Allocated frames, the kernel's own included. */
  allocatedFrames(): number {
    return this.kernelFrames + this.own.frames;
  }

  allocate(order: number, flags: number): OperationResult {
    const address = Number(BigInt.asUintN(64, this.#kernel.frameAlloc(order, flags)));
    this.last = { kind: "allocate", order, address };
    if (address === 0) {
      ++this.refused;
      const code = this.#kernel.lastError();
      return { address, code, error: this.#kernel.errorName(code) };
    }
    ++this.allocations;
    this.own.add({ address, order });
    return { address, ...DONE };
  }

  /** Frees a block of the page's. */
  free(block: OwnedBlock): OperationResult {
    const result = this.#free(block.address, block.order);
    if (result.code === ErrorCode.NONE) {
      this.own.remove(block);
      this.last = { kind: "free", order: block.order, address: block.address };
      ++this.frees;
    }
    return result;
  }

  /**
   * Frees whatever a person names. What the page did not allocate is either free or not managed,
   * which the kernel refuses, or the kernel's own, which this refuses: the machine needs it.
   */
  freeAny(address: number, order: number): OperationResult {
    const block = this.own.find(address);
    if (block?.order === order) return this.free(block);
    if (!block && this.#isKernels(address)) {
      throw new Error(
        "The kernel keeps its page tables there; freeing them would end the machine.",
      );
    }
    return this.#free(address, order);
  }

  #isKernels(address: number): boolean {
    const { base, state } = this.#kernel.frameBlock(BigInt(address));
    return state === BlockState.ALLOCATED && !this.own.find(Number(base));
  }

  #free(address: number, order: number): OperationResult {
    const code = this.#kernel.frameFree(BigInt.asIntN(64, BigInt(address)), order);
    if (code === ErrorCode.NONE) return { address, ...DONE };
    return { address, code, error: this.#kernel.errorName(code) };
  }

  /** Frees all blocks of the page's. */
  freeAll(): void {
    while (this.own.count > 0) {
      const { code, error } = this.free(this.own.at(this.own.count - 1));
      if (code !== ErrorCode.NONE) throw new Error(`the kernel refused to free a block: ${error}`);
    }
  }
}
