/**
 * Whole numbers as arguments.
 */

import { InvalidArgumentError } from "commander";

/** Reads a whole number of at least `least`, for commander. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    if (value >= least) return value;
    throw new InvalidArgumentError(`It is a whole number from ${least} to 999999999.`);
  };
}
