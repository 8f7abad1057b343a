/**
 * The map of a run: which moment it shows, and what the axis is made of so that nothing moves from one
 * moment to the next.
 */

import { useCallback, useMemo, useRef, useState } from "preact/hooks";
import { type MachineMap, PlanMap } from "../map/machine_map.ts";
import { type Piece } from "../map/piece.ts";
import { fullest } from "./moments.ts";
import { mapAtMoment } from "./program_map.ts";
import { type ProgramMachine, type ProgramMoment } from "./program_protocol.ts";
import { type ProgramRun } from "./use_program.ts";

/** A moment of a program's run. */
export interface RunMoment {
  /** What the program goes by. */
  readonly name: string;
  /** The machine on which it runs. */
  readonly machine: ProgramMachine;
  readonly moment: ProgramMoment;
}

export interface ProgramMap {
  readonly map: MachineMap;
  /** The pieces at the fullest moment. */
  readonly ruler: readonly Piece[];
  /** The moment in view. */
  readonly at: RunMoment;
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

const NONE: readonly ProgramMoment[] = [];

export function useProgramMap(run: ProgramRun | null): ShownMoment {
  /** Its time: places change when there are too many moments and some go. */
  const [chosen, setChosen] = useState<number | null>(null);
  const machine = run?.machine ?? null;
  const base = useMemo(
    () => machine && new PlanMap(machine.plan, machine.tables).at(null),
    [machine],
  );
  const moments = run?.moments ?? NONE;
  const most = fullest(moments);
  const followed = run?.state === "running" ? moments.length - 1 : most;
  const place = chosen === null ? followed : moments.findLastIndex(({ time }) => time <= chosen);
  const shown = Math.max(0, place);
  const moment = moments[shown];
  const peak = moments[most];
  const ruler = useMemo(() => base && peak && mapAtMoment(base, peak).pieces, [base, peak]);
  const map = useMemo(() => base && moment && mapAtMoment(base, moment), [base, moment]);
  const current = useRef(moments);
  current.current = moments;
  const onShow = useCallback(
    (next: number | null) =>
      setChosen(next === null ? null : (current.current[next]?.time ?? null)),
    [],
  );
  const isThere = run && machine && moment && map && ruler;
  return {
    map: isThere ? { map, ruler, at: { name: run.name, machine, moment } } : null,
    shown,
    isChosen: chosen !== null,
    onShow,
  };
}
