/**
 * The allocators, live: the heat map, the controls, the counters, the plot.
 */

import { useEffect, useRef, useState } from "preact/hooks";
import { FRAME_BYTES } from "../../../abi/frame.ts";
import { formatBytes, formatRange } from "../format.ts";
import { type MachineClient } from "../machine/client.ts";
import {
  type AllocatorReport,
  type HistoryPoint,
  type WorkloadSettings,
} from "../machine/protocol.ts";
import { blockChange, describeChange } from "./block_change.ts";
import { BlockForm } from "./block_form.tsx";
import { CellBlocks } from "./cell_blocks.tsx";
import { Counters } from "./counters.tsx";
import { FragmentationPlot } from "./fragmentation_plot.tsx";
import { cellAt } from "./heat.ts";
import { HeatLegend, HeatMap } from "./heat_map.tsx";
import { Orders } from "./orders.tsx";
import { SplitTreeView } from "./split_tree.tsx";
import { WorkloadForm } from "./workload_form.tsx";

/** A part of memory that the heat map shows. */
interface HeatRange {
  readonly base: number;
  readonly bytes: number;
}

export interface AllocatorPanelProps {
  readonly client: MachineClient;
  readonly report: AllocatorReport;
  readonly history: readonly HistoryPoint[];
  readonly load: WorkloadSettings;
  readonly onLoad: (load: WorkloadSettings) => void;
  /** Brings the machine to the moment after so many operations of the load. */
  readonly onBack: (operations: number) => void;
}

/** Operations that the log tells, the last one included. */
const LOGGED = 8;

interface LastChange {
  /** What the last operation changed; null if the last two reports are not one operation apart. */
  readonly change: readonly number[] | null;
  /** The operations of late, one by one, the last one first. */
  readonly log: readonly string[];
}

function useLastChange(report: AllocatorReport): LastChange {
  const seen = useRef<{ report: AllocatorReport; last: LastChange }>({
    report,
    last: { change: null, log: [] },
  });
  const { report: before, last } = seen.current;
  if (before !== report && before.operations !== report.operations) {
    const isOne = report.operations === before.operations + 1;
    const change = isOne ? blockChange(before.freeByOrder, report.freeByOrder) : null;
    const told = change && report.last ? [describeChange(report.last, change), ...last.log] : [];
    seen.current = { report, last: { change, log: told.slice(0, LOGGED) } };
  }
  return seen.current.last;
}

export function AllocatorPanel(props: AllocatorPanelProps) {
  const { client, report, history, load, onLoad, onBack } = props;
  const [error, setError] = useState("");
  /** First byte of the chosen cell; null for none. */
  const [chosen, setChosen] = useState<number | null>(null);
  /** What the heat map went into, one inside the other; empty for all of memory. */
  const [ranges, setRanges] = useState<readonly HeatRange[]>([]);
  const range = ranges.at(-1) ?? null;
  /** Settings reach a load that runs already. */
  const change = (settings: WorkloadSettings) => {
    onLoad(settings);
    if (!report.running) return;
    client.ask("workload", { settings }).catch((reason: Error) => setError(reason.message));
  };
  const { change: lastChange, log } = useLastChange(report);
  const { cells } = report;
  const cell = chosen === null ? -1 : cellAt(cells, chosen);
  const cellBase = cell < 0 ? null : cells.bases[cell]!;

  const show = (next: readonly HeatRange[]) => {
    setRanges(next);
    setChosen(null);
    const ask = client.ask("focus", { range: next.at(-1) ?? null });
    ask.catch((reason: Error) => setError(reason.message));
  };
  /** Out of the range in view; the cell that it is stays chosen. */
  const leave = () => {
    show(ranges.slice(0, -1));
    setChosen(range && range.base);
  };
  // Another machine, or the panel opened again, begins with all of memory.
  useEffect(() => () => void client.ask("focus", { range: null }).catch(() => {}), [client]);

  const enter =
    cells.cellBytes > FRAME_BYTES
      ? (at: number) => show([...ranges, { base: cells.bases[at]!, bytes: cells.cellBytes }])
      : undefined;
  return (
    <div class="allocator">
      <div class="allocator-map">
        <div class="tools">
          <p class="crumbs">
            {range
              ? `${formatRange(range.base, range.base + range.bytes)} (${formatBytes(range.bytes)})`
              : "All managed memory, in address order, holes left out"}
          </p>
          {range && (
            <>
              <button type="button" onClick={leave}>
                One step up
              </button>
              <button type="button" onClick={() => show([])}>
                Show all
              </button>
            </>
          )}
        </div>
        <HeatMap
          cells={cells}
          chosen={cell}
          onChoose={(at) => setChosen(at < 0 ? null : cells.bases[at]!)}
          onEnter={enter}
          onLeave={leave}
        />
        <HeatLegend />
        <FragmentationPlot points={history} />
        {lastChange && report.last && (
          <div class="last-operation">
            <p role="status" data-testid="last-operation">
              {log[0]}
            </p>
            <SplitTreeView last={report.last} change={lastChange} />
            {log.length > 1 && (
              <ol class="operation-log" aria-label="Before that">
                {log.slice(1).map((text, at) => (
                  <li key={report.operations - at}>{text}</li>
                ))}
              </ol>
            )}
          </div>
        )}
        {cellBase !== null && (
          <CellBlocks
            client={client}
            base={cellBase}
            bytes={cells.cellBytes}
            version={report}
            onEnter={enter && (() => enter(cell))}
          />
        )}
        <Counters report={report} />
      </div>
      <div class="allocator-side">
        {error && (
          <p class="failure" role="alert">
            {error}
          </p>
        )}
        <WorkloadForm
          {...{ client, report }}
          settings={load}
          onSettings={change}
          onError={setError}
          onBack={onBack}
        />
        <BlockForm
          client={client}
          flags={load.flags}
          onFlags={(flags) => change({ ...load, flags })}
          maxOrder={report.totals.max_order}
        />
        <Orders freeByOrder={report.freeByOrder} change={lastChange} />
      </div>
    </div>
  );
}
