/**
 * Fragmentation over time: how much is allocated, and how much of what is free still lies in blocks of
 * 2 MiB and above.
 */

import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { formatCount, formatShare } from "../format.ts";
import { type HistoryPoint } from "../machine/protocol.ts";
import { useColourScheme } from "../map/use_canvas.ts";

const HEIGHT = 150;

/** Pixels between labels of the horizontal axis. */
const TICK_SPACE = 70;

/** A count as an axis says it: 2,500,000 is 2.5 M. */
export function shortCount(count: number): string {
  if (count >= 1e6) return `${Number((count / 1e6).toPrecision(3))} M`;
  return count >= 1e4 ? `${Number((count / 1e3).toPrecision(3))} k` : formatCount(count);
}

function columns(points: readonly HistoryPoint[]): uPlot.AlignedData {
  return [
    points.map(({ operations }) => operations),
    points.map(({ allocated }) => allocated),
    points.map(({ coarse }) => coarse),
  ];
}

function options(width: number, colour: (name: string) => string, font: string): uPlot.Options {
  const axis = {
    stroke: colour("--text-soft"),
    grid: { stroke: colour("--border"), width: 1 },
    ticks: { stroke: colour("--border"), width: 1 },
    font: `11px ${font}`,
  };
  const share = (_: uPlot, value: number | null) => (value === null ? "–" : formatShare(value));
  return {
    width,
    height: HEIGHT,
    // Room for half of the last label.
    padding: [null, 24, null, null],
    scales: { x: { time: false }, y: { range: [0, 1] } },
    axes: [
      { ...axis, space: TICK_SPACE, values: (_, ticks) => ticks.map(shortCount) },
      { ...axis, values: (_, ticks) => ticks.map((tick) => `${Math.round(tick * 100)} %`) },
    ],
    series: [
      { label: "Operations" },
      {
        label: "Allocated",
        stroke: colour("--plot-allocated"),
        width: 2,
        dash: [6, 4],
        points: { show: false },
        value: share,
      },
      {
        label: "Free in blocks ≥ 2 MiB, of all free",
        stroke: colour("--plot-coarse"),
        width: 2,
        points: { show: false },
        value: share,
      },
    ],
    cursor: { points: { size: 7 } },
  };
}

export function FragmentationPlot({ points }: { readonly points: readonly HistoryPoint[] }) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const scheme = useColourScheme();

  useEffect(() => {
    const element = holder.current!;
    const style = getComputedStyle(element);
    const colour = (name: string) => style.getPropertyValue(name).trim();
    const made = new uPlot(
      options(element.clientWidth || 300, colour, style.fontFamily),
      columns(points),
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() => {
      // A hidden tab has no width.
      if (element.clientWidth) made.setSize({ width: element.clientWidth, height: HEIGHT });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
    };
    // Points are set below; the plot is made anew only for other colours.
  }, [scheme]);

  useEffect(() => plot.current?.setData(columns(points)), [points]);

  const last = points.at(-1);
  return (
    <figure class="plot">
      <figcaption>Fragmentation over time</figcaption>
      <div
        ref={holder}
        role="img"
        aria-label={
          last
            ? `After ${formatCount(last.operations)} operations ${formatShare(last.allocated)} of memory is ` +
              `allocated; ${formatShare(last.coarse)} of the free memory lies in blocks of 2 MiB and more.`
            : "No operations yet."
        }
      />
    </figure>
  );
}
