/**
 * What the exports `frame_alloc`, `frame_free`, `frame_retain` and `range_reserve` may answer, told
 * by a plain map of frame → owner. It does not choose addresses: it judges those that the kernel
 * chose, and each refusal.
 *
 * Every judgement is a string that says what is wrong, or "" if nothing is; the model then follows
 * the kernel's answer, so that the next one is judged in the state that the kernel claims.
 */

import { ErrorCode } from "../../abi/error_code.ts";
import { FrameFlag } from "../../abi/frame.ts";

export const MAX_ORDER = 18;

/** Frames `[start, end)`. */
export interface FrameRange {
  readonly start: number;
  readonly end: number;
}

/** An allocated block. */
interface Block {
  readonly start: number;
  readonly order: number;
  /** How many frees it takes; more than 1 only at order 0. */
  owners: number;
}

const FRAME = 4096n;
const FRAMES_16M = 2 ** 12;
const FRAMES_4G = 2 ** 20;

/** First frame that an allocation with `flags` must not reach. */
export function zoneLimit(flags: number): number {
  if (flags & FrameFlag.BELOW_16M) return FRAMES_16M;
  return flags & FrameFlag.BELOW_4G ? FRAMES_4G : 2 ** 32;
}

export class ReferenceAllocator {
  /** Sorted, disjoint, not adjacent. */
  #managed: FrameRange[];
  /** Frames that were taken out for good, or were reserved from the start. */
  #reserved: FrameRange[];
  /** Each allocated frame's block. */
  readonly #owner = new Map<number, Block>();
  readonly #blocks = new Set<Block>();

  /**
   * @param managed free at the start; sorted and disjoint
   * @param reserved known as reserved: freeing there is `RESERVED`, elsewhere `INVALID_ADDRESS`
   */
  constructor(managed: readonly FrameRange[], reserved: readonly FrameRange[] = []) {
    this.#managed = [];
    this.#reserved = [...reserved];
    this.manage(managed);
  }

  get managedFrames(): number {
    return this.#managed.reduce((sum, { start, end }) => sum + end - start, 0);
  }

  get allocatedFrames(): number {
    return this.#owner.size;
  }

  get freeFrames(): number {
    return this.managedFrames - this.allocatedFrames;
  }

  get managed(): readonly FrameRange[] {
    return this.#managed;
  }

