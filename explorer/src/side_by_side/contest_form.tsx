/**
 * What a contest is about: how much memory, which blocks, how full, how fast, and against whom.
 */

import { FRAME_BYTES } from "../../../abi/frame.ts";
import { type OrderMix } from "../../../tools/trace/random_load.ts";
import { MIXES } from "../allocator/workload_form.tsx";
import { FileButton } from "../app/file_button.tsx";
import { type ShownMachine } from "../app/use_machine.ts";
import { formatBytes, formatCount } from "../format.ts";
import { MEMORIES } from "./contest_link.ts";
import { type ContestChoice } from "./contest_protocol.ts";
import { LIST_BUDDY, type Rival } from "./use_contest.ts";

const MIB = 2 ** 20;

/** Requests a second, as powers of ten. */
const SLOWEST = 3;
const FASTEST = 6;

export interface ContestFormProps {
  readonly choice: ContestChoice;
  readonly onChoice: (choice: ContestChoice) => void;
  readonly opened: ShownMachine;
  readonly rival: Rival;
  readonly onRival: (rival: Rival) => void;
}

export function ContestForm({ choice, onChoice, opened, rival, onRival }: ContestFormProps) {
  const { memory, mix, keep, speed, seed } = choice;
  /** What has been set begins a contest of its own. */
  const begin = (part: Partial<ContestChoice>) => onChoice({ ...choice, ...part, requests: 0 });
  const { totals } = opened.plan;
  const inView = totals ? formatBytes(totals.managed * FRAME_BYTES) : "";
  return (
    <fieldset class="workload-form">
      <legend>The contest</legend>
      <label>
        Memory
        <select
          value={memory}
          onChange={(event) => begin({ memory: Number(event.currentTarget.value) })}
        >
          {MEMORIES.map((one) => (
            <option key={one} value={one}>
              {one ? formatBytes(one * MIB) : `the machine in view, ${inView}`}
            </option>
          ))}
        </select>
      </label>
      <label>
        Blocks
        <select
          value={mix}
          onChange={(event) => begin({ mix: event.currentTarget.value as OrderMix })}
        >
          {MIXES.map((one) => (
            <option key={one.mix} value={one.mix}>
              {one.label}
            </option>
          ))}
        </select>
      </label>
      <label>
        Free down to: <strong>{Math.round(keep * 100)} % in use</strong>
        <input
          type="range"
          min="0.05"
          max="0.9"
          step="0.05"
          value={keep}
          aria-valuetext={`${Math.round(keep * 100)} %`}
          onChange={(event) => begin({ keep: Number(event.currentTarget.value) })}
        />
      </label>
      <label>
        Speed: <strong>up to {formatCount(speed)} requests a second</strong>
        <input
          type="range"
          min={SLOWEST}
          max={FASTEST}
          step="0.5"
          value={Math.log10(speed)}
          aria-valuetext={`${formatCount(speed)} requests a second`}
          onInput={(event) => {
            const next = Math.round(10 ** Number(event.currentTarget.value));
            onChoice({ ...choice, speed: next });
          }}
        />
      </label>
      <label>
        Seed: the same one makes the same requests
        <input
          type="number"
          min="0"
          max="999999999"
          value={seed}
          onChange={(event) => {
            const next = Math.floor(Number(event.currentTarget.value));
            if (next >= 0 && next <= 999_999_999) begin({ seed: next });
          }}
        />
      </label>
      <RivalPicker {...{ rival, onRival }} />
    </fieldset>
  );
}

/** Takes a module of somebody's own, and goes back to the one that comes with the page. */
function RivalPicker({ rival, onRival }: Pick<ContestFormProps, "rival" | "onRival">) {
  return (
    <>
      <p class="rival">
        Against: <strong>{rival.name}</strong>
      </p>
      <div class="tools">
        <FileButton
          label="Your own allocator"
          accept=".wasm,application/wasm"
          onFile={(file) => onRival({ name: file.name, load: () => file.arrayBuffer() })}
        />
        {rival !== LIST_BUDDY && (
          <button type="button" onClick={() => onRival(LIST_BUDDY)}>
            Back to the list buddy
          </button>
        )}
      </div>
      <p class="hint">
        A wasm module that exports <code>allocator_init(frames)</code>,{" "}
        <code>allocator_alloc(order)</code> and <code>allocator_free(frame, order)</code>, and may
        import <code>env.memory_take(bytes)</code>, zeroed memory for its tables.
      </p>
    </>
  );
}
