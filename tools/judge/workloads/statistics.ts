/**
 * What a handful of samples says: the middle, the ends, and how far apart the middle half lies.
 */

export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Distance between the quartiles: the noise of these samples. */
  readonly spread: number;
}

/**
 * The value below which the share `part`, 0 to 1, of `sorted` lies, interpolated between the two
 * next to it. `sorted` is ascending and not empty.
 */
export function quantile(sorted: readonly number[], part: number): number {
  const position = (sorted.length - 1) * part;
  const below = sorted[Math.floor(position)]!;
  const above = sorted[Math.ceil(position)]!;
  return below + (above - below) * (position - Math.floor(position));
}

/** Sums up `samples`, in any order; throws a RangeError if there are none. */
export function summarise(samples: readonly number[]): Summary {
  if (!samples.length) throw new RangeError("no samples");
  const sorted = [...samples].sort((a, b) => a - b);
  return {
    median: quantile(sorted, 0.5),
    min: quantile(sorted, 0),
    max: quantile(sorted, 1),
    spread: quantile(sorted, 0.75) - quantile(sorted, 0.25),
  };
}

/** The quotients of samples that were taken in the same rounds. */
export function ratios(samples: readonly number[], references: readonly number[]): number[] {
  if (samples.length !== references.length) throw new RangeError("samples of different rounds");
  return samples.map((sample, round) => sample / references[round]!);
}
