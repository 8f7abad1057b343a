/**
 * The program's ranges as the machine sees them: what the kernel committed for each, and the linear
 * memory that the engine keeps for it.
 */

import { FRAME_BYTES } from "../abi/frame.ts";
import { ProgramRange } from "../abi/program.ts";
import { type AddressSpace } from "./address_space.ts";
import { hex } from "./errors.ts";
import { translatedBits } from "./page_entry.ts";

interface Committed {
  /** Translated bits of the first byte. */
  readonly start: number;
  readonly bytes: number;
}

export class ProgramMemory {
  readonly #committed = new Map<number, Committed>();
  /** Frames that some range stands on. */
  readonly #frames = new Set<number>();
  #memory: WebAssembly.Memory | null = null;
  #view = new Uint8Array(0);

  /** The engine's memory for the program. */
  attach(memory: WebAssembly.Memory): void {
    this.#memory = memory;
  }

  /** Bytes of linear memory as the engine has it. */
  get bytes(): number {
    return this.#memory?.buffer.byteLength ?? 0;
  }

  /** Bytes that are committed for `range`. */
  committed(range: ProgramRange): number {
    return this.#committed.get(range)?.bytes ?? 0;
  }

  /** `bytes` at `at` in linear memory; null if they exceed it. */
  part(at: number, bytes: number): Uint8Array | null {
    const start = at >>> 0;
    const length = bytes >>> 0;
    if (this.#memory && this.#view.buffer !== this.#memory.buffer) {
      this.#view = new Uint8Array(this.#memory.buffer);
    }
    return start + length > this.#view.length ? null : this.#view.subarray(start, start + length);
  }

  /** True if the shim would not agree: no such range, or one that moves or shrinks. */
  refuses(range: number, virtual: bigint, bytes: bigint): boolean {
    const before = this.#committed.get(range);
    const known = range >= 0 && range < Number(ProgramRange.KINDS);
    const moves = before !== undefined && before.start !== translatedBits(virtual);
    return !known || moves || Number(bytes) < (before?.bytes ?? 0);
  }

  /** Takes `[virtual, virtual + bytes)` of `space` for `range`; why that would go wrong, or "". */
  commit(range: number, virtual: bigint, bytes: bigint, space: AddressSpace): string {
    const start = translatedBits(virtual);
    if (start < FRAME_BYTES) return `${hex(BigInt.asUintN(64, virtual))} is not canonical`;
    const before = this.#committed.get(range);
    const hasHeader = Number(range) === Number(ProgramRange.MEMORY) && !before;
    const from = start + (before ? before.bytes : hasHeader ? -FRAME_BYTES : 0);
    const end = start + Number(BigInt.asUintN(64, bytes));
    const reason = this.#walk(space, from, end);
    if (!reason) this.#committed.set(range, { start, bytes: end - start });
    return reason;
  }

  /** Notes the frames from `from` to `end`; why the processor would fault there, or one is used twice. */
  #walk(space: AddressSpace, from: number, end: number): string {
    for (let at = from; at < end;) {
      const found = space.translate(at);
      if (typeof found === "string") return `the program's range at ${hex(at)}: ${found}`;
      if (!found.writable) return `the program's range at ${hex(at)} is mapped read-only`;
      if (found.executable) return `the program's range at ${hex(at)} can be executed`;
      const stop = Math.min(at + found.pageBytes - (at % found.pageBytes), end);
      for (let page = 0; page < (stop - at) / FRAME_BYTES; ++page) {
        const frame = found.physical / FRAME_BYTES + page;
        if (this.#frames.has(frame)) return `frame ${hex(frame * FRAME_BYTES)} is in it twice`;
        this.#frames.add(frame);
      }
      at = stop;
    }
    return "";
  }
}
