/**
 * The page: which machine, its figures, the map, and below it what the chosen tab is about.
 */

import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { AllocatorPanel } from "../allocator/allocator_panel.tsx";
import { type StepId, stepsOf } from "../bring_up/steps.ts";
import { Timeline } from "../bring_up/timeline.tsx";
import { AddressBox } from "../lookup/address_box.tsx";
import { MapPanel, type MapSettings } from "../map/map_panel.tsx";
import { type AddressWalk, type WorkloadSettings } from "../machine/protocol.ts";
import { BesidePicker } from "../map/beside_view.tsx";
import { pieceAt } from "../map/piece.ts";
import { PlanMap } from "../map/machine_map.ts";
import { PieceMappings } from "../map/piece_mappings.tsx";
import { broughtChoice, FIRST_PROGRAM, type ProgramChoice } from "../program/program_choice.ts";
import { ProgramPanel } from "../program/program_panel.tsx";
import { useProgram } from "../program/use_program.ts";
import { useProgramMap } from "../program/use_program_map.ts";
import { PagingPanel } from "../paging/paging_panel.tsx";
import { mapText } from "../share/carried_map.ts";
import { ShareBar } from "../share/share_bar.tsx";
import { type ContestChoice } from "../side_by_side/contest_protocol.ts";
import { SideBySidePanel } from "../side_by_side/side_by_side_panel.tsx";
import { isSameChoice, type MachineChoice } from "./choice.ts";
import { MachinePicker } from "./machine_picker.tsx";
import {
  fromFragment,
  isSameMachine,
  isSamePlace,
  type PageState,
  TABS,
  toFragment,
} from "./page_state.ts";
import { Glossary } from "../tasks/glossary.tsx";
import { TaskBar } from "../tasks/task_bar.tsx";
import { type Task, TASKS } from "../tasks/tasks.ts";
import { Summary, titleOf } from "./summary.tsx";
import { TabBar, TabPanel } from "./tabs.tsx";
import { useBeside } from "./use_beside.ts";
import { type MachineState, type ShownMachine, useMachine } from "./use_machine.ts";

const FIRST_TITLE = document.title;

/** Milliseconds without a change after which the page's address follows. */
const ADDRESS_DELAY = 250;

/** What changes of the page's state, or how that follows from the state as it is. */
type StateChange = Partial<PageState> | ((last: PageState) => Partial<PageState>);

/** The page's state. */
function usePageState(first: PageState) {
  const [state, setState] = useState(first);
  const change = useCallback(
    (next: StateChange) =>
      setState((last) => ({ ...last, ...(typeof next === "function" ? next(last) : next) })),
    [],
  );
  return [state, change] as const;
}

/**
 * Keeps the page's address in step with `state`, and the state with the browser's back and forward:
 * another machine, tab or walk is a place of its own in the history.
 */
