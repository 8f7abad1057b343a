/**
 * The random workload: what it allocates, how full it keeps memory, how fast it goes.
 */

import { useState } from "preact/hooks";
import { type OrderMix } from "../../../tools/trace/random_load.ts";
import { formatCount } from "../format.ts";
import { type MachineClient } from "../machine/client.ts";
import { type WorkloadSettings } from "../machine/protocol.ts";

const MIXES: readonly { readonly mix: OrderMix; readonly label: string }[] = [
  { mix: "geometric", label: "mostly small blocks" },
  { mix: "single", label: "single frames" },
  { mix: "uniform", label: "4 KiB–2 MiB alike" },
  { mix: "large", label: "2 MiB blocks" },
];

/** The speed control is logarithmic: 10 to the power of its value, operations a second. */
const SLOWEST = 0;
const FASTEST = 6;

const BATCH = 10_000;

export interface WorkloadFormProps {
  readonly client: MachineClient;
  readonly flags: number;
  readonly running: boolean;
  readonly onError: (message: string) => void;
}

export function WorkloadForm({ client, flags, running, onError }: WorkloadFormProps) {
  const [mix, setMix] = useState<OrderMix>("geometric");
  const [fill, setFill] = useState(0.6);
  const [speed, setSpeed] = useState(4);
  const settings: WorkloadSettings = { mix, flags, fill, speed: Math.round(10 ** speed) };
  const tell = (ask: Promise<null>) => void ask.catch((error: Error) => onError(error.message));
  /** Settings reach a workload that runs already. */
  const change = (next: Partial<WorkloadSettings>) => {
    if (running) tell(client.ask("workload", { settings: { ...settings, ...next } }));
  };
  return (
    <fieldset class="workload-form">
      <legend>Random workload</legend>
      <label>
        Blocks
        <select
          value={mix}
          onChange={(event) => {
            const chosen = event.currentTarget.value as OrderMix;
            setMix(chosen);
            change({ mix: chosen });
          }}
        >
          {MIXES.map((one) => (
            <option key={one.mix} value={one.mix}>
              {one.label}
            </option>
          ))}
        </select>
      </label>
      <label>
        Keep allocated: <strong>{Math.round(fill * 100)} %</strong>
        <input
          type="range"
          min="0"
          max="1"
          step="0.05"
          value={fill}
          onInput={(event) => {
            setFill(Number(event.currentTarget.value));
            change({ fill: Number(event.currentTarget.value) });
          }}
        />
      </label>
      <label>
        Speed: <strong>{formatCount(settings.speed)} operations a second</strong>
        <input
          type="range"
          min={SLOWEST}
          max={FASTEST}
          step="0.5"
          value={speed}
          onInput={(event) => {
            setSpeed(Number(event.currentTarget.value));
            change({ speed: Math.round(10 ** Number(event.currentTarget.value)) });
          }}
        />
      </label>
      <div class="tools">
        <button
          type="button"
          class="primary"
          onClick={() => tell(client.ask("workload", { settings: running ? null : settings }))}
        >
          {running ? "Stop" : "Start"}
        </button>
        <button
          type="button"
          onClick={() => tell(client.ask("run", { operations: BATCH, settings }))}
        >
          Run {formatCount(BATCH)} operations
        </button>
        <button type="button" onClick={() => tell(client.ask("freeAll", null))}>
          Free all
        </button>
      </div>
    </fieldset>
  );
}
