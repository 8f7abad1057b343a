/**
 * The moments of a run that the map can go back to, kept to a number that a slider can tell apart; and
 * which of them is shown.
 */

import { type ProgramMoment } from "./program_protocol.ts";

const MOST_MOMENTS = 200;

/** Place of the moment with the most frames on loan, the first of them; 0 if there is none. */
export function fullest(moments: readonly ProgramMoment[]): number {
  let most = 0;
  for (const [index, { counts }] of moments.entries()) {
    if (counts.lent > moments[most]!.counts.lent) most = index;
  }
  return most;
}

/** `moments` with `more` added; of too many every second one goes, but never the fullest. */
export function withMoments(
  moments: readonly ProgramMoment[],
  more: readonly ProgramMoment[],
): readonly ProgramMoment[] {
  if (more.length === 0) return moments;
  const all = [...moments, ...more];
  if (all.length <= MOST_MOMENTS) return all;
  const kept = fullest(all);
  return all.filter((_, index) => index % 2 === 0 || index === kept || index === all.length - 1);
}
