/**
 * Measurements as one table for a person to read: a row for each figure, a column for each allocator.
 */

import { type Measurements, TITLES } from "../judge/measuring.ts";
import { FLOOR } from "../judge/performance.ts";
import { formatBytes } from "../formats/size.ts";
import { heading } from "./parts_text.ts";
import { type Colours } from "./terminal.ts";
import { type Alignment, paragraph, table } from "./text.ts";

/** Three significant digits, and no more than needed. */
function short(value: number): string {
  return value >= 1000 ? value.toFixed(0) : value.toPrecision(3);
}

/** Values in the order of `TITLES`; a dash where there is none. */
function cells(valueOf: (id: string) => string | undefined): string[] {
  return [...TITLES.keys()].map((id) => valueOf(id) ?? "-");
}

function speedRows({ speed }: Measurements): string[][] {
  const measures = new Map(speed.map(({ measure, unit }) => [measure, unit]));
  return [...measures].map(([measure, unit]) => [
    measure,
    `ns/${unit}`,
    ...cells((id) => {
      const found = speed.find((each) => each.measure === measure && each.competitor === id);
      return found && short(found.time.median);
    }),
  ]);
}

function packingRows({ packing }: Measurements): string[][] {
  return [...new Set(packing.map(({ mix }) => mix))].map((mix) => [
    `load drop, ${mix}`,
    "%",
    ...cells((id) => {
      const found = packing.find((each) => each.mix === mix && each.competitor === id);
      const share = found?.points.at(-1)?.share;
      return share === undefined ? undefined : (share * 100).toFixed(1);
    }),
  ]);
}

function costRows({ cost }: Measurements): string[][] {
  return [...new Set(cost.map(({ memory }) => memory))].flatMap((memory) => {
    const of = (id: string) =>
      cost.find((each) => each.memory === memory && each.competitor === id);
    return [
      [
        `tables, ${memory}`,
        "bytes/frame",
        ...cells((id) => {
          const found = of(id);
          return found && short(found.tableBytes / found.frames);
        }),
      ],
      [
        `start, ${memory}`,
        "us",
        ...cells((id) => {
          const found = of(id);
          return found && short(found.time / 1000);
        }),
      ],
    ];
  });
}

const NOTE =
  `Times include the calls into the module; "${TITLES.get(FLOOR)}" keeps no memory and shows what ` +
  "they cost. Load drop: free 2 MiB blocks at the end, of those that there could be.";

/** `measurements` as a table with what has to be known of it. */
export function measurementsText(measurements: Measurements, colours: Colours): string {
  const { frames, leftOut } = measurements;
  const missing = leftOut.map((line) => colours.yellow(paragraph(`not measured: ${line}`, 4)));
  if (!frames) {
    return `\n${paragraph("It is too slow to be measured.")}${missing.join("")}`;
  }
  const rows = [
    ...speedRows(measurements),
    ...packingRows(measurements),
    ...costRows(measurements),
  ];
  const alignments: Alignment[] = ["left", "left", ...[...TITLES].map((): Alignment => "right")];
  return [
    heading(`Speed, packing and cost, with ${formatBytes(frames * 4096)}`, colours),
    table([["", "", ...TITLES.values()], ...rows], alignments),
    missing.length ? "\n" : "",
    ...missing,
    `\n${paragraph(NOTE, 0)}`,
  ].join("");
}
