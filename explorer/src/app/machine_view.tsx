/**
 * Everything about the machine in view: its figures, the map, and below it what the chosen tab is about.
 */

import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { AllocatorPanel } from "../allocator/allocator_panel.tsx";
import { type StepId, stepsOf } from "../bring_up/steps.ts";
import { Timeline } from "../bring_up/timeline.tsx";
import { AddressBox } from "../lookup/address_box.tsx";
import { followOn, MachineFacts } from "../lookup/machine_facts.tsx";
import { type AddressWalk, type WorkloadSettings } from "../machine/protocol.ts";
import { BesidePicker } from "../map/beside_view.tsx";
import { PlanMap } from "../map/machine_map.ts";
import { MapPanel, type MapSettings } from "../map/map_panel.tsx";
import { pieceAt } from "../map/piece.ts";
import { PieceMappings } from "../map/piece_mappings.tsx";
import { PagingPanel } from "../paging/paging_panel.tsx";
import { followAt, MomentFacts, MomentMappings } from "../program/moment_facts.tsx";
import { MomentControl } from "../program/moment_control.tsx";
import { type ProgramChoice } from "../program/program_choice.ts";
import { ProgramPanel } from "../program/program_panel.tsx";
import { RunAside } from "../program/run_aside.tsx";
import { useProgram } from "../program/use_program.ts";
import { useProgramMap } from "../program/use_program_map.ts";
import { type ContestChoice } from "../side_by_side/contest_protocol.ts";
import { SideBySidePanel } from "../side_by_side/side_by_side_panel.tsx";
import { TaskBar } from "../tasks/task_bar.tsx";
import { type Task, TASKS } from "../tasks/tasks.ts";
import { type PageState, type StateChange, TABS } from "./page_state.ts";
import { Summary, titleOf } from "./summary.tsx";
import { TabBar, TabPanel } from "./tabs.tsx";
import { useBeside } from "./use_beside.ts";
import { useHold } from "./use_hold.ts";
import { type MachineState, type ShownMachine } from "./use_machine.ts";

export interface MachineViewProps {
  readonly state: PageState;
  readonly machine: MachineState & { readonly opened: ShownMachine };
  readonly onChange: (change: StateChange) => void;
  readonly onTask: (task: Task | null) => void;
  readonly program: ProgramChoice;
  readonly onProgram: (program: ProgramChoice) => void;
}

