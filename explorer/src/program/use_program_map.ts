/**
 * The map of a run: which moment it shows, and what the axis is made of so that nothing moves from one
 * moment to the next.
 */

import { useCallback, useMemo, useState } from "preact/hooks";
import { type MachineMap, PlanMap } from "../map/machine_map.ts";
import { type Piece } from "../map/piece.ts";
import { fullest } from "./moments.ts";
import { mapAtMoment } from "./program_map.ts";
import { type ProgramRun } from "./use_program.ts";

export interface ProgramMap {
  readonly map: MachineMap;
  /** The pieces at the fullest moment. */
  readonly ruler: readonly Piece[];
}

export interface ShownMoment {
  /** Null as long as there is no machine. */
  readonly map: ProgramMap | null;
  /** Place of the moment in view. */
  readonly shown: number;
  /** False if the run decides which that is. */
  readonly isChosen: boolean;
  /** Shows another; null follows the run, and rests at its fullest moment after its end. */
  readonly onShow: (place: number | null) => void;
}

export function useProgramMap(run: ProgramRun | null): ShownMoment {
  const [chosen, setChosen] = useState<number | null>(null);
  const machine = run?.machine ?? null;
  const base = useMemo(
    () => machine && new PlanMap(machine.plan, machine.tables).at(null),
    [machine],
  );
  const moments = run?.moments ?? [];
  const most = fullest(moments);
  const followed = run?.state === "running" ? moments.length - 1 : most;
  const shown = Math.max(0, Math.min(chosen ?? followed, moments.length - 1));
  const moment = moments[shown];
  const peak = moments[most];
  const ruler = useMemo(() => base && peak && mapAtMoment(base, peak).pieces, [base, peak]);
  const map = useMemo(() => base && moment && mapAtMoment(base, moment), [base, moment]);
  const onShow = useCallback((place: number | null) => setChosen(place), []);
  return { map: map && ruler ? { map, ruler } : null, shown, isChosen: chosen !== null, onShow };
}
