/**
 * Takes and restores snapshots of a running WebAssembly instance: all of its linear memory and all
 * of its mutable globals, which together are its state.
 *
 * A snapshot holds the words that differ from the first one. Which words ever differ is found out
 * on the way: each look compares the whole memory with what it is known to hold, so that nothing
 * that changes can be missed, but only words that changed before are looked at one by one.
 */

import { GLOBAL_PREFIX } from "../support/module_parts.ts";

/** Words of memory that differ from the base, as index and value in turn, and the globals. */
export interface Snapshot {
  readonly words: Uint32Array;
  readonly globals: readonly (number | bigint)[];
}

/** Mixes all bits of `hash` with each other: the last step of MurmurHash3. */
function finish(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

export class Snapshots {
  readonly #memory: WebAssembly.Memory;
  readonly #live: Uint32Array;
  readonly #liveBytes: Buffer;
  /** What memory held at first. */
  readonly #base: Uint32Array;
  /** What memory is known to hold; equal to `#base` except at `#hot`. */
  readonly #known: Uint32Array;
  readonly #knownBytes: Buffer;
  /** Indices of the words that ever changed. */
  #hot: number[] = [];
  readonly #globals: readonly WebAssembly.Global[];
  /** What the globals are known to hold. */
  readonly #values: (number | bigint)[];

  /**
   * @param exports of an instance whose module went through `withExportedGlobals`
   * @param ignored bytes at the start of memory that are no state: scratch for answers
   */
  constructor(exports: object, memory: WebAssembly.Memory, ignored: number) {
    this.#memory = memory;
    this.#live = new Uint32Array(memory.buffer, ignored);
    this.#liveBytes = Buffer.from(memory.buffer, ignored);
    this.#base = this.#live.slice();
    this.#known = this.#live.slice();
    this.#knownBytes = Buffer.from(this.#known.buffer);
    this.#globals = Object.entries(exports).flatMap(([name, value]) =>
      name.startsWith(GLOBAL_PREFIX) ? [value as WebAssembly.Global] : [],
    );
    if (this.#globals.length === 0) throw new Error("the instance exports no globals");
    this.#values = this.#globals.map((global) => global.value as number | bigint);
  }

  /** Bytes of memory that ever changed, and mutable globals. */
  get size(): { readonly bytes: number; readonly globals: number } {
    return { bytes: this.#hot.length * 4, globals: this.#globals.length };
  }

  /** True if nothing changed since the last `key` or `restore`. */
  isUnchanged(): boolean {
    return (
      this.#memory.buffer === this.#live.buffer &&
      this.#liveBytes.equals(this.#knownBytes) &&
      this.#globals.every((global, i) => global.value === this.#values[i])
    );
  }

  /** Follows what changed. */
  #look(): void {
    if (this.#memory.buffer !== this.#live.buffer) throw new Error("linear memory has grown");
    for (const index of this.#hot) this.#known[index] = this.#live[index]!;
    if (!this.#liveBytes.equals(this.#knownBytes)) this.#widen();
    this.#globals.forEach((global, i) => (this.#values[i] = global.value as number | bigint));
  }

  /** Finds words that never changed before. */
  #widen(): void {
    for (let index = 0; index < this.#live.length; ++index) {
      if (this.#live[index] === this.#known[index]) continue;
      this.#known[index] = this.#live[index]!;
      this.#hot.push(index);
    }
    this.#hot.sort((a, b) => a - b);
  }

  /**
   * A key of the present state, which another state has by a chance of 2^-53: two hashes, each of
   * which takes words as MurmurHash3 does.
   */
  key(): number {
    this.#look();
    let low = 0x9e3779b1;
    let high = 0x85ebca77;
    const add = (word: number) => {
      const a = Math.imul(word, 0xcc9e2d51);
      low ^= Math.imul((a << 15) | (a >>> 17), 0x1b873593);
      low = (Math.imul((low << 13) | (low >>> 19), 5) + 0xe6546b64) | 0;
      const b = Math.imul(word ^ low, 0x85ebca6b);
      high ^= Math.imul((b << 16) | (b >>> 16), 0xc2b2ae35);
      high = (Math.imul((high << 14) | (high >>> 18), 5) + 0x38495ab5) | 0;
    };
    for (const index of this.#hot) {
      const value = this.#known[index]!;
      if (value === this.#base[index]) continue;
      add(index);
      add(value);
    }
    for (const value of this.#values) {
      if (typeof value === "number") {
        add(value);
      } else {
        add(Number(BigInt.asIntN(32, value)));
        add(Number(BigInt.asIntN(32, value >> 32n)));
      }
    }
    return (finish(high) >>> 11) * 2 ** 32 + finish(low);
  }

  /** The state that `key` was called in last. */
  save(): Snapshot {
    const words: number[] = [];
    for (const index of this.#hot) {
      const value = this.#known[index]!;
      if (value !== this.#base[index]) words.push(index, value);
    }
    return { words: Uint32Array.from(words), globals: [...this.#values] };
  }

  /**
   * Returns the instance to the state of `snapshot`. Nothing may have run since the last `key`, or
   * since `isUnchanged` said yes.
   */
  restore({ words, globals }: Snapshot): void {
    for (const index of this.#hot) this.#known[index] = this.#base[index]!;
    for (let i = 0; i < words.length; i += 2) this.#known[words[i]!] = words[i + 1]!;
    for (const index of this.#hot) this.#live[index] = this.#known[index]!;
    this.#globals.forEach((global, i) => {
      if (this.#values[i] !== globals[i]) global.value = this.#values[i] = globals[i]!;
    });
  }
}
