/**
 * The task that a visitor works on: its question, a hint on request, and word when it is solved.
 */

import { useEffect, useState } from "preact/hooks";
import { type Situation, type Task, TASKS } from "./tasks.ts";
import { TourLink } from "./tour_link.tsx";

export interface TaskBarProps {
  readonly task: Task;
  readonly situation: Situation;
  /** Begins another task; null ends them. */
  readonly onTask: (task: Task | null) => void;
}

export function TaskBar({ task, situation, onTask }: TaskBarProps) {
  const [isHintShown, setHintShown] = useState(false);
  const [solved, setSolved] = useState("");
  const holds = task.isSolved(situation);
  // What was solved stays so while the visitor goes on.
  useEffect(() => {
    if (holds) setSolved(task.id);
  }, [holds, task.id]);
  useEffect(() => setHintShown(false), [task]);
  const isSolved = holds || solved === task.id;
  const place = TASKS.indexOf(task);
  const next = TASKS[place + 1];
  return (
    <section class="panel task" aria-label="Task">
      <p class="soft">
        Task {place + 1} of {TASKS.length}
      </p>
      <p class="task-question">{task.question}</p>
      <p role="status" class={isSolved ? "ok" : "soft"} data-testid="task-answer">
        {isSolved ? `✓ ${task.answer}` : isHintShown ? task.hint : ""}
      </p>
      {isSolved && (
        <p>
          <TourLink step={task.tour} /> goes into it.
        </p>
      )}
      <div class="tools">
        {!isSolved && (
          <button type="button" onClick={() => setHintShown(true)}>
            Hint
          </button>
        )}
        {next && (
          <button type="button" class={isSolved ? "primary" : ""} onClick={() => onTask(next)}>
            Next task
          </button>
        )}
        <button type="button" onClick={() => onTask(null)}>
          End tasks
        </button>
      </div>
    </section>
  );
}