function useAddress(
  state: PageState,
  opened: ShownMachine | null,
  change: (state: Partial<PageState>) => void,
): void {
  /** The fragment that the address has; null before the first one is known. */
  const shown = useRef<string | null>(null);
  /** Counts moves of the browser: what was to be written before one is out of date. */
  const moves = useRef(0);
  useEffect(() => {
    // Until its machine is open nobody knows what to carry on of a map.
    if (opened?.choice !== state.choice) return;
    let current = true;
    const move = moves.current;
    // The first place is noted at once, before there can be a second one.
    const delay = shown.current === null ? 0 : ADDRESS_DELAY;
    const timer = setTimeout(() => {
      void toFragment(state, mapText(opened.plan.input)).then((fragment) => {
        if (!current || move !== moves.current || fragment === shown.current) return;
        const isPlace = shown.current !== null && !isSamePlace(shown.current, fragment);
        history[isPlace ? "pushState" : "replaceState"](null, "", `#${fragment}`);
        shown.current = fragment;
      });
    }, delay);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [state, opened]);
  useEffect(() => {
    const follow = () => {
      const fragment = location.hash.slice(1);
      ++moves.current;
      if (fragment === shown.current) return;
      const isKnown = isSameMachine(shown.current ?? "", fragment);
      shown.current = fragment;
      void fromFragment(fragment).then(({ choice, ...rest }) =>
        change(isKnown ? rest : { choice, ...rest }),
      );
    };
    addEventListener("popstate", follow);
    return () => removeEventListener("popstate", follow);
  }, [change]);
}

export function App({ first }: { readonly first: PageState }) {
  const [state, change] = usePageState(first);
  const machine = useMachine(state.choice);
  const opened = "client" in machine ? machine.opened : null;
  useAddress(state, opened, change);
  const choose = useCallback(
    (choice: MachineChoice) =>
      change(({ map }) => ({
        choice,
        step: null,
        operations: 0,
        map: { ...map, view: null, selected: null },
      })),
    [change],
  );
  // What could not be opened is not what the page is about: the machine in view is.
  useEffect(() => {
    if (machine.error && opened) change({ choice: opened.choice });
  }, [machine.error, opened, change]);
  useEffect(() => {
    document.title = opened ? `${titleOf(opened)} · SlopOS memory explorer` : FIRST_TITLE;
  }, [opened]);
  const startTask = useCallback(
    (task: Task | null) =>
      change(({ map, choice }) => {
        if (!task) return { task: null };
        // The same machine again would lose what was done to it.
        const wanted = task.start.choice;
        const kept = wanted && !isSameChoice(wanted, choice) ? wanted : choice;
        return {
          ...task.start,
          choice: kept,
          operations: 0,
          task: task.id,
          map: { ...map, view: null, selected: null },
        };
      }),
    [change],
  );
  const [program, setProgram] = useState<ProgramChoice>(FIRST_PROGRAM);
  const bringProgram = useCallback(
    (file: File) => {
      setProgram(broughtChoice(file));
      change({ tab: "program" });
    },
    [change],
  );
  const { lecture } = state;
  useEffect(() => {
    document.documentElement.classList.toggle("lecture", lecture);
    const press = (event: KeyboardEvent) => {
      const isTyping =
        event.target instanceof Element && event.target.closest("input, select, textarea");
      if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "f" || event.key === "F") change({ lecture: !lecture });
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [lecture, change]);
  const loading = "client" in machine && machine.loading;
  return (
    <>
      <header class="page-head">
        <div>
          <h1>SlopOS memory explorer</h1>
          <p>
            A kernel boots in this page, on a simulated machine with the memory map of your choice.
            See what it does with it.
          </p>
        </div>
        {opened && (
          <div class="page-tools">
            <ShareBar {...{ state, opened }} report={"client" in machine ? machine.report : null} />
            <button type="button" onClick={() => startTask(TASKS[0]!)}>
              Tasks
            </button>
            <button type="button" onClick={() => change({ lecture: true })}>
              Lecture (F)
            </button>
          </div>
        )}
      </header>
      <main>
        <MachinePicker
          choice={state.choice}
          loading={loading}
          opened={opened?.choice ?? null}
          onChoose={choose}
          onProgram={bringProgram}
        />
        {machine.error && (
          <div class="error-box" role="alert">
            <strong>
              {"client" in machine
                ? "No machine could be made of this."
                : "The explorer cannot start."}
            </strong>
            <pre tabIndex={0}>{machine.error}</pre>
            {opened && <p>Shown below is still {titleOf(opened)}.</p>}
          </div>
        )}
        {"client" in machine && machine.opened && (
          <Machine
            {...{ state, machine, program }}
            onChange={change}
            onTask={startTask}
            onProgram={setProgram}
          />
        )}
        {!machine.error && !opened && (
          <p class="hint" role="status">
            Booting…
          </p>
        )}
      </main>
      <Glossary />
      <footer class="page-foot">
        Nothing leaves this page: the kernel is a WebAssembly module that runs in your browser, the
        same file, bit for bit, that boots on a PC.
      </footer>
    </>
  );
}

interface MachineProps {
  readonly state: PageState;
  readonly machine: MachineState;
  readonly onChange: (change: StateChange) => void;
  readonly onTask: (task: Task | null) => void;
  readonly program: ProgramChoice;
  readonly onProgram: (program: ProgramChoice) => void;
}

/** Everything about the machine that is open. */
function Machine({ state, machine, onChange, onTask, program, onProgram }: MachineProps) {
  const { client, report, history } = machine;
  const opened = machine.opened!;
  const { plan, tables } = opened;
  const planMap = useMemo(() => new PlanMap(plan, tables), [plan, tables]);
  const running = useProgram(opened);
  const moment = useProgramMap(running.run);
  const lent = state.tab === "program" ? moment.map : null;
  const owners = useMemo(
    () =>
      new Set([...planMap.owners(), ...(state.tab === "program" ? (["program"] as const) : [])]),
    [planMap, state.tab === "program"],
  );
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
  const tabs = plan.failure ? TABS.filter(({ id }) => id === "bring-up") : TABS;
  const tab = tabs.some(({ id }) => id === state.tab) ? state.tab : "bring-up";
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
        describe={(piece) =>
          !plan.failure &&
          !lent && <PieceMappings {...{ client, piece, onWalk }} machine={opened} />
        }
      >
        <AddressBox
          {...{ client, plan, onWalk }}
          onFound={(selected) => onSettings({ selected })}
        />
        <BesidePicker
          choice={state.beside}
          onChoice={(next) => onChange({ beside: next })}
          error={other.error}
        />
      </MapPanel>
      <section class="panel">
        <div class="tab-head">
          <TabBar tabs={tabs} chosen={tab} onChoose={(id) => onChange({ tab: id })} />
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
