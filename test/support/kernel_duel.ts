/**
 * A running kernel and the reference allocator side by side: every call goes to both, and after
 * each one all that can be seen from outside must agree.
 */

import { expect } from "vitest";
import { BlockState, FrameFlag } from "../../abi/frame.ts";
import { type Operation } from "./arbitraries.ts";
import {
  type BootedKernel,
  expectTotals,
  managedFrames,
  ownBlocks,
  referenceFor,
} from "./booted_kernel.ts";
import { type ReferenceAllocator, zoneLimit } from "./reference_allocator.ts";

const FRAME = 4096n;

/** From the highest on: memory of which ordinary requests take the highest that serves. */
const ZONE_STARTS = [2 ** 20, 2 ** 12, 0];

/** What callers leave behind in their frames. */
const DIRT = 0xd1d1_d1d1_d1d1_d1d1n;

/** `frame_free`, `frame_retain`, `range_reserve`: addresses are u64, the engine wants i64. */
export function signed(address: bigint): bigint {
  return BigInt.asIntN(64, address);
}

export class KernelDuel {
  readonly booted: BootedKernel;
  readonly model: ReferenceAllocator;
  /** First frames of the blocks that the kernel itself holds. */
  readonly #own: Set<number>;
  #growths: number;

  constructor(booted: BootedKernel) {
    this.booted = booted;
    this.model = referenceFor(booted);
    this.#own = new Set(ownBlocks(booted).map(({ start }) => start));
    this.#growths = booted.machine.linearSizes.length;
  }

  /** Blocks that callers hold, in the order of their allocation. */
  get blocks() {
    return this.model.blocks.filter(({ start }) => !this.#own.has(start));
  }

  /** Fails if `complaint` says that something is wrong, or if any figure or run is. */
  #settle(complaint: string): void {
    expect(complaint).toBe("");
    const { kernel, machine } = this.booted;
    machine.settle();
    if (machine.linearSizes.length !== this.#growths) this.#follow();
    expectTotals(kernel, this.model);
    expect(managedFrames(kernel)).toEqual(this.model.managed);
  }

  /** Takes note of what the kernel allocated for itself. */
  #follow(): void {
    this.#growths = this.booted.machine.linearSizes.length;
    for (const { start, order } of ownBlocks(this.booted)) {
      if (this.#own.has(start)) continue;
      this.model.adopt(start, order);
      this.#own.add(start);
    }
  }

  alloc(order: number, flags = 0): bigint {
    const { kernel } = this.booted;
    const limit = zoneLimit(flags);
    const best = ZONE_STARTS.find((from) => this.model.hasFreeBlock(order, limit, from));
    const address = kernel.frameAlloc(order, flags);
    this.#settle(this.model.alloc(order, flags, address, kernel.lastError()));
    if (address !== 0n) {
      expect(Number(address / FRAME)).toBeGreaterThanOrEqual(best!);
      this.#useFrames(address, order, flags);
    }
    return address;
  }

  /** Looks for zeroes in a block that must hold nothing else, and dirties it. */
  #useFrames(address: bigint, order: number, flags: number): void {
    const memory = this.booted.machine.physicalMemory;
    const bytes = Number(FRAME) * 2 ** order;
    for (const offset of [0, 8 * Math.floor(bytes / 24), bytes - 8]) {
      const at = Number(address) + offset;
      if (flags & FrameFlag.ZERO) expect(memory.load(at)).toBe(0n);
      memory.store(at, DIRT);
    }
  }

  free(address: bigint, order: number): number {
    const code = this.booted.kernel.frameFree(signed(address), order);
    this.#settle(this.model.free(address, order, code));
    return code;
  }

  retain(address: bigint): number {
    const code = this.booted.kernel.frameRetain(signed(address));
    this.#settle(this.model.retain(address, code));
    return code;
  }

  /** Reserves frames `[start, end)`. */
  reserve(start: number, end: number): number {
    const address = BigInt(start) * FRAME;
    const code = this.booted.kernel.rangeReserve(signed(address), BigInt(end - start) * FRAME);
    this.#settle(this.model.reserve({ start, end }, code));
    return code;
  }

  /** Makes the call that `operation` comes to in the present state. */
  run(operation: Operation): void {
    switch (operation.kind) {
      case "alloc":
        this.alloc(operation.order, operation.flags);
        break;
      case "free": {
        const block = this.#pick(operation.pick);
        if (block) this.free(BigInt(block.start) * FRAME, block.order);
        break;
      }
      case "bogus-free": {
        const block = this.#pick(operation.pick);
        const frame = Math.max((block?.start ?? 0) + operation.shift, 0);
        // By chance it may be right; nothing of the kernel's own must be given back, though.
        if (!this.#own.has(frame)) this.free(BigInt(frame) * FRAME, operation.order);
        break;
      }
      case "stray": {
        const frame = this.#border(operation.pick) + operation.shift;
        if (frame < 0 || this.#own.has(frame)) break;
        const address = BigInt(frame) * FRAME + BigInt(operation.slip);
        this.free(address, 0);
        this.retain(address);
        break;
      }
      case "retain": {
        const block = this.#pick(operation.pick);
        if (block) this.retain(BigInt(block.start) * FRAME);
        break;
      }
      case "reserve": {
        const start = Math.max(this.#freeBorder(operation.pick) + operation.shift, 0);
        this.reserve(start, start + operation.frames);
        break;
      }
    }
  }

  #pick(pick: number) {
    const { blocks } = this;
    return blocks[pick % Math.max(blocks.length, 1)];
  }

  /** A border of a managed run. */
  #border(pick: number): number {
    const borders = this.model.managed.flatMap(({ start, end }) => [start, end]);
    return borders[pick % borders.length] ?? 0;
  }

  /** A border of a free run. */
  #freeBorder(pick: number): number {
    const borders = this.model.freeRuns().flatMap(({ start, end }) => [start, end]);
    return borders[pick % Math.max(borders.length, 1)] ?? 0;
  }

  /** Walks all managed runs block by block: both must see the same blocks. */
  compareBlocks(): void {
    for (const { start: first, end } of this.model.managed) {
      for (let frame = first; frame < end;) {
        const { base, length, state } = this.booted.kernel.frameBlock(BigInt(frame) * FRAME);
        const { start, order, free } = this.model.blockAround(frame);
        expect({ base, length, state }).toEqual({
          base: BigInt(start) * FRAME,
          length: FRAME << BigInt(order),
          state: free ? BlockState.FREE : BlockState.ALLOCATED,
        });
        frame = start + 2 ** order;
      }
    }
  }

  /** Allocates frame by frame until nothing is left: the same frames must be free in both. */
  drain(): void {
    const { kernel } = this.booted;
    const free = this.model.freeFrames;
    for (let drained = 0; drained < free; ++drained) {
      const address = kernel.frameAlloc(0);
      expect(this.model.alloc(0, 0, address, kernel.lastError())).toBe("");
    }
    expect(this.alloc(0)).toBe(0n);
  }

  /** Frees everything that callers hold; the totals must be those of the beginning. */
  release(): void {
    for (const { start, order, owners } of this.blocks) {
      for (let left = owners; left > 0; --left) {
        const address = BigInt(start) * FRAME;
        const code = this.booted.kernel.frameFree(signed(address), order);
        expect(this.model.free(address, order, code)).toBe("");
      }
    }
    this.#settle("");
  }
}
