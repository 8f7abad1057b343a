/**
 * What an allocator of frames should do, in the plainest way: an array that says of every frame what
 * it is. Shares nothing with the kernel, and nothing here is fast.
 */

import { Code, MAX_ORDER, type Run } from "./allocator_harness.ts";

const GRANULE = 2 ** 18;
const BELOW_16M = 2 ** 12;
const BELOW_4G = 2 ** 20;
const FRAMES = 2 ** 32;

/** An allocated block. */
interface Block {
  readonly start: number;
  readonly order: number;
  owners: number;
}

type Frame = "unmanaged" | "free" | Block;

/** Some frames in a row, from a multiple of `GRANULE` or a border between zones on. */
class Section {
  readonly start: number;
  readonly zone: number;
  readonly frames: Frame[];
  private readonly isFree: Uint8Array;
  private largest: number | undefined;

  constructor(start: number, end: number) {
    this.start = start;
    this.zone = start < BELOW_16M ? 2 : start < BELOW_4G ? 1 : 0;
    this.frames = new Array<Frame>(end - start).fill("unmanaged");
    this.isFree = new Uint8Array(end - start);
  }

  set(frame: number, value: Frame): void {
    this.frames[frame - this.start] = value;
    this.isFree[frame - this.start] = value === "free" ? 1 : 0;
    this.largest = undefined;
  }

  /** The largest order of which an aligned run is free, -1 for none. */
  largestFree(): number {
    this.largest ??= this.findLargest();
    return this.largest;
  }

  /** Halves the picture until no run is left: a run of one order is two of the order below. */
  private findLargest(): number {
    const first = this.isFree.indexOf(1);
    if (first < 0) return -1;
    let start = this.start + first;
    let runs = this.isFree.slice(first, this.isFree.lastIndexOf(1) + 1);
    for (let order = 0; order < MAX_ORDER; ++order) {
      // Pairs begin at even places.
      const skipped = start % 2;
      start = (start + skipped) / 2;
      const pairs = new Uint8Array((runs.length - skipped) >> 1);
      for (let i = 0; i < pairs.length; ++i) {
        pairs[i] = (runs[2 * i + skipped] ?? 0) & (runs[2 * i + skipped + 1] ?? 0);
      }
      if (!pairs.includes(1)) return order;
      runs = pairs;
    }
    return MAX_ORDER;
  }
}

export class AllocatorModel {
  private readonly sections = new Map<number, Section>();
  readonly blocks = new Map<number, Block>();
  managed = 0;
  free = 0;
  shared = 0;

  /** The tables reach the frames of `runs`, rounded to pageblocks and joined within gigablocks. */
  private readonly reach: Run[] = [];

  constructor(runs: readonly Run[]) {
    for (const { start, count } of runs) {
      for (let from = start; from < start + count;) {
        const gigablock = from - (from % GRANULE);
        const to = Math.min(start + count, gigablock + GRANULE);
        const known = this.reach.find(
          (piece) => piece.start - (piece.start % GRANULE) === gigablock,
        );
        const first = known ? known.start : from - (from % 512);
        const end = to + ((512 - (to % 512)) % 512);
        if (known) this.reach.splice(this.reach.indexOf(known), 1);
        this.reach.push({ start: first, count: end - first });
        from = to;
      }
    }
  }

  private section(frame: number): Section {
    const start = frame >= BELOW_16M && frame < GRANULE ? BELOW_16M : frame - (frame % GRANULE);
    const key = frame < BELOW_16M ? 0 : start;
    const end = frame < BELOW_16M ? BELOW_16M : start - (start % GRANULE) + GRANULE;
    let section = this.sections.get(key);
    if (!section) this.sections.set(key, (section = new Section(key, end)));
    return section;
  }

  at(frame: number): Frame {
    if (frame < 0 || frame >= FRAMES) return "unmanaged";
    const key = frame < BELOW_16M ? 0 : frame < GRANULE ? BELOW_16M : frame - (frame % GRANULE);
    const section = this.sections.get(key);
    return section?.frames[frame - section.start] ?? "unmanaged";
  }

  private fill(start: number, count: number, value: Frame): void {
    for (let frame = start; frame < start + count; ++frame) this.section(frame).set(frame, value);
  }

