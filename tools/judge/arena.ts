/**
 * Memory that is lent to an allocator: what `memory_take` gives. Each piece lies between bands of a
 * pattern, so that a write past its ends is noticed.
 *
 * Pieces lie above everything that the module had when it was instantiated. If the module grows its
 * memory itself, the pieces after that lie above what it grew.
 */

const WASM_PAGE = 65536;

/** Pieces begin at multiples of this. */
const ALIGNMENT = 64;

/** Bytes of a band. */
const BAND = 128;

/** What bands are filled with: what looks like used memory, or like memory that is free. */
const PATTERNS: readonly number[] = [0, 0xa5];

interface Piece {
  readonly start: number;
  readonly bytes: number;
  /** True for the allocator's tables, false for what it is handed. */
  readonly isTable: boolean;
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

export class Arena {
  readonly #memory: WebAssembly.Memory;
  #pieces: Piece[] = [];
  #pattern = 0;
  #bytes = new Uint8Array();
  /** Where the pieces begin, and end. */
  #start: number;
  #end: number;
  /** Bytes of memory after the last growth by this arena. */
  #grown: number;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    this.#start = this.#end = this.#grown = memory.buffer.byteLength;
  }

  /** Bytes of the tables, in whole units of their alignment. */
  get tableBytes(): number {
    const tables = this.#pieces.filter(({ isTable }) => isTable);
    return tables.reduce((sum, { bytes }) => sum + aligned(bytes), 0);
  }

  /**
   * Takes everything back, and zeroes it. The pattern of the bands from now on follows from `frames`:
   * the same for the same memory, so that what goes wrong does so again.
   */
  reset(frames: number): void {
    this.#pattern = PATTERNS[frames % 2]!;
    this.#view().fill(0, this.#start, this.#end);
    this.#pieces = [];
    this.#end = this.#start;
  }

  /** The address of `bytes` of zeroed memory. RangeError if there is no more. */
  take(bytes: number, isTable = true): number {
    const size = this.#memory.buffer.byteLength;
    if (size !== this.#grown) this.#start = this.#end = aligned(size);
    const start = this.#end + BAND;
    const end = start + aligned(bytes) + BAND;
    if (end > size) this.#memory.grow(Math.ceil((end - size) / WASM_PAGE));
    this.#grown = this.#memory.buffer.byteLength;
    const memory = this.#view();
    memory.fill(this.#pattern, this.#end, start).fill(this.#pattern, start + bytes, end);
    this.#pieces.push({ start, bytes, isTable });
    this.#end = end;
    return start;
  }

  /** Overwrites what the allocator was handed. */
  spoil(): void {
    for (const { start, bytes, isTable } of this.#pieces) {
      if (!isTable) this.#view().fill(0xff, start, start + bytes);
    }
  }

  /** What was written to outside the pieces, in words; null if nothing was. */
  damage(): string | null {
    for (const { start, bytes } of this.#pieces) {
      const end = start + bytes;
      const before = this.#changed(start - BAND, start);
      if (before !== null) return `${start - before} bytes before memory that it took`;
      const after = this.#changed(end, start + aligned(bytes) + BAND);
      if (after !== null)
        return after === end
          ? "the byte after memory that it took"
          : `${after - end} bytes past the end of memory that it took`;
    }
    return null;
  }

  /** All of memory; made anew when it has grown, which is seldom. */
  #view(): Uint8Array {
    if (this.#bytes.buffer !== this.#memory.buffer) {
      this.#bytes = new Uint8Array(this.#memory.buffer);
    }
    return this.#bytes;
  }

  /** The address of the first byte in `[from, to)` that is not the pattern. */
  #changed(from: number, to: number): number | null {
    const bytes = this.#view();
    for (let at = from; at < to; ++at) if (bytes[at] !== this.#pattern) return at;
    return null;
  }
}
