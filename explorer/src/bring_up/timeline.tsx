/**
 * Bring-up as a timeline: the steps, what the chosen one did, and its lines of the log. Choosing a
 * step shows the map as it stood after it.
 */

import { useEffect, useRef, useState } from "preact/hooks";
import { type Plan } from "../../../tools/plan/plan.ts";
import { formatMicroseconds } from "../format.ts";
import { TourLink } from "../tasks/tour_link.tsx";
import { Log } from "./log_view.tsx";
import { stepFigures } from "./step_figures.ts";
import { type Step, type StepId, STEPS } from "./steps.ts";

/** Milliseconds that a step stays when they are played. */
const PLAY_PACE = 1800;

export interface TimelineProps {
  readonly plan: Plan;
  readonly steps: readonly Step[];
  /** The chosen step; null for the whole machine. */
  readonly chosen: StepId | null;
  readonly onChoose: (step: StepId | null) => void;
  /** True if arrows go from step to step and the space bar plays and pauses, wherever the focus is. */
  readonly keys: boolean;
}

export function Timeline({ plan, steps, chosen, onChoose, keys }: TimelineProps) {
  const [playing, setPlaying] = useState(false);
  const index = steps.findIndex(({ id }) => id === chosen);

  useEffect(() => {
    if (!playing) return;
    const timer = setTimeout(() => {
      const next = steps[index + 1];
      if (next?.reached) onChoose(next.id);
      if (!steps[index + 2]?.reached) setPlaying(false);
    }, PLAY_PACE);
    return () => clearTimeout(timer);
  }, [playing, index, steps, onChoose]);

  const play = () => {
    // On from where it was; from the end, and from the whole, it begins again.
    if (!steps[index + 1]?.reached || index < 0) onChoose("look");
    setPlaying(true);
  };
  // A key may be pressed again before the page shows what the first press did.
  const at = useRef(index);
  at.current = index;
  useEffect(() => {
    if (!keys) return;
    const press = (event: KeyboardEvent) => {
      const { target } = event;
      if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      // The map and fields have uses of their own for these keys.
      if (target instanceof Element && target.closest(".map-bar, input, select, textarea")) return;
      const go = (place: number) => {
        setPlaying(false);
        if (!steps[place]?.reached) return;
        at.current = place;
        onChoose(steps[place].id);
      };
      const actions: Record<string, () => void> = {
        ArrowRight: () => go(at.current + 1),
        ArrowLeft: () => go(at.current - 1),
        " ": playing ? () => setPlaying(false) : play,
      };
      const action = actions[event.key];
      if (!action) return;
      action();
      event.preventDefault();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  });
  const step = steps[index];
  return (
    <div class="timeline">
      <div class="step-list">
        <ol aria-label="Steps of bring-up">
          {steps.map((one, place) => (
            <li key={one.id} class={stepClass(one)}>
              <button
                type="button"
                aria-pressed={one.id === chosen}
                disabled={!one.reached}
                onClick={() => {
                  setPlaying(false);
                  onChoose(one.id === chosen ? null : one.id);
                }}
              >
                <span class="step-number">{one.failed ? "!" : place + 1}</span>
                <span class="step-title">{one.title}</span>
                <span class="step-time">
                  {one.time === null ? "" : formatMicroseconds(one.time)}
                </span>
              </button>
            </li>
          ))}
        </ol>
        <div class="tools">
          <button type="button" onClick={playing ? () => setPlaying(false) : play}>
            {playing ? "Pause" : "Play"}
          </button>
          <button type="button" disabled={chosen === null} onClick={() => onChoose(null)}>
            Show the end
          </button>
        </div>
      </div>
      <div class="step-text">
        {step ? <StepText plan={plan} step={step} /> : <WholeLog plan={plan} />}
      </div>
    </div>
  );
}

function stepClass({ reached, failed }: Step): string {
  if (failed) return "failed";
  return reached ? "reached" : "not-reached";
}

function StepText({ plan, step }: { readonly plan: Plan; readonly step: Step }) {
  const figures = stepFigures(plan, step.id);
  return (
    <>
      <h3>
        {STEPS.findIndex(({ id }) => id === step.id) + 1}. {step.title}
      </h3>
      <p>{step.story}</p>
      {step.failed && plan.failure && (
        <p class="failure">The boot ended here: {plan.failure.line}</p>
      )}
      {figures.length > 0 && (
        <dl class="figures">
          {figures.map(({ name, value }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      <p class="soft">
        <TourLink step={step.tour} /> shows the functions that do this.
      </p>
      {step.lines.length > 0 && <Log lines={step.lines} label="Log of this step" />}
    </>
  );
}

function WholeLog({ plan }: { readonly plan: Plan }) {
  return (
    <>
      <h3>The kernel’s log</h3>
      <p>
        Choose a step to see on the map what it did. The kernel runs in this page: these are its own
        lines, times on the simulated machine’s clock.
      </p>
      <Log lines={plan.log} label="The kernel’s log" />
    </>
  );
}
