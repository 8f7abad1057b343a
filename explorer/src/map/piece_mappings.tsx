/**
 * Where a piece of physical memory can be reached: every run of virtual addresses that is mapped to a
 * part of it. `PieceMappings` asks the machine in view, `MappingList` shows what is known already.
 */

import { useEffect, useState } from "preact/hooks";
import { formatBytes, formatVirtual } from "../format.ts";
import { type MachineClient } from "../machine/client.ts";
import { type MappedRun } from "../machine/protocol.ts";
import { kindOf, rightsOf } from "../paging/address_kinds.ts";
import { type Span } from "./piece.ts";

/** Mappings that are listed; the table of all is on the tab for page tables. */
const MOST = 8;

export interface PieceMappingsProps {
  readonly client: MachineClient;
  /** Changes with the machine. */
  readonly machine: unknown;
  readonly piece: Span;
  /** Walks the tables for an address. */
  readonly onWalk: (virtual: bigint) => void;
}

export function PieceMappings({ client, machine, piece, onWalk }: PieceMappingsProps) {
  const [runs, setRuns] = useState<readonly MappedRun[] | null>(null);
  const { base, end } = piece;
  useEffect(() => {
    let current = true;
    setRuns(null);
    // Without page tables of the kernel's, after a boot that failed, there is nothing to tell.
    client.ask("mappingsOf", { base, end }).then(
      (found) => current && setRuns(found),
      () => {},
    );
    return () => {
      current = false;
    };
  }, [client, machine, base, end]);
  return runs && <MappingList runs={runs} onWalk={onWalk} />;
}

export interface MappingListProps {
  /** A run is for what `kind` says, or else for what its address does. */
  readonly runs: readonly (MappedRun & { readonly kind?: string })[];
  /** Walks the tables for an address; without it they are not to be had. */
  readonly onWalk?: (virtual: bigint) => void;
  /** Runs that are listed; 8 by default. */
  readonly most?: number;
}

export function MappingList({ runs, onWalk, most = MOST }: MappingListProps) {
  if (runs.length === 0)
    return <p class="piece-mappings">Mapped nowhere: no address leads here.</p>;
  return (
    <div class="piece-mappings">
      <p>Mapped at</p>
      <ul aria-label="Where it is mapped">
        {runs.slice(0, most).map((run) => (
          <li key={String(run.virtual)}>
            {onWalk ? (
              <button
                type="button"
                class="link"
                title="Walk the page tables for this address"
                onClick={() => onWalk(run.virtual)}
              >
                <code>{formatVirtual(run.virtual)}</code>
              </button>
            ) : (
              <code>{formatVirtual(run.virtual)}</code>
            )}{" "}
            {run.kind ?? kindOf(run.virtual)}, {formatBytes(run.bytes)} in pages of{" "}
            {formatBytes(run.pageBytes)}, <code>{rightsOf(run)}</code>
          </li>
        ))}
        {runs.length > most && <li>… and {runs.length - most} more runs of pages</li>}
      </ul>
    </div>
  );
}
