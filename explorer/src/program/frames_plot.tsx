/**
 * Frames on loan to the program over time: growth and return.
 */

import { FRAME_BYTES } from "../../../abi/frame.ts";
import { type Scale, type ShareLine, SharePlot } from "../allocator/share_plot.tsx";
import { formatBytes, formatCount } from "../format.ts";
import { type FramesPoint, type ProgramMoment } from "./program_protocol.ts";

const LINES: readonly ShareLine<FramesPoint>[] = [
  { label: "On loan", colour: "--plot-program", share: ({ frames }) => frames },
];

/** The smallest power of two, times 1 or 1.5, that is at least `frames`: its quarters are round sizes. */
function roundFrames(frames: number): number {
  const power = 2 ** Math.ceil(Math.log2(Math.max(frames, 64)));
  return power * 0.75 >= frames ? power * 0.75 : power;
}

function scaleFor(points: readonly FramesPoint[]): Scale {
  return {
    most: roundFrames(points.reduce((most, { frames }) => Math.max(most, frames), 0)),
    label: (frames) => (frames ? formatBytes(frames * FRAME_BYTES).replace(/\.0+ /, " ") : "0"),
    format: (frames) => `${formatCount(frames)} frames, ${formatBytes(frames * FRAME_BYTES)}`,
  };
}

export interface FramesPlotProps {
  readonly points: readonly FramesPoint[];
  /** The moment that the map shows; undefined if there is none. */
  readonly moment: ProgramMoment | undefined;
}

export function FramesPlot({ points, moment }: FramesPlotProps) {
  const scale = scaleFor(points);
  const most = points.reduce((found, { frames }) => Math.max(found, frames), 0);
  const last = points.at(-1);
  return (
    <SharePlot
      caption="Frames on loan over time"
      axis="Milliseconds"
      lines={LINES}
      points={points}
      scale={scale}
      mark={moment && { operations: moment.time, frames: moment.counts.lent }}
      inWords={
        last
          ? `In ${formatCount(Math.round(last.operations))} ms the program had up to ` +
            `${scale.format(most)} on loan; at last ${formatCount(last.frames)}.`
          : "No program has run yet."
      }
    />
  );
}
