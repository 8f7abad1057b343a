/**
 * Fragmentation over time: how much is allocated, and how much of what is free still lies in blocks of
 * 2 MiB and above.
 */

import { formatCount, formatShare } from "../format.ts";
import { type HistoryPoint } from "../machine/protocol.ts";
import { type ShareLine, SharePlot } from "./share_plot.tsx";

const LINES: readonly ShareLine<HistoryPoint>[] = [
  {
    label: "Allocated",
    colour: "--plot-allocated",
    dash: [6, 4],
    share: ({ allocated }) => allocated,
  },
  {
    label: "Free in blocks ≥ 2 MiB, of all free",
    colour: "--plot-coarse",
    share: ({ coarse }) => coarse,
  },
];

export function FragmentationPlot({ points }: { readonly points: readonly HistoryPoint[] }) {
  const last = points.at(-1);
  return (
    <SharePlot
      caption="Fragmentation over time"
      axis="Operations"
      lines={LINES}
      points={points}
      inWords={
        last
          ? `After ${formatCount(last.operations)} operations ${formatShare(last.allocated)} of memory is ` +
            `allocated; ${formatShare(last.coarse)} of the free memory lies in blocks of 2 MiB and more.`
          : "No operations yet."
      }
    />
  );
}
