/**
 * A small generator of repeatable random numbers, for workloads that anybody can run again: a
 * 32-bit xorshift with the shifts 13, 17 and 5 (G. Marsaglia, "Xorshift RNGs", 2003, section 3).
 */

export class Random {
  #state: number;

  constructor(seed: number) {
    // Zero would stay zero for ever.
    this.#state = seed >>> 0 || 1;
  }

  /** The next number in [0, 1). */
  next(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state >>> 0;
    return this.#state / 2 ** 32;
  }

  /** An integer in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }
}
