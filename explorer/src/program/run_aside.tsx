/**
 * What stands beside the map while that shows a run: what the program says, and how the run stands.
 */

import { isBad, stateInWords } from "./outcome.tsx";
import { OutputView } from "./output_view.tsx";
import { type ProgramRun } from "./use_program.ts";

export function RunAside({ run }: { readonly run: ProgramRun }) {
  return (
    <div class="program-said">
      <OutputView name={run.name} lines={run.lines} dropped={run.dropped} />
      <p
        class={isBad(run) ? "program-state failure" : "program-state"}
        role="status"
        tabIndex={isBad(run) ? 0 : undefined}
        data-testid="program-state"
      >
        {stateInWords(run)}
      </p>
    </div>
  );
}