/** Everything about the machine that is open. */
export function MachineView(props: MachineViewProps) {
  const { state, machine, onChange, onTask, program, onProgram } = props;
  const { client, opened, report, history } = machine;
  const { plan, tables } = opened;
  const planMap = useMemo(() => new PlanMap(plan, tables), [plan, tables]);
  const tabs = plan.failure ? TABS.filter(({ id }) => id === "bring-up") : TABS;
  const tab = tabs.some(({ id }) => id === state.tab) ? state.tab : "bring-up";
  const isProgram = tab === "program";
  const running = useProgram(opened);
  const moment = useProgramMap(running.run);
  /** The run that the map is about. */
  const run = isProgram ? running.run : null;
  const lent = run && moment.map;
  /** The moment of it that the map shows, and that is asked about addresses. */
  const at = lent?.at;
  const owners = useMemo(
    () => new Set([...planMap.owners(), ...(isProgram ? (["program"] as const) : [])]),
    [planMap, isProgram],
  );
  const views = useRef<HTMLElement>(null);
  const hold = useHold(views);
  const mapRow = useRef<HTMLDivElement>(null);
  const [runs, setRuns] = useState(0);
  // Who starts a program wants to see what it does.
  useEffect(() => {
    if (runs) mapRow.current?.scrollIntoView({ block: "nearest" });
  }, [runs]);
  const steps = useMemo(() => stepsOf(plan), [plan]);
  const step = state.tab === "bring-up" ? state.step : null;
  const map = useMemo(() => planMap.at(step), [planMap, step]);
  const other = useBeside(state.beside);
  const beside = useMemo(() => {
    const { machine: second } = other;
    if (!second) return null;
    return { name: titleOf(second), map: new PlanMap(second.plan, second.tables).at(step) };
  }, [other, step]);
  const onSettings = useCallback(
    (part: Partial<MapSettings>) => onChange(({ map }) => ({ map: { ...map, ...part } })),
    [onChange],
  );
  /** True while the answer to a walk that was asked for at the map is to come into view. */
  const [isWalkWanted, setWalkWanted] = useState(false);
  const onWalk = useCallback(
    (virtual: bigint) => {
      onChange({ virtual, tab: "page-tables" });
      setWalkWanted(true);
    },
    [onChange],
  );
  const onStep = useCallback((chosen: StepId | null) => onChange({ step: chosen }), [onChange]);
  const onLoad = useCallback((load: WorkloadSettings) => onChange({ load }), [onChange]);
  const onContest = useCallback((contest: ContestChoice) => onChange({ contest }), [onChange]);
  // The machine is made anew, and does what it did, but for the last operations.
  const onBack = useCallback(
    (operations: number) => onChange(({ choice }) => ({ choice: { ...choice }, operations })),
    [onChange],
  );
  const onVirtual = useCallback((virtual: bigint) => onChange({ virtual }), [onChange]);
  // The moment that a link points at.
  useEffect(() => {
    if (!state.operations || plan.failure) return;
    const { operations, load: settings } = state;
    void client.ask("run", { operations, settings }).catch(() => {});
    // Once for each machine: what happens later is the visitor's.
  }, [client, opened]);
  useEffect(() => {
    // A report of the machine before says nothing about the one that is being opened.
    if (opened.choice !== state.choice) return;
    if (report && report.operations > state.operations) onChange({ operations: 0 });
  }, [report, opened, state.choice, state.operations, onChange]);
  const [walk, setWalk] = useState<AddressWalk | null>(null);
  const task = TASKS.find(({ id }) => id === state.task);
  const { selected } = state.map;
  const situation = {
    plan,
    step,
    tab: state.tab,
    piece: selected === null ? null : map.pieces[pieceAt(map.pieces, selected)]!,
    report,
    walk,
  };
  return (
    <>
      {task && <TaskBar {...{ task, situation, onTask }} />}
      <Summary plan={plan} name={opened.name} />
      <MapPanel
        map={lent?.map ?? map}
        ruler={lent?.ruler}
        name={titleOf(opened)}
        beside={beside}
        owners={owners}
        settings={state.map}
        onSettings={onSettings}
        describe={(piece) => {
          if (plan.failure) return null;
          if (at) return <MomentMappings {...{ at, piece }} />;
          return <PieceMappings {...{ client, piece, onWalk }} machine={opened} />;
        }}
        timeline={
          run &&
          (lent || run.state !== "failed") && (
            <MomentControl
              key={run.machine}
              moments={run.moments}
              isRunning={run.state === "running"}
              {...moment}
            />
          )
        }
        aside={run && <RunAside run={run} />}
        row={mapRow}
      >
        <AddressBox
          machine={at?.machine ?? opened}
          follow={async (virtual) => (at ? followAt(at, virtual) : followOn(client, virtual))}
          facts={(address) =>
            at ? (
              <MomentFacts {...{ at, address }} />
            ) : (
              <MachineFacts {...{ client, plan, address, onWalk }} />
            )
          }
          onFound={(selected) => onSettings({ selected })}
        />
        <BesidePicker
          choice={state.beside}
          onChoice={(next) => onChange({ beside: next })}
          error={other.error}
        />
      </MapPanel>
      <section class="panel" ref={views}>
        <div class="tab-head">
          <TabBar
            tabs={tabs}
            chosen={tab}
            onChoose={(id) => {
              hold();
              onChange({ tab: id });
            }}
          />
          {state.lecture && (
            <button type="button" class="small" onClick={() => onChange({ lecture: false })}>
              End lecture (F)
            </button>
          )}
        </div>
        <TabPanel id="bring-up" chosen={tab}>
          <Timeline
            {...{ plan, steps }}
            chosen={state.step}
            onChoose={onStep}
            keys={state.lecture && tab === "bring-up"}
          />
        </TabPanel>
        {!plan.failure && (
          <>
            <TabPanel id="allocators" chosen={tab}>
              {report && (
                <AllocatorPanel
                  key={plan}
                  {...{ client, report, history }}
                  load={state.load}
                  onLoad={onLoad}
                  onBack={onBack}
                />
              )}
            </TabPanel>
            <TabPanel id="program" chosen={tab}>
              <ProgramPanel
                {...{ opened, running, moment }}
                onBegin={() => {
                  hold();
                  setRuns(runs + 1);
                }}
                choice={program}
                onChoice={onProgram}
              />
            </TabPanel>
            <TabPanel id="side-by-side" chosen={tab}>
              <SideBySidePanel opened={opened} choice={state.contest} onChoice={onContest} />
            </TabPanel>
            <TabPanel id="page-tables" chosen={tab}>
              <PagingPanel
                client={client}
                machine={opened}
                virtual={state.virtual}
                onVirtual={onVirtual}
                wanted={isWalkWanted}
                onShown={() => setWalkWanted(false)}
                onAnswer={setWalk}
              />
            </TabPanel>
          </>
        )}
      </section>
    </>
  );
}
