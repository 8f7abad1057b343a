/**
 * The points of a plot, kept to a number that draws fast: when there are too many, every second
 * one goes.
 */

const MOST_POINTS = 1000;

/** `history` with `points` added. */
export function withPoints<Point extends { readonly operations: number }>(
  history: readonly Point[],
  points: readonly Point[],
): readonly Point[] {
  const last = history.at(-1);
  // A report without an operation since the last one would draw a point over the other.
  const fresh = points.filter(({ operations }) => operations !== last?.operations);
  if (fresh.length === 0) return history;
  const all = [...history, ...fresh];
  return all.length > MOST_POINTS ? all.filter((_, index) => index % 2 === 0) : all;
}
