/**
 * The program behind the page, in a worker of its own: however long it runs, the page and the machine in
 * view go on. A program cannot be interrupted from inside of its machine, so to stop one is to end the
 * worker.
 */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { withPoints } from "../allocator/history.ts";
import { startMachine } from "../app/use_machine.ts";
import { type MachineClient } from "../machine/client.ts";
import { type MapSource, type OpenedMachine } from "../machine/protocol.ts";
import { withMoments } from "./moments.ts";
import {
  type FramesPoint,
  type ProgramAsk,
  type ProgramMachine,
  type ProgramMoment,
  type ProgramOutcome,
  type ProgramReport,
} from "./program_protocol.ts";
import { TerminalText, type TextRun } from "./terminal_text.ts";

/** Milliseconds between two changes of what is shown at least, and how many times what showing one takes. */
const SHOW_TIME = 50;
const SHOW_PARTS = 2;

export type RunState = "starting" | "running" | "ended" | "stopped" | "failed";

/** A run as far as it has come. */
export interface ProgramRun {
  readonly name: string;
  readonly state: RunState;
  /** The machine on which it runs; null until that has booted. */
  readonly machine: ProgramMachine | null;
  readonly lines: readonly (readonly TextRun[])[];
  /** Lines before those, or more, that are not kept. */
  readonly dropped: number;
  readonly points: readonly FramesPoint[];
  readonly moments: readonly ProgramMoment[];
  /** Null until it has ended. */
  readonly outcome: ProgramOutcome | null;
  /** Why it could not be started; "" if it could. */
  readonly error: string;
}

/** A program without its module. */
export type ToldProgram = Omit<ProgramAsk, "module">;

export interface ProgramState {
  /** Null before the first. */
  readonly run: ProgramRun | null;
  /** Runs a program, whose module `load` answers, on a machine of `source`, in place of the last one. */
  readonly start: (
    told: ToldProgram,
    load: () => Promise<ArrayBuffer>,
    source: () => Promise<MapSource>,
  ) => void;
  /** Ends the machine on which it runs. */
  readonly stop: () => void;
}

function firstRun(name: string): ProgramRun {
  return {
    name,
    state: "starting",
    machine: null,
    lines: [],
    dropped: 0,
    points: [],
    moments: [],
    outcome: null,
    error: "",
  };
}

/** A run under way: gathers what the worker reports and shows it a few times a second. */
class RunKeeper {
  #run: ProgramRun;
  readonly #show: (run: ProgramRun) => void;
  readonly #terminal = new TerminalText();
  #client: MachineClient | null = null;
  #timer = 0;
  /** Milliseconds from the last change to its being on the screen. */
  #shownIn = 0;
  #isOver = false;

  constructor(name: string, show: (run: ProgramRun) => void) {
    this.#run = firstRun(name);
    this.#show = show;
    show(this.#run);
  }

  async start(
    told: ToldProgram,
    load: () => Promise<ArrayBuffer>,
    map: () => Promise<MapSource>,
  ): Promise<void> {
    try {
      const [source, module] = await Promise.all([map(), load()]);
      const client = await startMachine();
      if (this.#isOver) return client.end();
      this.#client = client;
      client.onProgram = (report) => this.#hear(report);
      const outcome = await client.ask("program", { source, program: { ...told, module } });
      this.#finish({ state: "ended", outcome });
    } catch (reason) {
      this.#finish({ state: "failed", error: (reason as Error).message });
    }
  }

  stop(): void {
    this.#finish({ state: "stopped" });
  }

  /** Ends it without a word. */
  drop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#client?.end();
  }

  #hear({ machine, said, isCut, points, moments }: ProgramReport): void {
    // What the worker had sent before its end still arrives.
    if (this.#isOver) return;
    if (isCut) this.#terminal.cut();
    for (const { stream, text } of said) this.#terminal.add(stream, text);
    const last = this.#run;
    this.#run = {
      ...last,
      state: "running",
      machine: machine ?? last.machine,
      points: withPoints(last.points, points),
      moments: withMoments(last.moments, moments),
    };
    const pause = Math.max(SHOW_TIME, SHOW_PARTS * this.#shownIn);
    this.#timer ||= window.setTimeout(() => this.#showNow(), pause);
  }

  #showNow(): void {
    this.#timer = 0;
    const { lines, dropped } = this.#terminal;
    this.#run = { ...this.#run, lines: lines.map((line) => [...line]), dropped };
    const started = performance.now();
    this.#show(this.#run);
    // The task after the next frame begins when that is painted.
    requestAnimationFrame(() => {
      setTimeout(() => (this.#shownIn = performance.now() - started));
    });
  }

  #finish(change: Partial<ProgramRun>): void {
    if (this.#isOver) return;
    this.drop();
    this.#run = { ...this.#run, ...change };
    this.#showNow();
  }
}

/** The program on a machine like `opened`; another machine has none yet. */
export function useProgram(opened: OpenedMachine): ProgramState {
  const keeper = useRef<RunKeeper | null>(null);
  const [run, setRun] = useState<ProgramRun | null>(null);
  const start = useCallback<ProgramState["start"]>((told, load, source) => {
    keeper.current?.drop();
    keeper.current = new RunKeeper(told.name, setRun);
    void keeper.current.start(told, load, source);
  }, []);
  const stop = useCallback(() => keeper.current?.stop(), []);
  useEffect(
    () => () => {
      keeper.current?.drop();
      setRun(null);
    },
    [opened],
  );
  return { run, start, stop };
}
