/**
 * How the kernel reaches physical memory: through the HHDM, as the page tables in use map it.
 *
 * Each access is checked like hardware would (is it mapped, is it writable) and like a careful
 * reviewer would (is there memory, whose is it, does linear memory stand on it). What passed once
 * is cached by page until the tables change officially, as in a TLB: `flush`.
 */

import { FRAME_BYTES } from "../abi/frame.ts";
import { type AddressSpace } from "./address_space.ts";
import { hex, SimulationError } from "./errors.ts";
import { Owner, type Ownership } from "./ownership.ts";
import { HHDM_OFFSET, translatedBits } from "./page_entry.ts";
import { type PhysicalMemory } from "./physical_memory.ts";

const HHDM_BITS = translatedBits(HHDM_OFFSET);
/** Bytes of physical memory that the canonical upper half can map from the HHDM on. */
const HHDM_REACH = 2 ** 47;

export interface BusState {
  readonly memory: PhysicalMemory;
  readonly ownership: Ownership;
  /** Frames of the loader's page tables, which the kernel edits until it has its own. */
  readonly loaderTables: ReadonlySet<number>;
  readonly space: AddressSpace;
}

export class PhysicalBus {
  readonly memory: PhysicalMemory;
  readonly #ownership: Ownership;
  readonly #loaderTables: ReadonlySet<number>;
  #space: AddressSpace;
  /** True once the kernel stands on page tables of its own. */
  #ownTables = false;
  /** Frames under linear memory: they are reached through linear memory only. */
  #backing: ReadonlySet<number> = new Set();

  readonly #readable = new Map<number, BigUint64Array>();
  readonly #writable = new Map<number, BigUint64Array>();
  #loadIndex = NaN;
  #loadWords: BigUint64Array = new BigUint64Array(0);
  #storeIndex = NaN;
  #storeWords: BigUint64Array = this.#loadWords;

  constructor(state: BusState) {
    this.memory = state.memory;
    this.#ownership = state.ownership;
    this.#loaderTables = state.loaderTables;
    this.#space = state.space;
  }

  /** Translates by `space` from now on; `own` if the kernel made it, not the loader. */
  switchTo(space: AddressSpace, own: boolean): void {
    this.#space = space;
    this.#ownTables = own;
    this.flush();
  }

  /** Linear memory stands on `frames` from now on. */
  setBacking(frames: ReadonlySet<number>): void {
    this.#backing = frames;
    this.flush();
  }

  /** Forgets cached translations. */
  flush(): void {
    this.#readable.clear();
    this.#writable.clear();
    this.#loadIndex = NaN;
    this.#storeIndex = NaN;
  }

  /** The 8 bytes at `address`, a u64 or its two's complement. */
  load(address: bigint): bigint {
    const at = Number(address);
    const index = Math.floor(at / FRAME_BYTES);
    const offset = at - index * FRAME_BYTES;
    if (index !== this.#loadIndex) {
      this.#loadWords = this.#readable.get(index) ?? this.#admit(index, false, "phys_load");
      this.#loadIndex = index;
    }
    if ((offset & 7) === 0) return this.#loadWords[offset >> 3]!;
    this.#admit(Math.floor((at + 7) / FRAME_BYTES), false, "phys_load");
    return this.memory.load(at);
  }

  store(address: bigint, value: bigint): void {
    const at = Number(address);
    const index = Math.floor(at / FRAME_BYTES);
    const offset = at - index * FRAME_BYTES;
    if (index !== this.#storeIndex) {
      this.#storeWords = this.#writable.get(index) ?? this.#admit(index, true, "phys_store");
      this.#storeIndex = index;
    }
    if ((offset & 7) === 0) {
      this.#storeWords[offset >> 3] = value;
      return;
    }
    this.#admit(Math.floor((at + 7) / FRAME_BYTES), true, "phys_store");
    this.memory.store(at, value);
  }

