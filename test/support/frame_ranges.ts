/**
 * Sets of frames as runs, for memory maps of thousands of entries: one sweep over all borders
 * decides which pieces a result holds. Shares nothing with the kernel.
 */

/** Frames `[start, end)`. */
export interface FrameRange {
  readonly start: number;
  readonly end: number;
}

const FRAME = 4096n;

/** The frames that `[base, base + length)` touches. */
export function framesTouched(base: bigint, length: bigint): FrameRange {
  const end = base + length;
  return { start: Number(base / FRAME), end: length ? Number((end + FRAME - 1n) / FRAME) : 0 };
}

/** The pieces that `keep` keeps, told how many runs of each list cover them; sorted, maximal. */
function sweep(
  lists: readonly (readonly FrameRange[])[],
  keep: (covering: readonly number[]) => boolean,
): FrameRange[] {
  const borders = lists.flatMap((runs, list) =>
    runs
      .filter(({ start, end }) => start < end)
      .flatMap(({ start, end }) => [
        { frame: start, list, step: 1 },
        { frame: end, list, step: -1 },
      ]),
  );
  borders.sort((a, b) => a.frame - b.frame);
  const covering = lists.map(() => 0);
  const kept: FrameRange[] = [];
  let from = 0;
  for (const { frame, list, step } of borders) {
    if (from < frame && keep(covering)) {
      const last = kept.at(-1);
      if (last?.end === from) kept[kept.length - 1] = { start: last.start, end: frame };
      else kept.push({ start: from, end: frame });
    }
    from = frame;
    covering[list]! += step;
  }
  return kept;
}

/** All frames of `lists`, which may overlap, touch and be empty: sorted, disjoint, not adjacent. */
export function union(...lists: readonly (readonly FrameRange[])[]): FrameRange[] {
  return sweep(lists, (covering) => covering.some((count) => count > 0));
}

export function intersection(a: readonly FrameRange[], b: readonly FrameRange[]): FrameRange[] {
  return sweep([a, b], ([inA, inB]) => inA! > 0 && inB! > 0);
}

export function difference(a: readonly FrameRange[], b: readonly FrameRange[]): FrameRange[] {
  return sweep([a, b], ([inA, inB]) => inA! > 0 && inB === 0);
}

/** How many frames `runs`, which are disjoint, hold. */
export function frameCount(runs: readonly FrameRange[]): number {
  return runs.reduce((sum, { start, end }) => sum + end - start, 0);
}

/** Each of `frames` as a run of one. */
export function singleFrames(frames: Iterable<number>): FrameRange[] {
  return [...frames].map((frame) => ({ start: frame, end: frame + 1 }));
}
