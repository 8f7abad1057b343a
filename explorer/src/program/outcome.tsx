/**
 * How a run stands, in words, and what it left: the kernel's figures before, at the fullest moment and after.
 */

import { formatCount } from "../format.ts";
import { fullest } from "./moments.ts";
import { type FrameCounts, type ProgramOutcome } from "./program_protocol.ts";
import { type ProgramRun } from "./use_program.ts";

/** How the run stands. */
export function stateInWords(run: ProgramRun): string {
  const { name, state, outcome, error } = run;
  switch (state) {
    case "starting":
      return `The kernel boots with ${name} beside it …`;
    case "running":
      return `${name} runs.`;
    case "ended":
      return outcome!.problem || `${name} ended with status ${outcome!.status}.`;
    case "stopped":
      return (
        `Stopped: ${name} was still running. A program that does not end by itself is stopped by ` +
        "switching its machine off; the next run boots the kernel again."
      );
    case "failed":
      return error;
  }
}

/** True if the run did not come to a good end. */
export function isBad({ state, outcome }: ProgramRun): boolean {
  return state === "failed" || Boolean(outcome && (outcome.problem || outcome.status));
}

function isSame(before: FrameCounts, after: FrameCounts): boolean {
  return (
    before.managed === after.managed &&
    before.free === after.free &&
    before.allocated === after.allocated &&
    after.lent === 0
  );
}

function Row({ name, counts }: { readonly name: string; readonly counts: FrameCounts }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td class="number">{formatCount(counts.managed)}</td>
      <td class="number">{formatCount(counts.free)}</td>
      <td class="number">{formatCount(counts.allocated)}</td>
      <td class="number">{formatCount(counts.lent)}</td>
    </tr>
  );
}

/** The kernel's figures over the run. */
export function FrameTable({ run }: { readonly run: ProgramRun }) {
  const { moments, outcome } = run;
  if (moments.length === 0) return null;
  return (
    <>
      <table class="frame-table">
        <caption class="visually-hidden">Frames by the kernel&apos;s count</caption>
        <thead>
          <tr>
            <th scope="col">Frames</th>
            <th scope="col" class="number">
              Managed
            </th>
            <th scope="col" class="number">
              Free
            </th>
            <th scope="col" class="number">
              Allocated
            </th>
            <th scope="col" class="number">
              On loan
            </th>
          </tr>
        </thead>
        <tbody>
          <Row name="Before" counts={outcome?.before ?? moments[0]!.counts} />
          <Row name="At the most" counts={moments[fullest(moments)]!.counts} />
          {outcome && <Row name="After" counts={outcome.after} />}
        </tbody>
      </table>
      {outcome && <Verdict outcome={outcome} />}
    </>
  );
}

function Verdict({ outcome: { before, after } }: { readonly outcome: ProgramOutcome }) {
  const same = isSame(before, after);
  return (
    <p class={same ? "verdict ok" : "verdict failure"} data-testid="program-verdict">
      {same
        ? "✓ Every frame came back: the totals after the end are those before the start"
        : "✗ The totals after the end are not those before the start"}
    </p>
  );
}
