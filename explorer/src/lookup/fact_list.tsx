/**
 * What is known of a physical address, in one shape whoever knows it: its frame, the firmware's entry,
 * the allocators' block and its buddy, where it is mapped, the lines of the log.
 */

import { type ComponentChildren } from "preact";
import { FRAME_BYTES } from "../../../abi/frame.ts";
import { type Plan } from "../../../tools/plan/plan.ts";
import { formatAddress, formatBytes, formatCount, formatRange } from "../format.ts";
import { inWords } from "../map/owner.ts";
import { entriesAt, linesAt } from "./address_facts.ts";

/** Lines of the log that are shown. */
const MOST_LINES = 6;

export interface FactListProps {
  readonly plan: Plan;
  readonly address: number;
  /** The moment at which all of this is so, in words; always if it is left out. */
  readonly when?: string;
  /** What the allocators say. */
  readonly block: string;
  /** Where it is mapped. */
  readonly children: ComponentChildren;
}

export function FactList({ plan, address, when, block, children }: FactListProps) {
  const entries = entriesAt(plan, address);
  const lines = linesAt(plan, address);
  return (
    <div class="facts" role="group" aria-label="What is known of the address" data-testid="facts">
      <dl>
        {when && (
          <>
            <dt>Moment</dt>
            <dd>{when}</dd>
          </>
        )}
        <dt>Physical</dt>
        <dd>
          <code>{formatAddress(address)}</code>, {formatBytes(address)}, in frame{" "}
          {formatCount(Math.floor(address / FRAME_BYTES))}
        </dd>
        <dt>Firmware</dt>
        <dd>
          {entries.length === 0 && "no entry speaks of it"}
          {entries.map((entry) => (
            <div key={entry.base + entry.type}>
              {inWords(entry.type)}, <code>{rangeOf(entry)}</code>
            </div>
          ))}
        </dd>
        <dt>Allocators</dt>
        <dd>{block}</dd>
      </dl>
      {children}
      {lines.length > 0 && (
        <pre class="log" tabIndex={0} role="region" aria-label="Lines of the log about it">
          {lines.slice(-MOST_LINES).join("\n")}
        </pre>
      )}
    </div>
  );
}

function rangeOf({ base, length }: { readonly base: string; readonly length: string }): string {
  const last = BigInt(base) + BigInt(length) - 1n;
  return `0x${BigInt(base).toString(16)}–0x${last.toString(16)}`;
}

/** A block whose state is `state`, and its buddy: the block of the same size that it would be merged with. */
export function blockText(state: string, base: number, bytes: number): string {
  const order = Math.log2(bytes / FRAME_BYTES);
  const buddy = base % (2 * bytes) === 0 ? base + bytes : base - bytes;
  return (
    `${state}, in the block of order ${order} (${formatBytes(bytes)}) at ` +
    `${formatRange(base, base + bytes)}; its buddy begins at ${formatAddress(buddy)}`
  );
}
