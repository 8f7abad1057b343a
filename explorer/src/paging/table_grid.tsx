/**
 * The page tables of a walk as grids of 512 entries to go through: a press walks to where the entry leads,
 * and the bits of the entry that was read are explained.
 */

import { useEffect, useState } from "preact/hooks";
import { formatAddress, formatBytes, formatCount, formatEntry, formatVirtual } from "../format.ts";
import { type MachineClient } from "../machine/client.ts";
import {
  EXECUTE_DISABLE,
  LEVELS,
  mapsPage,
  PRESENT,
  TABLE_ENTRIES,
  WRITABLE,
} from "../machine/page_entry.ts";
import { type AddressWalk } from "../machine/protocol.ts";
import { explainEntry } from "./entry_bits.ts";

const COLUMNS = 32;

/** What an entry is drawn as. */
const KINDS = {
  absent: "not present",
  table: "next table",
  read: "page, read only",
  write: "page, writable",
  execute: "page, executable",
} as const;

type EntryKind = keyof typeof KINDS;

function kindOfEntry(entry: bigint, level: number): EntryKind {
  if (!(entry & PRESENT)) return "absent";
  if (!mapsPage(entry, level)) return "table";
  if (entry & WRITABLE) return "write";
  return entry & EXECUTE_DISABLE ? "read" : "execute";
}

/** The first address that entry `index` of the table at `level` on the way to `virtual` is for. */
export function addressOfEntry(virtual: bigint, level: number, index: number): bigint {
  const shift = BigInt(LEVELS[level]!.shift);
  const above = (virtual >> (shift + 9n)) << (shift + 9n);
  const address = above | (BigInt(index) << shift);
  // Bits 63 to 48 repeat bit 47.
  return BigInt.asUintN(64, BigInt.asIntN(48, address));
}

export interface TableGridProps {
  readonly client: MachineClient;
  /** Changes with the machine. */
  readonly machine: unknown;
  readonly walk: AddressWalk;
  readonly onWalk: (virtual: bigint) => void;
}

export function TableGrid({ client, machine, walk, onWalk }: TableGridProps) {
  /** The level in view, as far as the walk goes. */
  const [wanted, setWanted] = useState(LEVELS.length);
  const level = Math.min(wanted, walk.steps.length - 1);
  const step = walk.steps[level]!;
  const [entries, setEntries] = useState<readonly bigint[]>([]);
  useEffect(() => {
    let current = true;
    client.ask("table", { address: step.table }).then(
      (found) => current && setEntries(found),
      () => current && setEntries([]),
    );
    return () => {
      current = false;
    };
  }, [client, machine, step.table]);

  const go = (index: number) => {
    if (index < 0 || index >= TABLE_ENTRIES) return;
    setWanted(level);
    onWalk(addressOfEntry(walk.virtual, level, index));
  };
  const press = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }[event.key];
    if (event.key === "Enter") setWanted(level + 1);
    else if (event.key === "Escape") setWanted(Math.max(0, level - 1));
    else if (by) go(step.index + by);
    else return;
    event.preventDefault();
  };
  const click = (event: MouseEvent) => {
    const cell = (event.target as Element).closest<HTMLElement>("[data-index]");
    if (cell) go(Number(cell.dataset.index));
  };
  const present = entries.filter((entry) => entry & PRESENT).length;
  const span = formatBytes(2 ** LEVELS[level]!.shift);
  const goesDown = step.outcome === "next table";
  return (
    <section class="table-grid" aria-labelledby="table-grid-title">
      <div class="panel-head">
        <h3 id="table-grid-title">
          {step.level} at <code>{formatAddress(step.table)}</code>
        </h3>
        <div class="segments" role="group" aria-label="Table in view">
          {walk.steps.map(({ level: name }, at) => (
            <button
              key={name}
              type="button"
              aria-pressed={at === level}
              onClick={() => setWanted(at)}
            >
              {name}
            </button>
          ))}
        </div>
      </div>
      <div
        class="entry-grid"
        role="application"
        aria-roledescription="page table"
        aria-label={`${step.level}, 512 entries of ${span} each, ${formatCount(present)} present; arrows move, Enter goes into a table, Escape out of it`}
        tabIndex={0}
        onKeyDown={press}
        onClick={click}
        onDblClick={() => goesDown && setWanted(level + 1)}
      >
        {entries.map((entry, index) => (
          <span
            key={index}
            class={`entry ${kindOfEntry(entry, level)} ${index === step.index ? "chosen" : ""}`}
            data-index={index}
            aria-hidden="true"
          />
        ))}
      </div>
      <ul class="heat-legend" aria-label="Kinds of entries">
        {Object.entries(KINDS).map(([kind, label]) => (
          <li key={kind}>
            <span class={`entry ${kind}`} />
            {label}
          </li>
        ))}
      </ul>
      <div class="entry-facts">
        <p role="status">
          Entry {step.index}, for the {span} from{" "}
          <code>{formatVirtual(addressOfEntry(walk.virtual, level, step.index))}</code>:{" "}
          <code>{formatEntry(step.entry)}</code>
        </p>
        {goesDown && (
          <button type="button" onClick={() => setWanted(level + 1)}>
            Go into the {LEVELS[level + 1]!.name}
          </button>
        )}
        <dl class="entry-bits">
          {explainEntry(step.entry, level).map(({ name, bit, isSet, meaning }) => (
            <div key={name} class={isSet ? "" : "clear"}>
              <dt>
                {name}
                {bit !== null && <span class="soft"> bit {bit}</span>}
              </dt>
              <dd>
                {bit !== null && <code>{isSet ? 1 : 0} </code>}
                {meaning}
              </dd>
            </div>
          ))}
        </dl>
      </div>
    </section>
  );
}
