/**
 * What the property tests draw from: always the same cases, so that a failure is a failure for
 * everybody, unless the environment asks for others. `npm run test:soak` does.
 *
 *     SLOPOS_SEED   a seed in place of those in the tests
 *     SLOPOS_RUNS   how many times as many cases as usual to try; 1 by default
 *
 * Arrays are drawn up to the length that the test names: fast-check by itself draws no more than some ten
 * elements, however many may be.
 */

import fc from "fast-check";

fc.configureGlobal({ defaultSizeToMaxWhenMaxSpecified: true });

/** The positive whole number in environment variable `name`; undefined where there is none. */
function variable(name: string): number | undefined {
  const text = process.env[name];
  if (text === undefined || text === "") return undefined;
  if (!/^[1-9][0-9]{0,8}$/.test(text)) {
    throw new Error(`${name} must be a whole number from 1 to 999999999, not "${text}"`);
  }
  return Number(text);
}

/** True if the cases are those that the test names, of which it may know what they come to. */
export const usesOwnSeeds = variable("SLOPOS_SEED") === undefined;

/** Parameters for `fc.assert`: `seed` and `numRuns` where the environment says nothing. */
export function draws(seed: number, numRuns: number): { seed: number; numRuns: number } {
  return {
    seed: variable("SLOPOS_SEED") ?? seed,
    numRuns: numRuns * (variable("SLOPOS_RUNS") ?? 1),
  };
}
