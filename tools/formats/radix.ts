/**
 * Numbers that a program printed without a mark: `1048576` is decimal, `00100000` and `9fc00` are
 * hexadecimal, and `100000` alone may be either.
 *
 * One program prints one column in one radix, so all numbers of a column are judged together. What
 * decides is arithmetic: letters and leading zeroes are hexadecimal only, and memory is given in
 * whole units, which numbers that are read in the wrong radix are not.
 */

import { MapError } from "./map_input.ts";

export type Radix = 10 | 16;

/** A number that says itself what it is. */
const MARKED = /^0x/i;

/** Digits that are decimal if anything: no letter, and no zeroes to fill a width. */
const DECIMAL_DIGITS = /^(?:0|[1-9]\d*)$/;

function inRadix(digits: string, radix: Radix): bigint {
  return radix === 16 ? BigInt(`0x${digits}`) : BigInt(digits);
}

/**
 * The radix of `numbers`, as they are spelled; numbers with `0x` do not count. Where the spelling
 * does not tell, each is a multiple of `unit`. `MapError` if both radices fit, or none.
 */
export function radixOf(numbers: readonly string[], unit: bigint): Radix {
  const bare = numbers.filter((digits) => !MARKED.test(digits));
  if (!bare.every((digits) => DECIMAL_DIGITS.test(digits))) return 16;
  const fits = (radix: Radix) => bare.every((digits) => inRadix(digits, radix) % unit === 0n);
  const decimal = fits(10);
  if (bare.every((digits) => digits === "0") || decimal !== fits(16)) return decimal ? 10 : 16;
  throw new MapError(
    "the numbers of this map may be decimal or hexadecimal; write hexadecimal ones as 0x1000",
  );
}

/** What `digits` say in `radix`; with `0x` they say it themselves. */
export function numberIn(digits: string, radix: Radix): bigint {
  return MARKED.test(digits) ? BigInt(digits) : inRadix(digits, radix);
}
