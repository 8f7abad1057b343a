/**
 * Sets of integers as half-open intervals, the slow and obvious way: every operation cuts both sets
 * at all their borders and decides piece by piece. The oracle of tests about ranges.
 */

export interface Interval {
  readonly start: bigint;
  /** Exclusive. */
  readonly end: bigint;
}

export class IntervalSet {
  /** Sorted, disjoint, none empty, none touching the next. */
  readonly intervals: readonly Interval[];

  /** The union of `intervals`, which may overlap, touch and be empty. */
  constructor(intervals: readonly Interval[] = []) {
    const real = intervals.filter(({ start, end }) => start < end);
    this.intervals = piecewise(real, (piece) => real.some((one) => within(piece, one)));
  }

  /** How many integers the set holds. */
  get size(): bigint {
    return this.intervals.reduce((sum, { start, end }) => sum + end - start, 0n);
  }

  /** True if the set holds all of `interval`; an empty one always. */
  covers(interval: Interval): boolean {
    return interval.start >= interval.end || this.intervals.some((one) => within(interval, one));
  }

  /** True if the set and `interval` share an integer. */
  meets(interval: Interval): boolean {
    return new IntervalSet([interval]).intersect(this).size > 0n;
  }

  union(other: IntervalSet): IntervalSet {
    return new IntervalSet([...this.intervals, ...other.intervals]);
  }

  intersect(other: IntervalSet): IntervalSet {
    return this.#combine(other, (here, there) => here && there);
  }

  subtract(other: IntervalSet): IntervalSet {
    return this.#combine(other, (here, there) => here && !there);
  }

  #combine(other: IntervalSet, keep: (here: boolean, there: boolean) => boolean): IntervalSet {
    const both = [...this.intervals, ...other.intervals];
    return new IntervalSet(
      piecewise(both, (piece) => keep(this.covers(piece), other.covers(piece))),
    );
  }
}

function within(inner: Interval, outer: Interval): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** Cuts at every border of `intervals` and joins the pieces that `keep` accepts. */
function piecewise(intervals: readonly Interval[], keep: (piece: Interval) => boolean): Interval[] {
  const borders = [...new Set(intervals.flatMap(({ start, end }) => [start, end]))];
  borders.sort((a, b) => (a < b ? -1 : 1));
  const joined: Interval[] = [];
  for (const [index, start] of borders.slice(0, -1).entries()) {
    const piece = { start, end: borders[index + 1]! };
    if (!keep(piece)) continue;
    const last = joined.at(-1);
    if (last?.end === piece.start) joined[joined.length - 1] = { ...last, end: piece.end };
    else joined.push(piece);
  }
  return joined;
}
