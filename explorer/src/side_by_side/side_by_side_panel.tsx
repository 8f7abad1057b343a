/**
 * Side by side: the same requests to this kernel and to another allocator, a heat map for each, and how
 * many of the 2 MiB blocks that could be free are free, over time.
 */

import { useCallback, useEffect, useState } from "preact/hooks";
import { FRAME_BYTES } from "../../../abi/frame.ts";
import { HeatLegend, HeatMap } from "../allocator/heat_map.tsx";
import { type ShareLine, SharePlot } from "../allocator/share_plot.tsx";
import { sourceOf } from "../app/choice.ts";
import { type ShownMachine } from "../app/use_machine.ts";
import { formatBytes, formatCount, formatShare } from "../format.ts";
import { type MapSource } from "../machine/protocol.ts";
import { ContestForm } from "./contest_form.tsx";
import {
  type ContestChoice,
  type ContestPoint,
  type ContestReport,
  type SideReport,
} from "./contest_protocol.ts";
import { LIST_BUDDY, type Rival, useContest } from "./use_contest.ts";

const MIB = 2 ** 20;

const LINES: readonly ShareLine<ContestPoint>[] = [
  { label: "This kernel", colour: "--plot-coarse", share: ({ shares }) => shares[0]! },
  {
    label: "The other",
    colour: "--plot-allocated",
    dash: [6, 4],
    share: ({ shares }) => shares[1]!,
  },
];

const PHASES = {
  fill: "memory is being filled",
  drop: "random blocks are being freed",
  hold: "blocks come and go",
} as const;

export interface SideBySidePanelProps {
  readonly opened: ShownMachine;
  readonly choice: ContestChoice;
  readonly onChoice: (choice: ContestChoice) => void;
}

function shareOf({ freeLarge, possibleLarge }: SideReport): string {
  return possibleLarge ? formatShare(freeLarge / possibleLarge) : "none possible";
}

/** The contest in words. */
function inWords({ requests, sides }: ContestReport, rival: string): string {
  const [kernel, other] = sides;
  return (
    `After ${formatCount(requests)} requests this kernel has ${shareOf(kernel!)} of the 2 MiB blocks ` +
    `that could be free, ${rival} ${shareOf(other!)}.`
  );
}

export function SideBySidePanel({ opened, choice, onChoice }: SideBySidePanelProps) {
  const [rival, setRival] = useState<Rival>(LIST_BUDDY);
  const { memory, speed } = choice;
  const chosen = memory ? null : opened.choice;
  const source = useCallback(
    (): Promise<MapSource> =>
      chosen ? sourceOf(chosen) : Promise.resolve({ kind: "size", bytes: memory * MIB }),
    [memory, chosen],
  );
  const { report, points, error, run, restart } = useContest(choice, source, rival);
  // A link to a contest that rests leads to this moment.
  const resting = report && !report.running ? report.requests : 0;
  useEffect(() => {
    if (resting) onChoice({ ...choice, requests: resting });
  }, [resting]);
  const begin = () => {
    onChoice({ ...choice, requests: 0 });
    restart();
  };
  return (
    <div class="contest">
      <p>
        Both get the same requests, one by one: memory is filled to 95 %, random blocks are freed
        down to {Math.round(choice.keep * 100)} %, then blocks come and go at that load. A program
        that wants large pages wants free blocks of 2 MiB: which side still has them?
      </p>
      <div class="allocator">
        <div class="allocator-map">
          {report && (
            <>
              <Side name="This kernel" side={report.sides[0]!} />
              <Side name={rival.name} side={report.sides[1]!} />
              <HeatLegend />
              <SharePlot
                caption="Free 2 MiB blocks, of all that there could be"
                axis="Requests"
                lines={LINES}
                points={points}
                inWords={inWords(report, rival.name)}
              />
            </>
          )}
        </div>
        <div class="allocator-side">
          {(error || report?.problem) && (
            <p class="failure" role="alert">
              {error || report!.problem}
            </p>
          )}
          <ContestForm
            {...{ choice, onChoice, opened, rival }}
            onRival={(next) => {
              setRival(next);
              onChoice({ ...choice, requests: 0 });
            }}
          />
          <div class="tools">
            <button
              type="button"
              class="primary"
              disabled={!report || error !== "" || report.problem !== ""}
              onClick={() => run(report!.running ? 0 : Infinity, speed)}
            >
              {report?.running ? "Pause" : "Start"}
            </button>
            <button type="button" onClick={begin}>
              Start over
            </button>
          </div>
          {report && (
            <p data-testid="contest-state">
              {formatCount(report.requests)} requests on {formatBytes(report.frames * FRAME_BYTES)};{" "}
              {PHASES[report.phase]}.
            </p>
          )}
        </div>
      </div>
    </div>
  );
}

function Side({ name, side }: { readonly name: string; readonly side: SideReport }) {
  const [chosen, setChosen] = useState(-1);
  const { freeLarge, possibleLarge, refused, cells } = side;
  return (
    <section class="side">
      <h3>
        {name}: <strong class="side-share">{shareOf(side)}</strong>
      </h3>
      <p class="soft">
        {formatCount(freeLarge)} of {formatCount(possibleLarge)} possible blocks of 2 MiB are free
        {refused > 0 && `; ${formatCount(refused)} requests refused`}
      </p>
      <HeatMap
        name={`${name}, free memory by address`}
        hint=""
        cells={cells}
        chosen={chosen}
        onChoose={setChosen}
        onLeave={() => setChosen(-1)}
      />
    </section>
  );
}
