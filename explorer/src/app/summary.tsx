/**
 * The machine in a few figures: the totals of the plan, and what was noteworthy about its map.
 */

import { FRAME_BYTES } from "../../../abi/frame.ts";
import { type Plan } from "../../../tools/plan/plan.ts";
import { failureInWords } from "./failure_text.ts";
import { capitalised, formatBytes, formatCount, formatMicroseconds } from "../format.ts";

/** Notes that are shown: a damaged log can have one for each of its lines. */
const MOST_NOTES = 6;

interface Card {
  readonly name: string;
  readonly value: string;
  readonly note: string;
}

function cardsOf(plan: Plan): Card[] {
  const { totals, metadata_bytes_per_frame: perFrame, largest_block: largest } = plan;
  if (!totals) return [];
  const frames = (count: number) => formatBytes(count * FRAME_BYTES);
  const runs = `${formatCount(totals.managed_runs)} ${totals.managed_runs === 1 ? "run" : "runs"}`;
  return [
    {
      name: "Managed in all",
      value: frames(totals.managed),
      note: `${formatCount(totals.managed)} frames, ${runs}`,
    },
    {
      name: "Free",
      value: frames(totals.free),
      note: `${formatCount(totals.free)} frames`,
    },
    {
      name: "Reclaimed",
      value: frames(totals.reclaimed),
      note: "from the boot loader",
    },
    {
      name: "Metadata",
      value: formatBytes(totals.metadata_bytes),
      note: `${perFrame!.toFixed(2)} bytes a frame`,
    },
    {
      name: "Largest block",
      value: largest ? formatBytes(largest.bytes) : "none",
      note: largest ? `order ${largest.order}` : "",
    },
    {
      name: "Bring-up",
      value: plan.elapsed_us === null ? "–" : formatMicroseconds(plan.elapsed_us),
      note: "simulated clock",
    },
  ];
}

/** What a machine is called: by the page, or by its map. */
export function titleOf({ plan, name }: { readonly plan: Plan; readonly name: string }): string {
  return name || capitalised(plan.input.source) || "Memory map";
}

/** @param name what the page calls the machine; empty for one that it does not know */
export function Summary({ plan, name }: { readonly plan: Plan; readonly name: string }) {
  const { format, source, notes, entries } = plan.input;
  const count = `${formatCount(entries.length)} ${entries.length === 1 ? "entry" : "entries"}`;
  return (
    <section class="summary" aria-label="Summary">
      <p class="source">
        <strong>{titleOf({ plan, name })}</strong>{" "}
        <span class="soft">
          {name && source ? `· ${source} ` : ""}· {format}, {count}
        </span>
      </p>
      {notes.length > 0 && (
        <ul class="notes" aria-label="Notes about the map">
          {notes.slice(0, MOST_NOTES).map((note) => (
            <li key={note}>{note}</li>
          ))}
          {notes.length > MOST_NOTES && (
            <li>… and {formatCount(notes.length - MOST_NOTES)} more; “Save JSON” has them all</li>
          )}
        </ul>
      )}
      {plan.failure && (
        <div class="failure" role="alert">
          <p>The kernel does not start on this machine. {failureInWords(plan.failure)}</p>
          <code>{plan.failure.line}</code>
        </div>
      )}
      {plan.totals && (
        <dl class="cards">
          {cardsOf(plan).map(({ name, value, note }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <span class="card-value">{value}</span>
                <span class="card-note">{note}</span>
              </dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
