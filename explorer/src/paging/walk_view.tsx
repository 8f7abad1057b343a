/**
 * A virtual address, taken apart as the processor does: four indices and an offset, and for each
 * level the entry that was read.
 */

import { formatAddress, formatBytes, formatEntry, formatVirtual } from "../format.ts";
import { LEVELS } from "../machine/page_entry.ts";
import { type AddressWalk, type WalkStep } from "../machine/protocol.ts";
import { rightsOf } from "./address_kinds.ts";

export function WalkView({ walk }: { readonly walk: AddressWalk }) {
  return (
    <div class="walk">
      <AddressBits walk={walk} />
      <ol class="walk-steps" aria-label="Steps of the walk">
        {walk.steps.map((step, index) => (
          <StepCard key={step.level} step={step} number={index + 1} />
        ))}
        <li class={walk.page ? "walk-end ok" : "walk-end failure"} data-testid="walk-result">
          {walk.page ? (
            <>
              <strong>Physical {formatAddress(walk.page.physical)}</strong>
              <br />
              in a {formatBytes(walk.page.pageBytes)} page, <code>{rightsOf(walk.page)}</code>,{" "}
              {walk.page.user ? "user and supervisor" : "supervisor only"}
            </>
          ) : (
            <>
              <strong>Fault</strong>
              <br />
              {walk.fault}
            </>
          )}
        </li>
      </ol>
    </div>
  );
}

/** The address as indices and offset; levels that the walk did not need are part of the offset. */
function AddressBits({ walk }: { readonly walk: AddressWalk }) {
  const used = walk.page ? walk.steps.length : LEVELS.length;
  const offsetBits = LEVELS[used - 1]!.shift;
  const offset = walk.virtual & ((1n << BigInt(offsetBits)) - 1n);
  return (
    <div class="address-bits" role="group" aria-label="Parts of the address">
      <div class="bits-part">
        <span>address</span>
        <code>{formatVirtual(walk.virtual)}</code>
      </div>
      {LEVELS.slice(0, used).map(({ name, shift }) => (
        <div class="bits-part" key={name}>
          <span>
            {name} {`${shift + 8}:${shift}`}
          </span>
          <code>{Number((walk.virtual >> BigInt(shift)) & 511n)}</code>
        </div>
      ))}
      <div class="bits-part">
        <span>offset {`${offsetBits - 1}:0`}</span>
        <code>0x{offset.toString(16)}</code>
      </div>
    </div>
  );
}

function StepCard({ step, number }: { readonly step: WalkStep; readonly number: number }) {
  return (
    <li class={`walk-step ${step.outcome === "not present" ? "absent" : ""}`}>
      <h3>
        {number}. {step.level}
      </h3>
      <dl>
        <dt>table</dt>
        <dd>
          <code>{formatAddress(step.table)}</code>
        </dd>
        <dt>entry {step.index}</dt>
        <dd>
          <code>{formatEntry(step.entry)}</code>
        </dd>
        <dt>flags</dt>
        <dd>
          {step.flags.length
            ? step.flags.map((flag) => (
                <span class="flag" key={flag}>
                  {flag}
                </span>
              ))
            : "none"}
        </dd>
        <dt>{step.outcome === "page" ? "page" : "next"}</dt>
        <dd>
          {step.outcome === "next table" || step.outcome === "page" ? (
            <code>{formatAddress(step.address)}</code>
          ) : (
            step.outcome
          )}
        </dd>
      </dl>
    </li>
  );
}
