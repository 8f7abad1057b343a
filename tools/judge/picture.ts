/**
 * The measurements as one picture, in SVG: how long each workload takes beside the reference, and how
 * much of free memory lies in blocks of 2 MiB while a load goes on. Colours of text and lines follow
 * what the reader prefers.
 */

import { type Measurements, TITLES } from "./measuring.ts";
import { FLOOR, JUDGED, type Packing, REFERENCE } from "./performance.ts";

/** Colours of the competitors, readable on light and on dark. */
const COLOURS: ReadonlyMap<string, string> = new Map([
  [JUDGED, "#d6336c"],
  ["kernel", "#1f7ae0"],
  [REFERENCE, "#d97706"],
  ["bitmap", "#7c8a99"],
  [FLOOR, "#9aa4af"],
]);

const STYLE =
  "<style>text{font:13px system-ui,sans-serif;fill:#24292f}.line{stroke:#d0d7de;fill:none}" +
  ".title{font-weight:600}.small{font-size:11px}@media (prefers-color-scheme:dark){" +
  "text{fill:#e6edf3}.line{stroke:#3d444d}}</style>";

const WIDTH = 900;
const MARGIN = 20;

/** The speed: where its plot begins, ends, and the height of a row. */
const SPEED_LEFT = 130;
const SPEED_RIGHT = WIDTH - 40;
const ROW = 26;

/** Ratios beyond are drawn at the edge. */
const RATIOS: readonly [number, number] = [0.1, 100];
const RATIO_MARKS: readonly number[] = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100];

const PANEL_HEIGHT = 150;

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

function label(x: number, y: number, text: string, attributes = ""): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}"${attributes}>${escaped(text)}</text>`;
}

function line(x1: number, y1: number, x2: number, y2: number): string {
  const [a, b, c, d] = [x1, y1, x2, y2].map((each) => each.toFixed(1));
  return `<path class="line" d="M${a} ${b}L${c} ${d}"/>`;
}

/** Where a ratio lies from left to right, on a logarithmic scale. */
function ratioX(ratio: number): number {
  const [least, most] = RATIOS.map(Math.log) as [number, number];
  const at = Math.log(Math.min(Math.max(ratio, RATIOS[0]), RATIOS[1]));
  return SPEED_LEFT + ((at - least) / (most - least)) * (SPEED_RIGHT - SPEED_LEFT);
}

function legend(names: ReadonlyMap<string, string>, top: number): string {
  return [...names]
    .map(([id, name], index) => {
      const x = MARGIN + index * 170;
      const dot = `<circle cx="${x + 6}" cy="${top - 4}" r="5" fill="${COLOURS.get(id)}"/>`;
      return dot + label(x + 18, top, name);
    })
    .join("");
}

/** The speed, from `top` on; what it draws, and where that ends. */
function speedPart({ speed }: Measurements, top: number): [svg: string, bottom: number] {
  const measures = [...new Set(speed.map(({ measure }) => measure))];
  const bottom = top + measures.length * ROW;
  const grid = RATIO_MARKS.map((ratio) => {
    const x = ratioX(ratio);
    return (
      line(x, top - 8, x, bottom - 8) +
      label(x, bottom + 8, String(ratio), ' text-anchor="middle" class="small"')
    );
  });
  const rows = measures.map((measure, row) => {
    const y = top + row * ROW + 5;
    const points = speed
      .filter((each) => each.measure === measure && each.competitor !== FLOOR)
      .map(({ competitor, ratio }) => {
        const { min, median, max } = ratio ?? { min: 1, median: 1, max: 1 };
        const colour = COLOURS.get(competitor);
        const [from, at, to] = [min, median, max].map((each) => ratioX(each).toFixed(1));
        return (
          `<path d="M${from} ${y}H${to}" stroke="${colour}" stroke-width="2" opacity="0.6"/>` +
          `<circle cx="${at}" cy="${y}" r="5" fill="${colour}"/>`
        );
      });
    return label(SPEED_LEFT - 12, y + 4, measure, ' text-anchor="end"') + points.join("");
  });
  return [grid.join("") + rows.join(""), bottom + 14];
}

/** One mix of the load drop, a panel. */
function packingPanel(
  packing: readonly Packing[],
  left: number,
  top: number,
  width: number,
): string {
  const bottom = top + PANEL_HEIGHT;
  const lines = packing.map(({ competitor, points }) => {
    const most = points.at(-1)!.requests;
    const path = points.map(({ requests, share }) => {
      const x = left + (requests / most) * width;
      const y = bottom - Math.min(1, Math.max(0, share)) * PANEL_HEIGHT;
      return `${x.toFixed(1)} ${y.toFixed(1)}`;
    });
    const colour = COLOURS.get(competitor);
    return `<path d="M${path.join("L")}" fill="none" stroke="${colour}" stroke-width="2"/>`;
  });
  const shares = [0, 50, 100].map((share) => {
    const y = bottom - (share / 100) * PANEL_HEIGHT;
    const text = label(left - 6, y + 4, `${share} %`, ' text-anchor="end" class="small"');
    return line(left, y, left + width, y) + text;
  });
  return [
    label(left, top - 10, packing[0]!.mix),
    ...shares,
    ...lines,
    label(left, bottom + 16, "0", ' class="small"'),
    label(left + width, bottom + 16, "requests", ' text-anchor="end" class="small"'),
  ].join("");
}

/** The load drop, from `top` on; what it draws, and where that ends. */
function packingPart({ packing }: Measurements, top: number): [svg: string, bottom: number] {
  const mixes = [...new Set(packing.map(({ mix }) => mix))];
  const step = (WIDTH - MARGIN) / Math.max(1, mixes.length);
  const panels = mixes.map((mix, index) => {
    const own = packing.filter((each) => each.mix === mix);
    return packingPanel(own, MARGIN + 40 + index * step, top + 20, step - 70);
  });
  return [panels.join(""), top + 20 + PANEL_HEIGHT + 24];
}

/** Draws `measurements` of the allocator in `file`. */
export function picture(file: string, measurements: Measurements): string {
  const names = new Map([...TITLES].filter(([id]) => id !== FLOOR));
  names.set(JUDGED, file.split(/[\\/]/).at(-1) ?? file);
  const [speed, speedEnd] = speedPart(measurements, 100);
  const [packing, end] = packingPart(measurements, speedEnd + 50);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${end}" role="img"`,
    ` aria-label="${escaped(`Speed and packing of ${names.get(JUDGED)}`)}">`,
    STYLE,
    legend(names, 28),
    label(MARGIN, 66, "Time, as a ratio to the list buddy: less is faster", ' class="title"'),
    speed,
    label(
      MARGIN,
      speedEnd + 36,
      "Free 2 MiB blocks after a load drop, of those that there could be",
      ' class="title"',
    ),
    packing,
    "</svg>\n",
  ].join("");
}
