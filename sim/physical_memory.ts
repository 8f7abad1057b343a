/**
 * Sparse physical memory: bytes at addresses up to 2^52, and nothing about who may touch them.
 *
 * A machine with a terabyte costs no more than what was written to it. A page is in one of three states:
 *
 *   - written: it has an array of its own;
 *   - uniform: one byte all over, from a fill of a few pages; it costs a map slot;
 *   - background: covered by the last large fill over it, or by the power-on byte.
 *
 * Addresses are plain numbers here (exact up to 2^53); values are u64, hence `bigint`.
 */

import { FRAME_BYTES } from "../abi/frame.ts";

/** First address that x86-64 cannot have: physical addresses are at most 52 bits wide. */
export const PHYSICAL_LIMIT = 2 ** 52;

/** Fills of more pages than this become part of the background. */
const UNIFORM_FILL_PAGES = 64;

/** Written pages share buffers, which double in size from the first to the last; bytes. */
const FIRST_SLAB = 16 * FRAME_BYTES;
const LAST_SLAB = 256 * FRAME_BYTES;

/** A written page; all three views show the same 4096 bytes. */
export interface Page {
  readonly bytes: Uint8Array;
  readonly words: BigUint64Array;
  /** Low half of word i at 2i, high half at 2i + 1. */
  readonly halves: Uint32Array;
}

/** Pages `[start, end)` hold `byte`, unless they are written or uniform. */
interface Background {
  start: number;
  end: number;
  byte: number;
}

export class PhysicalMemory {
  readonly #pages = new Map<number, Page | number>();
  /** Sorted and disjoint; gaps hold the power-on byte. */
  #background: Background[] = [];
  readonly #powerOnByte: number;
  /** Where written pages come from: many small buffers would burden the garbage collector. */
  #slab = new ArrayBuffer(0);
  #slabUsed = 0;

  /** @param powerOnByte what memory holds before anybody writes it */
  constructor(powerOnByte = 0) {
    this.#powerOnByte = powerOnByte & 0xff;
  }

  /** Pages that have an array of their own. */
  get writtenPages(): number {
    let written = 0;
    for (const page of this.#pages.values()) written += Number(typeof page !== "number");
    return written;
  }

  /** Page number `index`, which becomes a written page. */
  page(index: number): Page {
    const known = this.#pages.get(index);
    if (typeof known === "object") return known;
    const page = this.#newPage();
    const byte = known ?? this.#backgroundByte(index);
    if (byte !== 0) page.bytes.fill(byte);
    this.#pages.set(index, page);
    return page;
  }

  #newPage(): Page {
    if (this.#slabUsed === this.#slab.byteLength) {
      this.#slab = new ArrayBuffer(
        Math.min(Math.max(2 * this.#slab.byteLength, FIRST_SLAB), LAST_SLAB),
      );
      this.#slabUsed = 0;
    }
    const offset = this.#slabUsed;
    this.#slabUsed += FRAME_BYTES;
    return {
      bytes: new Uint8Array(this.#slab, offset, FRAME_BYTES),
      words: new BigUint64Array(this.#slab, offset, FRAME_BYTES / 8),
      halves: new Uint32Array(this.#slab, offset, FRAME_BYTES / 4),
    };
  }

  /** The 8 bytes at `address`, little-endian; any alignment. */
  load(address: number): bigint {
    const index = Math.floor(address / FRAME_BYTES);
    const offset = address - index * FRAME_BYTES;
    if (offset % 8 === 0) return this.page(index).words[offset / 8]!;
    const first = address - (address % 8);
    const shift = BigInt(address - first) * 8n;
    const both = this.load(first) | (this.load(first + 8) << 64n);
    return BigInt.asUintN(64, both >> shift);
  }

  /** Writes the low 64 bits of `value` at `address`; any alignment. */
  store(address: number, value: bigint): void {
    const index = Math.floor(address / FRAME_BYTES);
    const offset = address - index * FRAME_BYTES;
    if (offset % 8 === 0) {
      this.page(index).words[offset / 8] = value;
      return;
    }
    for (let i = 0; i < 8; ++i) {
      this.fill(address + i, 1, Number(BigInt.asUintN(8, value >> BigInt(8 * i))));
    }
  }

  /** Writes `bytes` from `address`, the start of a page, on. */
  write(address: number, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += FRAME_BYTES) {
      this.page((address + at) / FRAME_BYTES).bytes.set(bytes.subarray(at, at + FRAME_BYTES));
    }
  }

  /** Sets `bytes` bytes from `address` on to `byte`; costs the written pages there, not `bytes`. */
  fill(address: number, bytes: number, byte: number): void {
    const end = address + bytes;
    const firstWhole = Math.ceil(address / FRAME_BYTES);
    const lastWhole = Math.floor(end / FRAME_BYTES);
    if (firstWhole > lastWhole) {
      this.#fillPart(address, end, byte);
      return;
    }
    this.#fillPart(address, firstWhole * FRAME_BYTES, byte);
    this.#fillWhole(firstWhole, lastWhole, byte & 0xff);
    this.#fillPart(lastWhole * FRAME_BYTES, end, byte);
  }

  /** Fills inside one page. */
  #fillPart(start: number, end: number, byte: number): void {
    if (start >= end) return;
    const index = Math.floor(start / FRAME_BYTES);
    const base = index * FRAME_BYTES;
    this.page(index).bytes.fill(byte, start - base, end - base);
  }

  /** Fills pages `[start, end)`. */
  #fillWhole(start: number, end: number, byte: number): void {
    if (end - start <= UNIFORM_FILL_PAGES) {
      for (let index = start; index < end; ++index) {
        const page = this.#pages.get(index);
        // The array stays, since others may hold on to it.
        if (typeof page === "object") page.bytes.fill(byte);
        else this.#pages.set(index, byte);
      }
      return;
    }
    for (const [index, page] of this.#pages) {
      if (index < start || index >= end) continue;
      if (typeof page === "object") page.bytes.fill(byte);
      else this.#pages.delete(index);
    }
    this.#replaceBackground({ start, end, byte });
  }

  #replaceBackground(fill: Background): void {
    const kept: Background[] = [];
    for (const run of this.#background) {
      if (run.start < fill.start) kept.push({ ...run, end: Math.min(run.end, fill.start) });
      if (run.end > fill.end) kept.push({ ...run, start: Math.max(run.start, fill.end) });
    }
    kept.push(fill);
    this.#background = kept.sort((a, b) => a.start - b.start);
  }

  #backgroundByte(index: number): number {
    let low = 0;
    let high = this.#background.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#background[middle]!.end <= index) low = middle + 1;
      else high = middle;
    }
    const run = this.#background[low];
    return run && run.start <= index ? run.byte : this.#powerOnByte;
  }
}
