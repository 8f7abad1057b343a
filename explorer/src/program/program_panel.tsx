/**
 * A program on the kernel: what runs, how it ends, how many frames it has on loan over time and that all
 * of them come back. The map above shows where they lie, and what it says stands beside that.
 */

import { sourceOf } from "../app/choice.ts";
import { type ShownMachine } from "../app/use_machine.ts";
import { Log } from "../bring_up/log_view.tsx";
import { FramesPlot } from "./frames_plot.tsx";
import { FrameTable } from "./outcome.tsx";
import { loadProgram, type ProgramChoice, programName } from "./program_choice.ts";
import { ProgramForm } from "./program_form.tsx";
import { splitWords } from "./split_words.ts";
import { type ProgramState } from "./use_program.ts";
import { type ShownMoment } from "./use_program_map.ts";

export interface ProgramPanelProps {
  readonly opened: ShownMachine;
  readonly choice: ProgramChoice;
  readonly onChoice: (choice: ProgramChoice) => void;
  readonly running: ProgramState;
  /** The moment that the map shows. */
  readonly moment: ShownMoment;
  /** A run begins. */
  readonly onBegin: () => void;
}

export function ProgramPanel(props: ProgramPanelProps) {
  const { opened, choice, onChoice, running, moment, onBegin } = props;
  const { run, start, stop } = running;
  const { shown, onShow } = moment;
  const isRunning = run?.state === "starting" || run?.state === "running";
  const begin = () => {
    onShow(null);
    onBegin();
    start(
      {
        name: programName(choice),
        arguments: splitWords(choice.arguments),
        environment: splitWords(choice.environment),
        input: choice.input,
      },
      () => loadProgram(choice),
      () => sourceOf(opened.choice),
    );
  };
  return (
    <div class="program">
      <ProgramForm {...{ choice, onChoice, isRunning }} onStart={begin} onStop={stop} />
      {!run && (
        <p>
          A program runs on a machine like the one above, booted anew with the program beside the
          kernel, in memory that the kernel lends it.
        </p>
      )}
      <div class="program-views">
        <FramesPlot points={run?.points ?? []} moment={run?.moments[shown]} />
        {run && (
          <div class="program-totals">
            <FrameTable run={run} />
          </div>
        )}
      </div>
      {run?.outcome && <Log lines={run.outcome.log} label="The kernel's log of the run" />}
      <p class="hint">
        Any command for WASI preview 1 can be dropped on the page or opened here; it is run by this
        browser and leaves it as little as a memory map does. It reads what stands under “Standard
        input”, and then hears that there is no more.
      </p>
    </div>
  );
}