  fill(address: bigint, bytes: bigint, byte: number): void {
    const at = Number(BigInt.asUintN(64, address));
    const length = Number(BigInt.asUintN(64, bytes));
    if (length === 0) return;
    const first = Math.floor(at / FRAME_BYTES);
    const past = Math.ceil((at + length) / FRAME_BYTES);
    if (past - first > 1 || !this.#writable.has(first)) this.#checkFill(first, past);
    this.memory.fill(at, length, byte);
  }

  /** Copies the bytes from physical `address` on to `target`, for the import `call`. */
  copyOut(address: bigint, target: Uint8Array, call: string): void {
    this.#pieces(address, target.length, (index, inside, from, to) => {
      const words = this.#readable.get(index) ?? this.#admit(index, false, call);
      target.set(bytesOf(words).subarray(inside, inside + to - from), from);
    });
  }

  /** Copies `source` to physical memory from `address` on. */
  copyIn(address: bigint, source: Uint8Array): void {
    this.#pieces(address, source.length, (index, inside, from, to) => {
      const words = this.#writable.get(index) ?? this.#admit(index, true, "program_to_phys");
      bytesOf(words).set(source.subarray(from, to), inside);
    });
  }

  /** Calls `use` for each frame that `bytes` at `address` touch: bytes `[from, to)` of them lie there. */
  #pieces(
    address: bigint,
    bytes: number,
    use: (index: number, inside: number, from: number, to: number) => void,
  ): void {
    const start = Number(BigInt.asUintN(64, address));
    for (let from = 0; from < bytes;) {
      const index = Math.floor((start + from) / FRAME_BYTES);
      const inside = start + from - index * FRAME_BYTES;
      const to = Math.min(bytes, from + FRAME_BYTES - inside);
      use(index, inside, from, to);
      from = to;
    }
  }

  /** Checks frame `index` for an access and caches it; its words. */
  #admit(index: number, write: boolean, call: string): BigUint64Array {
    this.#checkOwner(index, index + 1, write, call);
    this.#checkMapped(index, write, call);
    const { words } = this.memory.page(index);
    this.#readable.set(index, words);
    if (write) this.#writable.set(index, words);
    return words;
  }

  /** Checks frames `[first, past)` for a fill, in steps of the pages that map them. */
  #checkFill(first: number, past: number): void {
    this.#checkOwner(first, past, true, "phys_fill");
    for (let index = first; index < past;) {
      const pageFrames = this.#checkMapped(index, true, "phys_fill") / FRAME_BYTES;
      index += pageFrames - (index % pageFrames);
    }
  }

  #checkOwner(first: number, past: number, write: boolean, call: string): void {
    for (const piece of this.#ownership.pieces(first, past)) {
      const why = this.#objection(piece.owner, piece.start, piece.end, write);
      if (why) throw new SimulationError(`${call} at ${hex(piece.start * FRAME_BYTES)}: ${why}`);
    }
    for (const frame of backingWithin(this.#backing, first, past)) {
      throw new SimulationError(
        `${call} at ${hex(frame * FRAME_BYTES)}: linear memory stands on this frame`,
      );
    }
  }

  #objection(owner: Owner, start: number, end: number, write: boolean): string {
    if (owner === Owner.NOBODY) return "there is no memory in the machine's map";
    if (!write) return "";
    if (owner === Owner.OTHERS) return "the map gives this frame to the firmware or the image";
    if (owner !== Owner.LOADER || this.#ownTables) return "";
    for (let frame = start; frame < end; ++frame) {
      if (!this.#loaderTables.has(frame)) {
        return "the loader's memory is in use until set_page_root, but for its page tables";
      }
    }
    return "";
  }

  /** Checks that the HHDM maps frame `index`; bytes of the page that does. */
  #checkMapped(index: number, write: boolean, call: string): number {
    const physical = index * FRAME_BYTES;
    const inReach = physical >= 0 && physical < HHDM_REACH;
    const found = inReach ? this.#space.translate(HHDM_BITS + physical) : "beyond the HHDM";
    const where = `${call} at ${hex(physical)}`;
    if (typeof found === "string") throw new SimulationError(`${where}: page fault: ${found}`);
    if (found.physical !== physical) {
      throw new SimulationError(`${where}: the HHDM maps ${hex(found.physical)} there`);
    }
    if (write && !found.writable) {
      throw new SimulationError(`${where}: page fault: the HHDM maps it read-only`);
    }
    return found.pageBytes;
  }
}

/** The bytes of a page, of which `words` are the words. */
function bytesOf(words: BigUint64Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

/** The members of `backing` in `[first, past)`, at a cost bounded by the smaller of the two. */
function* backingWithin(backing: ReadonlySet<number>, first: number, past: number) {
  if (past - first < backing.size) {
    for (let frame = first; frame < past; ++frame) if (backing.has(frame)) yield frame;
  } else {
    for (const frame of backing) if (frame >= first && frame < past) yield frame;
  }
}
