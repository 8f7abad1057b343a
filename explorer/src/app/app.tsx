/**
 * The page: which machine, and everything about it.
 */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { broughtChoice, FIRST_PROGRAM, type ProgramChoice } from "../program/program_choice.ts";
import { mapText } from "../share/carried_map.ts";
import { ShareBar } from "../share/share_bar.tsx";
import { Glossary } from "../tasks/glossary.tsx";
import { type Task, TASKS } from "../tasks/tasks.ts";
import { isSameChoice, type MachineChoice } from "./choice.ts";
import { MachinePicker } from "./machine_picker.tsx";
import { MachineView } from "./machine_view.tsx";
import {
  fromFragment,
  isSameMachine,
  isSamePlace,
  type PageState,
  type StateChange,
  toFragment,
} from "./page_state.ts";
import { titleOf } from "./summary.tsx";
import { type ShownMachine, useMachine } from "./use_machine.ts";

const FIRST_TITLE = document.title;

/** Milliseconds without a change after which the page's address follows. */
const ADDRESS_DELAY = 250;

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
        {"client" in machine && opened && (
          <MachineView
            {...{ state, program }}
            machine={{ ...machine, opened }}
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
