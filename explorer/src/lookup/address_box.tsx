/**
 * One box for any address, and everything that is known of it: its frame, the firmware's entry, the
 * allocators' block and its buddy, the lines of the log, and where it is mapped.
 */

import { useEffect, useState } from "preact/hooks";
import { FRAME_BYTES } from "../../../abi/frame.ts";
import { type Plan } from "../../../tools/plan/plan.ts";
import { ADDRESS_FORMS } from "../address_text.ts";
import { formatAddress, formatBytes, formatCount, formatRange, formatVirtual } from "../format.ts";
import { type MachineClient } from "../machine/client.ts";
import { type BlockInfo } from "../machine/protocol.ts";
import { PieceMappings } from "../map/piece_mappings.tsx";
import { inWords } from "../map/owner.ts";
import { entriesAt, linesAt } from "./address_facts.ts";
import { soughtAddress } from "./sought_address.ts";

/** Lines of the log that are shown. */
const MOST_LINES = 6;

export interface AddressBoxProps {
  readonly client: MachineClient;
  readonly plan: Plan;
  /** Chooses the piece of the map that holds a physical address. */
  readonly onFound: (address: number) => void;
  readonly onWalk: (virtual: bigint) => void;
}

export function AddressBox({ client, plan, onFound, onWalk }: AddressBoxProps) {
  const [text, setText] = useState("");
  const [error, setError] = useState("");
  const [found, setFound] = useState<number | null>(null);
  // Another machine has other answers.
  useEffect(() => setFound(null), [plan]);
  const show = (address: number) => {
    setFound(address);
    onFound(address);
  };
  const submit = (event: Event) => {
    event.preventDefault();
    setError("");
    setFound(null);
    const sought = soughtAddress(text);
    if (!sought) {
      setError(`${ADDRESS_FORMS} Or a frame: frame 512.`);
    } else if (sought.kind === "physical") {
      show(sought.address);
    } else {
      client.ask("walk", { virtual: sought.address }).then(
        ({ page, fault }) =>
          page
            ? show(page.physical)
            : setError(`${formatVirtual(sought.address)} leads nowhere: ${fault}.`),
        (reason: Error) => setError(reason.message),
      );
    }
  };
  return (
    <div class="lookup">
      <form class="tools" onSubmit={submit}>
        <label class="grow">
          Look up an address: physical, virtual, or a frame’s number
          <input
            type="text"
            spellcheck={false}
            placeholder="0x100000, 3 GiB, frame 512, 0xffff_8000_0010_0000"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
            data-testid="lookup"
          />
        </label>
        <button type="submit">Look up</button>
      </form>
      {error && (
        <p class="failure" role="alert">
          {error}
        </p>
      )}
      {found !== null && <Facts {...{ client, plan, onWalk }} address={found} />}
    </div>
  );
}

type FactsProps = Omit<AddressBoxProps, "onFound"> & { readonly address: number };

function Facts({ client, plan, address, onWalk }: FactsProps) {
  const [block, setBlock] = useState<BlockInfo | null>(null);
  const base = Math.floor(address / FRAME_BYTES) * FRAME_BYTES;
  useEffect(() => {
    let current = true;
    setBlock(null);
    client.ask("blocks", { base, bytes: FRAME_BYTES, limit: 1 }).then(
      ([first]) => current && setBlock(first ?? null),
      () => {},
    );
    return () => {
      current = false;
    };
  }, [client, plan, base]);
  const entries = entriesAt(plan, address);
  const lines = linesAt(plan, address);
  return (
    <div class="facts" role="group" aria-label="What is known of the address" data-testid="facts">
      <dl>
        <dt>Physical</dt>
        <dd>
          <code>{formatAddress(address)}</code>, {formatBytes(address)}, in frame{" "}
          {formatCount(base / FRAME_BYTES)}
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
        <dd>{blockText(block)}</dd>
      </dl>
      <PieceMappings
        {...{ client, onWalk }}
        machine={plan}
        piece={{ base, end: base + FRAME_BYTES }}
      />
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

/** A block and its buddy: the block of the same size that it would be merged with. */
function blockText(block: BlockInfo | null): string {
  if (!block) return "not managed";
  const { base, bytes, state, own } = block;
  const order = Math.log2(bytes / FRAME_BYTES);
  const owner = state === "free" ? "free" : own ? "allocated by you" : "allocated by the kernel";
  const buddy = base % (2 * bytes) === 0 ? base + bytes : base - bytes;
  return (
    `${owner}, in the block of order ${order} (${formatBytes(bytes)}) at ` +
    `${formatRange(base, base + bytes)}; its buddy begins at ${formatAddress(buddy)}`
  );
}
