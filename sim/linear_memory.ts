/**
 * Where the kernel's linear memory lies, as the shim sees it: first in the image, later in a window
 * that the kernel mapped onto frames of its choice (`commit_linear_memory`).
 *
 * The engine keeps the bytes. Checked here is what hardware would need: every page of the window
 * mapped writable onto memory of the kernel's, no frame twice, and the pages that exist already
 * still on the frames that hold their contents.
 */

import { FRAME_BYTES } from "../abi/frame.ts";
import { BootRegion } from "../abi/machine.ts";
import { type AddressSpace } from "./address_space.ts";
import { type BootRegionRecord } from "./boot_layout.ts";
import { hex } from "./errors.ts";
import { Owner, type Ownership } from "./ownership.ts";
import { translatedBits } from "./page_entry.ts";

/** The header page lies this far below the data. */
const HEADER_BYTES = FRAME_BYTES;

export class LinearMemory {
  /** Where the data lies in the image; all addresses here are 48 translated bits. */
  #first = -1;
  /** Where the last commit put the data; -1 before it. */
  #window = -1;
  /** True once linear memory has moved to the window. */
  #settled = false;
  /** Bytes that linear memory has. */
  #bytes: number;
  /** Bytes that linear memory may use. */
  #committed: number;
  /** Frames in virtual order: the header page's, then those of the data. */
  #frames: number[] = [];
  readonly #ownership: Ownership;

  constructor(
    regions: ReadonlyMap<number, BootRegionRecord>,
    ownership: Ownership,
    initialBytes: number,
  ) {
    this.#ownership = ownership;
    this.#bytes = initialBytes;
    this.#committed = initialBytes;
    const first = regions.get(BootRegion.LINEAR_MEMORY);
    if (!first) return;
    this.#first = translatedBits(first.virtual);
    this.#committed = Number(first.length);
    const frame = Number(first.physical) / FRAME_BYTES;
    for (let page = -1; page < this.#committed / FRAME_BYTES; ++page)
      this.#frames.push(frame + page);
  }

  /** Bytes that linear memory may have. */
  get committed(): number {
    return this.#committed;
  }

  /** Frames that linear memory stands on, the header page's included. */
  get frames(): readonly number[] {
    return this.#frames;
  }

  /** Linear memory has `bytes` bytes now: it moves where the last commit said, for good. */
  grew(bytes: number): void {
    this.#bytes = bytes;
    if (this.#window >= 0) this.#settled = true;
  }

  /** True if the shim answers a commit with an error: see `linear_memory_commit` in `shim/`. */
  refuses(virtual: bigint, bytes: bigint): boolean {
    const moves = this.#settled && translatedBits(virtual) !== this.#window;
    return moves || virtual % BigInt(FRAME_BYTES) !== 0n || Number(bytes) < this.#bytes;
  }

  /**
   * Takes the window `[virtual, virtual + bytes)` of `space` for the next growth; a reason why that
   * would go wrong, or "".
   *
   * @param reclaimed whether the loader's memory is the kernel's by now
   */
  commit(space: AddressSpace, virtual: bigint, bytes: bigint, reclaimed: boolean): string {
    const start = translatedBits(virtual);
    const length = Number(BigInt.asUintN(64, bytes));
    if (this.#frames.length === 0) return "the machine has no first linear memory";
    if (start < HEADER_BYTES) return `${hex(BigInt.asUintN(64, virtual))} is not canonical`;
    const frames: number[] = [];
    const reason =
      this.#walk(space, start, length, frames) || this.#objection(frames, space, reclaimed);
    if (reason) return reason;
    this.#window = start;
    this.#committed = length;
    this.#frames = frames;
    return "";
  }

  /** Why `space` does not keep linear memory where it is, or "". */
  verify(space: AddressSpace): string {
    const start = this.#window < 0 ? this.#first : this.#window;
    if (start < 0) return "";
    const frames: number[] = [];
    return (
      this.#walk(space, start, this.#committed, frames) || this.#moved(frames, this.#frames.length)
    );
  }

  /** Collects the frames of header and data pages; why the processor would fault there, or "". */
  #walk(space: AddressSpace, start: number, bytes: number, frames: number[]): string {
    for (let at = start - HEADER_BYTES; at < start + bytes;) {
      const found = space.translate(at);
      if (typeof found === "string") return `linear memory at ${hex(at)}: ${found}`;
      if (!found.writable) return `linear memory at ${hex(at)} is mapped read-only`;
      const stop = Math.min(at + found.pageBytes - (at % found.pageBytes), start + bytes);
      const first = found.physical / FRAME_BYTES;
      for (let page = 0; page < (stop - at) / FRAME_BYTES; ++page) frames.push(first + page);
      at = stop;
    }
    return "";
  }

  /** Names the first of `count` pages that `frames` would take away from its frame, or "". */
  #moved(frames: readonly number[], count: number): string {
    const page = this.#frames.findIndex((frame, at) => at < count && frames[at] !== frame);
    if (page < 0) return "";
    const [is, was] = [frames[page]!, this.#frames[page]!].map((frame) => hex(frame * FRAME_BYTES));
    return `page ${page - 1} of linear memory is mapped to ${is}, but it lies at ${was}`;
  }

  /** Why linear memory must not stand on `frames`, or "". */
  #objection(frames: readonly number[], space: AddressSpace, reclaimed: boolean): string {
    const moved = this.#moved(frames, Math.ceil(this.#bytes / FRAME_BYTES) + 1);
    if (moved) return moved;
    const taken = new Set(space.tables().map((table) => table / FRAME_BYTES));
    for (const [page, frame] of frames.entries()) {
      const where = `page ${page - 1} of linear memory: frame ${hex(frame * FRAME_BYTES)}`;
      if (taken.has(frame)) return `${where} is a page table or mapped twice`;
      taken.add(frame);
      if (frame === this.#frames[page]) continue;
      const owner = this.#ownership.of(frame);
      if (owner !== Owner.KERNEL && !(reclaimed && owner === Owner.LOADER)) {
        return `${where} is not usable memory`;
      }
    }
    return "";
  }
}