  /** Start, order and owners of each allocated block. */
  get blocks(): readonly Readonly<Block>[] {
    return [...this.#blocks];
  }

  /** More frames come under management, free: memory that was reclaimed. */
  manage(ranges: readonly FrameRange[]): void {
    const all = [...this.#managed, ...ranges].sort((a, b) => a.start - b.start);
    this.#managed = [];
    for (const range of all) {
      const last = this.#managed.at(-1);
      if (last?.end === range.start) {
        this.#managed[this.#managed.length - 1] = { start: last.start, end: range.end };
      } else {
        this.#managed.push(range);
      }
    }
  }

  /** Takes note of a block that was allocated before the model came; its frames must be free. */
  adopt(start: number, order: number): void {
    const complaint = this.alloc(order, 0, BigInt(start) * FRAME, ErrorCode.NONE);
    if (complaint) throw new Error(`a block of the kernel's own: ${complaint}`);
  }

  isManaged(frame: number): boolean {
    return holds(this.#managed, frame);
  }

  isFree(frame: number): boolean {
    return this.isManaged(frame) && !this.#owner.has(frame);
  }

  /** Maximal runs of free frames, sorted. */
  freeRuns(): FrameRange[] {
    const blocks = [...this.blocks].sort((a, b) => a.start - b.start);
    const runs: FrameRange[] = [];
    let next = 0;
    for (const range of this.#managed) {
      let start = range.start;
      for (; next < blocks.length && blocks[next]!.start < range.end; ++next) {
        const block = blocks[next]!;
        if (start < block.start) runs.push({ start, end: block.start });
        start = block.start + 2 ** block.order;
      }
      if (start < range.end) runs.push({ start, end: range.end });
    }
    return runs;
  }

  /** True if a free, naturally aligned block of 2^order frames lies in `[from, limit)`. */
  hasFreeBlock(order: number, limit = 2 ** 32, from = 0): boolean {
    const size = 2 ** order;
    return this.freeRuns().some(({ start, end }) => {
      const first = Math.ceil(Math.max(start, from) / size) * size;
      return first + size <= Math.min(end, limit);
    });
  }

  /** The largest order that could be allocated, -1 if none. */
  largestFreeOrder(): number {
    let order = MAX_ORDER;
    while (order >= 0 && !this.hasFreeBlock(order)) --order;
    return order;
  }

  /** The block around a managed frame: its owner's, or the largest aligned one that is free. */
  blockAround(frame: number): { start: number; order: number; free: boolean } {
    const owned = this.#owner.get(frame);
    if (owned) return { start: owned.start, order: owned.order, free: false };
    const run = this.freeRuns().find(({ start, end }) => start <= frame && frame < end)!;
    for (let order = MAX_ORDER; ; --order) {
      const start = frame - (frame % 2 ** order);
      if (run.start <= start && start + 2 ** order <= run.end) return { start, order, free: true };
    }
  }

  /** Judges `frame_alloc`: it answered `address`, and if 0n with `error`. */
  alloc(order: number, flags: number, address: bigint, error: number): string {
    const what = `frame_alloc(${order}, ${flags})`;
    if (address === 0n) {
      const expected = this.#refusal(order, flags);
      const truthful = error === expected && error !== ErrorCode.NONE;
      return truthful ? "" : `${what} refused with ${error}, expected ${expected}`;
    }
    if (order > MAX_ORDER || order < 0) {
      return `${what} answered 0x${address.toString(16)}, expected a refusal`;
    }
    const frame = Number(address / FRAME);
    const size = 2 ** order;
    if (address % FRAME !== 0n || frame % size !== 0) {
      return `${what} answered 0x${address.toString(16)}, which is not naturally aligned`;
    }
    if (frame + size > zoneLimit(flags)) {
      return `${what} answered 0x${address.toString(16)}, above what the flags allow`;
    }
    const block = { start: frame, order, owners: 1 };
    for (let one = frame; one < frame + size; ++one) {
      if (!this.isFree(one)) return `${what} gave away frame ${one}, which is not free`;
    }
    for (let one = frame; one < frame + size; ++one) this.#owner.set(one, block);
    this.#blocks.add(block);
    return "";
  }

  /** The code with which `frame_alloc` must refuse, 0 if it must serve. */
  #refusal(order: number, flags: number): number {
    if (order > MAX_ORDER || order < 0) return ErrorCode.INVALID_ORDER;
    return this.hasFreeBlock(order, zoneLimit(flags)) ? ErrorCode.NONE : ErrorCode.OUT_OF_FRAMES;
  }

  /** Judges `frame_free`, which answered `code`. */
  free(address: bigint, order: number, code: number): string {
    const expected = this.#freeCode(address, order);
    if (code !== expected) {
      const what = `frame_free(0x${address.toString(16)}, ${order})`;
      return `${what} answered ${code}, expected ${expected}`;
    }
    if (code !== ErrorCode.NONE) return "";
    const frame = Number(address / FRAME);
    const block = this.#owner.get(frame)!;
    if (--block.owners > 0) return "";
    for (let one = frame; one < frame + 2 ** order; ++one) this.#owner.delete(one);
    this.#blocks.delete(block);
    return "";
  }

  #freeCode(address: bigint, order: number): number {
    if (order > MAX_ORDER || order < 0) return ErrorCode.INVALID_ORDER;
    const code = this.#addressCode(address);
    if (code !== ErrorCode.NONE) return code;
    const frame = Number(address / FRAME);
    if (frame % 2 ** order !== 0) return ErrorCode.INVALID_ADDRESS;
    const block = this.#owner.get(frame);
    if (!block) return ErrorCode.NOT_ALLOCATED;
    const exact = block.start === frame && block.order === order;
    return exact ? ErrorCode.NONE : ErrorCode.ORDER_MISMATCH;
  }

  /** What an address alone already decides: is it a managed frame's? */
  #addressCode(address: bigint): number {
    if (address % FRAME !== 0n) return ErrorCode.INVALID_ADDRESS;
    const frame = Number(address / FRAME);
    if (this.isManaged(frame)) return ErrorCode.NONE;
    return holds(this.#reserved, frame) ? ErrorCode.RESERVED : ErrorCode.INVALID_ADDRESS;
  }

  /** Judges `frame_retain`, which answered `code`. */
  retain(address: bigint, code: number): string {
    let expected: number = this.#addressCode(address);
    const block = this.#owner.get(Number(address / FRAME));
    if (expected === ErrorCode.NONE) {
      if (!block) expected = ErrorCode.NOT_ALLOCATED;
      else if (block.order !== 0) expected = ErrorCode.ORDER_MISMATCH;
    }
    if (code !== expected) {
      return `frame_retain(0x${address.toString(16)}) answered ${code}, expected ${expected}`;
    }
    if (code === ErrorCode.NONE) ++block!.owners;
    return "";
  }

  /** Judges `range_reserve` of whole frames, which answered `code`. */
  reserve(range: FrameRange, code: number): string {
    const expected = this.#reserveCode(range);
    if (code !== expected) {
      return `range_reserve(${range.start}-${range.end}) answered ${code}, expected ${expected}`;
    }
    if (code === ErrorCode.NONE) {
      this.#managed = this.#managed.flatMap(({ start, end }) =>
        [
          { start, end: Math.min(end, range.start) },
          { start: Math.max(start, range.end), end },
        ].filter((rest) => rest.start < rest.end),
      );
      this.#reserved.push(range);
    }
    return "";
  }

  /** A reserved frame decides first, then one that is not managed, then one that is allocated. */
  #reserveCode({ start, end }: FrameRange): number {
    if (start >= end || end > 2 ** 32) return ErrorCode.INVALID_DESCRIPTOR;
    if (this.#reserved.some((one) => one.start < end && start < one.end)) return ErrorCode.RESERVED;
    for (let frame = start; frame < end; ++frame) {
      if (!this.isManaged(frame)) return ErrorCode.INVALID_ADDRESS;
    }
    for (let frame = start; frame < end; ++frame) {
      if (this.#owner.has(frame)) return ErrorCode.BUSY;
    }
    return ErrorCode.NONE;
  }
}

function holds(ranges: readonly FrameRange[], frame: number): boolean {
  return ranges.some(({ start, end }) => start <= frame && frame < end);
}
