/**
 * A second map below the first, on the same axis: choosing it, and what differs in words.
 */

import { useState } from "preact/hooks";
import { BUNDLED } from "../app/bundled.ts";
import { type MachineChoice } from "../app/choice.ts";
import { formatBytes, formatCount, formatRange } from "../format.ts";
import { type Difference } from "./beside.ts";
import { ownerOf } from "./owner.ts";

/** Differences that are listed. */
const MOST = 12;

const OWN_FILE = "a file of yours";

export interface BesidePickerProps {
  /** The machine beside the one in view; null for none. */
  readonly choice: MachineChoice | null;
  readonly onChoice: (choice: MachineChoice | null) => void;
  /** Why it could not be opened; empty if it was. */
  readonly error: string;
}

export function BesidePicker({ choice, onChoice, error }: BesidePickerProps) {
  const [picks, setPicks] = useState(0);
  const value = choice?.kind === "bundled" ? choice.name : choice ? OWN_FILE : "";
  const take = async (file: File) => {
    onChoice({ kind: "text", text: await file.text() });
    // The same file can be chosen again.
    setPicks(picks + 1);
  };
  return (
    <div class="beside-picker tools">
      <label>
        A second map on the same axis{" "}
        <select
          value={value}
          onChange={(event) => {
            const name = event.currentTarget.value;
            onChoice(name ? { kind: "bundled", name } : null);
          }}
        >
          <option value="">none</option>
          {value === OWN_FILE && <option value={OWN_FILE}>{OWN_FILE}</option>}
          {BUNDLED.map(({ name, label }) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <label class="file-button">
        Log of another boot
        <input
          key={picks}
          class="visually-hidden"
          type="file"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            if (file) void take(file);
          }}
        />
      </label>
      {error && (
        <p class="failure" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

export function DifferenceList({ found }: { readonly found: readonly Difference[] }) {
  if (found.length === 0) return <p>The two maps do not differ.</p>;
  const label = (owner: Difference["one"]) => ownerOf(owner).label;
  return (
    <details class="differences">
      <summary>
        {formatCount(found.length)} {found.length === 1 ? "difference" : "differences"}
      </summary>
      <ul>
        {found.slice(0, MOST).map(({ base, end, one, other }) => (
          <li key={base}>
            <code>{formatRange(base, end)}</code> {formatBytes(end - base)}: {label(one)} above,{" "}
            {label(other)} below
          </li>
        ))}
        {found.length > MOST && <li>… and {formatCount(found.length - MOST)} more</li>}
      </ul>
    </details>
  );
}