  private some(start: number, count: number, test: (frame: Frame) => boolean): boolean {
    for (let frame = start; frame < start + count; ++frame) if (test(this.at(frame))) return true;
    return false;
  }

  insertRun(start: number, count: number): number {
    if (!start || !count || start + count > FRAMES) return Code.INVALID_DESCRIPTOR;
    for (let frame = start; frame < start + count; ++frame) {
      if (!this.reach.some((run) => frame >= run.start && frame < run.start + run.count)) {
        return Code.INVALID_ADDRESS;
      }
    }
    if (this.some(start, count, (frame) => frame !== "unmanaged")) return Code.BUSY;
    this.fill(start, count, "free");
    this.managed += count;
    this.free += count;
    return Code.NONE;
  }

  takeRange(start: number, count: number): number {
    if (!count || start + count > FRAMES) return Code.INVALID_DESCRIPTOR;
    if (this.some(start, count, (frame) => frame === "unmanaged")) return Code.INVALID_ADDRESS;
    if (this.some(start, count, (frame) => frame !== "free")) return Code.BUSY;
    this.fill(start, count, "unmanaged");
    this.managed -= count;
    this.free -= count;
    return Code.NONE;
  }

  /** Why `frame` is a wrong answer to a request, or undefined after taking note of a right one. */
  allocated(frame: number, order: number, zone: number): string | undefined {
    const best = this.bestZone(order, zone);
    if (!frame) return best === undefined ? undefined : `no frame, but zone ${best} has a run`;
    if (best === undefined) return "an order that is nowhere free";
    if (frame % 2 ** order) return "not aligned";
    if (this.some(frame, 2 ** order, (state) => state !== "free")) return "not free";
    const from = this.section(frame).zone;
    if (from !== best) return `from zone ${from} instead of ${best}`;
    const block = { start: frame, order, owners: 1 };
    this.fill(frame, 2 ** order, block);
    this.blocks.set(frame, block);
    this.free -= 2 ** order;
    return undefined;
  }

  /** The zone that a request must be served from: the highest one that can. */
  private bestZone(order: number, zone: number): number | undefined {
    if (order > MAX_ORDER) return undefined;
    const able = [...this.sections.values()]
      .filter((section) => section.zone >= zone && section.largestFree() >= order)
      .map((section) => section.zone);
    return able.length ? Math.min(...able) : undefined;
  }

  largestFree(): number {
    return Math.max(-1, ...[...this.sections.values()].map((section) => section.largestFree()));
  }

  freeBlock(frame: number, order: number): number {
    if (order > MAX_ORDER) return Code.INVALID_ORDER;
    const state = this.at(frame);
    if (state === "unmanaged" || frame % 2 ** order) return Code.INVALID_ADDRESS;
    if (state === "free") return Code.NOT_ALLOCATED;
    if (state.start !== frame || state.order !== order) return Code.ORDER_MISMATCH;
    if (state.owners > 1) return Code.BUSY;
    this.release(state);
    return Code.NONE;
  }

  freePage(frame: number): number {
    const state = this.at(frame);
    if (state === "unmanaged") return Code.INVALID_ADDRESS;
    if (state === "free") return Code.NOT_ALLOCATED;
    if (state.order !== 0) return Code.ORDER_MISMATCH;
    if (--state.owners === 0) this.release(state);
    else if (state.owners === 1) --this.shared;
    return Code.NONE;
  }

  /** `slots` is how many frames the sharing table can hold. */
  retainPage(frame: number, slots: number): number {
    const state = this.at(frame);
    if (state === "unmanaged") return Code.INVALID_ADDRESS;
    if (state === "free") return Code.NOT_ALLOCATED;
    if (state.order !== 0) return Code.ORDER_MISMATCH;
    if (state.owners === 1) {
      if (this.shared === slots) return Code.STORAGE_EXHAUSTED;
      ++this.shared;
    }
    ++state.owners;
    return Code.NONE;
  }

  private release(block: Block): void {
    this.fill(block.start, 2 ** block.order, "free");
    this.blocks.delete(block.start);
    this.free += 2 ** block.order;
  }
}
