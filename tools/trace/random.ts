/**
 * Random numbers that come again: the same seed gives the same ones anywhere. A 32-bit xorshift with
 * the shifts 13, 17 and 5 (G. Marsaglia, "Xorshift RNGs", 2003, section 3).
 */

export class Random {
  #state: number;

  constructor(seed: number) {
    // Zero is the one state that xorshift never leaves.
    this.#state = Math.imul(seed | 0, 0x9e3779b1) ^ 0x6a09e667 || 1;
  }

  /** The next number in [0, 1). */
  next(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return (state >>> 0) / 2 ** 32;
  }

  /** An integer in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }
}
