/**
 * The random workload: what it allocates, how full it keeps memory, how fast it goes.
 */

import { type OrderMix } from "../../../tools/trace/random_load.ts";
import { formatCount, formatShare } from "../format.ts";
import { type MachineClient } from "../machine/client.ts";
import { type AllocatorReport, MOST_BLOCKS, type WorkloadSettings } from "../machine/protocol.ts";

/** The mixes of a random load, and what a person calls them. */
export const MIXES: readonly { readonly mix: OrderMix; readonly label: string }[] = [
  { mix: "geometric", label: "mostly small blocks" },
  { mix: "single", label: "single frames" },
  { mix: "uniform", label: "4 KiB–2 MiB alike" },
  { mix: "large", label: "2 MiB blocks" },
];

/** The speed control is logarithmic: 10 to the power of its value, operations a second. */
const SLOWEST = 0;
const FASTEST = 6;

const BATCH = 10_000;

/** So many blocks are as good as the most there can be: a load that is at the limit frees as well. */
const NEAR_LIMIT = MOST_BLOCKS * 0.99;

export interface WorkloadFormProps {
  readonly client: MachineClient;
  readonly settings: WorkloadSettings;
  readonly onSettings: (settings: WorkloadSettings) => void;
  readonly report: AllocatorReport;
  readonly onError: (message: string) => void;
  /** Brings the machine to the moment after so many operations of the load. */
  readonly onBack: (operations: number) => void;
}

export function WorkloadForm(props: WorkloadFormProps) {
  const { client, settings, onSettings, report, onError, onBack } = props;
  const { mix, fill, speed } = settings;
  const { running, rate, totals } = report;
  const tell = (ask: Promise<null>) => void ask.catch((error: Error) => onError(error.message));
  const change = (part: Partial<WorkloadSettings>) => onSettings({ ...settings, ...part });
  return (
    <fieldset class="workload-form">
      <legend>Random workload</legend>
      <label>
        Blocks
        <select
          value={mix}
          onChange={(event) => {
            change({ mix: event.currentTarget.value as OrderMix });
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
        <span class="reached"> · now {formatShare(totals.allocated / totals.managed)}</span>
        <input
          type="range"
          min="0"
          max="1"
          step="0.05"
          value={fill}
          aria-valuetext={`${Math.round(fill * 100)} %`}
          onInput={(event) => {
            change({ fill: Number(event.currentTarget.value) });
          }}
        />
      </label>
      <label>
        Speed: <strong>{formatCount(speed)} operations a second</strong>
        {running && rate !== null && (
          <span class="reached" data-testid="rate">
            {" "}
            · reached: {formatCount(rate)}
          </span>
        )}
        <input
          type="range"
          min={SLOWEST}
          max={FASTEST}
          step="0.5"
          value={Math.log10(speed)}
          aria-valuetext={`${formatCount(speed)} operations a second`}
          onInput={(event) => {
            change({ speed: Math.round(10 ** Number(event.currentTarget.value)) });
          }}
        />
      </label>
      <label>
        Seed: the same one does the same to the same machine
        <input
          type="number"
          min="0"
          max="999999999"
          value={settings.seed}
          onChange={(event) => {
            const seed = Math.floor(Number(event.currentTarget.value));
            if (seed >= 0 && seed <= 999_999_999) change({ seed });
          }}
        />
      </label>
      {report.ownBlocks >= NEAR_LIMIT && (
        <p class="hint" data-testid="block-limit">
          {formatCount(MOST_BLOCKS)} blocks are as many as this page keeps account of: memory gets
          no fuller. Larger blocks fill more of it.
        </p>
      )}
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
        <button type="button" onClick={() => tell(client.ask("run", { operations: 1, settings }))}>
          One operation
        </button>
        <button
          type="button"
          disabled={!report.repeatable || running}
          onClick={() => onBack(report.operations - 1)}
        >
          One back
        </button>
        <button type="button" onClick={() => tell(client.ask("freeAll", null))}>
          Free all
        </button>
      </div>
    </fieldset>
  );
}
