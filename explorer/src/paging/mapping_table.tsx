/**
 * What is mapped where, with which rights: every run of pages of the address space.
 */

import { useState } from "preact/hooks";
import { formatAddress, formatBytes, formatVirtual } from "../format.ts";
import { type MappedRun } from "../machine/protocol.ts";
import { type AddressKind, kindOf, rightsOf } from "./address_kinds.ts";

const KINDS: readonly (AddressKind | "all")[] = [
  "all",
  "identity",
  "direct map",
  "linear memory",
  "kernel image",
];

/** Rows shown at first, and added on request. */
const PAGE = 60;

/** PAT entry that the boot protocol makes write-combining. */
const WRITE_COMBINING = 5;

export interface MappingTableProps {
  readonly runs: readonly MappedRun[];
  readonly onWalk: (virtual: bigint) => void;
}

export function MappingTable({ runs, onWalk }: MappingTableProps) {
  const [kind, setKind] = useState<AddressKind | "all">("all");
  const [shown, setShown] = useState(PAGE);
  const rows = kind === "all" ? runs : runs.filter((run) => kindOf(run.virtual) === kind);
  return (
    <div class="mappings">
      <div class="panel-head">
        <h3>What is mapped where</h3>
        <label>
          Show{" "}
          <select
            value={kind}
            onChange={(event) => {
              setKind(event.currentTarget.value as AddressKind | "all");
              setShown(PAGE);
            }}
          >
            {KINDS.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div class="table-scroll" tabIndex={0} role="region" aria-label="Mappings">
        <table>
          <thead>
            <tr>
              <th scope="col">Virtual</th>
              <th scope="col">Physical</th>
              <th scope="col" class="number">
                Size
              </th>
              <th scope="col">Pages</th>
              <th scope="col">Rights</th>
              <th scope="col">For</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shown).map((run) => (
              <tr key={String(run.virtual)}>
                <td>
                  <button type="button" class="link" onClick={() => onWalk(run.virtual)}>
                    <code>{formatVirtual(run.virtual)}</code>
                  </button>
                </td>
                <td>
                  <code>{formatAddress(run.physical)}</code>
                </td>
                <td class="number">{formatBytes(run.bytes)}</td>
                <td>{formatBytes(run.pageBytes)}</td>
                <td>
                  <code>{rightsOf(run)}</code>
                  {run.memoryType === WRITE_COMBINING ? " combining" : ""}
                </td>
                <td>{kindOf(run.virtual)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {shown < rows.length && (
          <button type="button" onClick={() => setShown(shown + PAGE)}>
            Show {Math.min(PAGE, rows.length - shown)} more
          </button>
        )}
      </div>
    </div>
  );
}
