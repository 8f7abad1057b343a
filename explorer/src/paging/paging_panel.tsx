/**
 * The page tables: walk any address, and see what is mapped.
 */

import { useEffect, useRef, useState } from "preact/hooks";
import { ADDRESS_FORMS, parseAddress } from "../address_text.ts";
import { formatVirtual } from "../format.ts";
import { type MachineClient } from "../machine/client.ts";
import { type AddressWalk, type MappedRun } from "../machine/protocol.ts";
import { kindOf } from "./address_kinds.ts";
import { MappingTable } from "./mapping_table.tsx";
import { TableGrid } from "./table_grid.tsx";
import { WalkView } from "./walk_view.tsx";

export interface PagingPanelProps {
  readonly client: MachineClient;
  /** Changes with the machine. */
  readonly machine: unknown;
  readonly virtual: bigint;
  readonly onVirtual: (virtual: bigint) => void;
  /** True if the walk was asked for elsewhere: it comes into view and takes the focus. */
  readonly wanted: boolean;
  readonly onShown: () => void;
  /** Told each walk that is shown. */
  readonly onAnswer: (walk: AddressWalk) => void;
}

/** An example of each part of the address space. */
function examples(runs: readonly MappedRun[]): { label: string; virtual: bigint }[] {
  const first = (kind: string) => runs.find((run) => kindOf(run.virtual) === kind)?.virtual;
  return [
    { label: "frame 0", virtual: 0n },
    { label: "low memory", virtual: first("identity") },
    { label: "direct map", virtual: first("direct map") },
    { label: "linear memory", virtual: first("linear memory") },
    { label: "kernel text", virtual: first("kernel image") },
  ].filter((one): one is { label: string; virtual: bigint } => one.virtual !== undefined);
}

export function PagingPanel(props: PagingPanelProps) {
  const { client, machine, virtual, onVirtual, wanted, onShown, onAnswer } = props;
  const shown = useRef<HTMLDivElement>(null);
  const [text, setText] = useState(formatVirtual(virtual));
  const [error, setError] = useState("");
  const [walk, setWalk] = useState<AddressWalk | null>(null);
  const [runs, setRuns] = useState<readonly MappedRun[]>([]);

  useEffect(() => {
    client.ask("mappings", null).then(setRuns, (reason: Error) => setError(reason.message));
  }, [client, machine]);
  useEffect(() => {
    setText(formatVirtual(virtual));
    client.ask("walk", { virtual }).then(setWalk, (reason: Error) => setError(reason.message));
  }, [client, machine, virtual]);

  useEffect(() => {
    if (walk) onAnswer(walk);
  }, [walk, onAnswer]);
  useEffect(() => {
    if (!wanted || walk?.virtual !== virtual) return;
    shown.current!.focus();
    onShown();
  }, [wanted, walk, virtual, onShown]);

  /** Walks `address`; what was said of another one before goes. */
  const go = (address: bigint) => {
    setError("");
    setText(formatVirtual(address));
    onVirtual(address);
  };
  const submit = (event: Event) => {
    event.preventDefault();
    const parsed = parseAddress(text);
    if (parsed === null) setError(ADDRESS_FORMS);
    else go(parsed);
  };
  return (
    <div class="paging">
      <form class="tools" onSubmit={submit}>
        <label class="grow">
          Virtual address
          <input
            type="text"
            spellcheck={false}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
            data-testid="virtual"
          />
        </label>
        <button type="submit" class="primary">
          Walk
        </button>
        {examples(runs).map((one) => (
          <button key={one.label} type="button" onClick={() => go(one.virtual)}>
            {one.label}
          </button>
        ))}
      </form>
      {error && (
        <p class="failure" role="alert">
          {error}
        </p>
      )}
      <div ref={shown} tabIndex={-1} role="group" aria-label="Page walk">
        {walk && <WalkView walk={walk} />}
      </div>
      {walk && walk.steps.length > 0 && <TableGrid {...{ client, machine, walk }} onWalk={go} />}
      <MappingTable runs={runs} onWalk={go} />
    </div>
  );
}
