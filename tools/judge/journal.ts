/**
 * What the judge's worker is doing, in memory that it shares with the thread that watches it: a sign
 * of life, and the requests since the allocator last started over. If a call does not come back,
 * the watcher knows which.
 */

import { decodeSteps, encodeStep, type Step } from "./steps.ts";

/** Words of 32 bits: the count of signs, the length of the list, then the list. */
const SIGNS = 0;
const LENGTH = 1;
const LIST = 2;

/** Room for the longest sequence that is tried. */
const WORDS = 2 ** 20;

export class Journal {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;
  /** Where the last sequence but one begins, so that two are kept. */
  #current = LIST;

  /** A new one, or the one in `buffer`. */
  constructor(buffer = new SharedArrayBuffer(WORDS * 4)) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
  }

  /** A sign of life. */
  beat(): void {
    Atomics.add(this.#words, SIGNS, 1);
  }

  /** How many signs of life there were. */
  get beats(): number {
    return Atomics.load(this.#words, SIGNS);
  }

  /**
   * Writes `step` down, and forgets all before the init that precedes it but one: a fault may be one
   * of starting over.
   */
  add(step: Step): void {
    this.beat();
    const words = this.#words;
    let length = words[LENGTH]!;
    if (step.kind === "init") {
      words.copyWithin(LIST, this.#current, LIST + length);
      length -= this.#current - LIST;
      this.#current = LIST + length;
    }
    const encoded = encodeStep(step);
    if (LIST + length + encoded.length <= words.length) {
      words.set(encoded, LIST + length);
      length += encoded.length;
    }
    words[LENGTH] = length;
  }

  /** What is written down: the last two sequences. */
  steps(): Step[] {
    return decodeSteps(this.#words.subarray(LIST, LIST + this.#words[LENGTH]!));
  }
}
