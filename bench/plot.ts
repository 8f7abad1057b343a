/**
 * The plot of the results: for each measure, how long the allocators take in V8, as a ratio to the
 * reference. One image for light and dark surroundings: the colours of text and lines follow what
 * the reader prefers, those of the points are readable on both.
 */

import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { ALLOCATORS, REFERENCE, SUBJECT } from "./allocators.ts";
import { RATIO_LIMITS } from "./goals.ts";
import { type Results } from "./results.ts";
import { MEASURES } from "../tools/judge/workloads/workloads.ts";

const TEXT = "#24292f";
const LINES = "#d0d7de";
const DARK = { [TEXT]: "#e6edf3", [LINES]: "#3d444d" };

/** Allocators that are shown, with colour and shape; the null allocator is the floor. */
const SHOWN: readonly (readonly [id: string, colour: string, shape: string])[] = [
  [SUBJECT, "#1f7ae0", "circle"],
  ["list_buddy", "#d97706", "square"],
  ["bitmap", "#7c8a99", "triangle-up"],
  ["null", "#9aa4af", "cross"],
];

const ENGINE = "V8";

/** Ratios beyond are drawn at the edge. */
const LIMITS: readonly [number, number] = [0.05, 20];

interface Point {
  readonly measure: string;
  readonly allocator: string;
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

function titleOf(id: string): string {
  return ALLOCATORS.find((allocator) => allocator.id === id)?.title ?? id;
}

function clamp(ratio: number): number {
  return Math.min(Math.max(ratio, LIMITS[0]), LIMITS[1]);
}

function pointsOf({ speed }: Results): Point[] {
  return speed.flatMap(({ engine, measure, allocator, ratio }) => {
    if (engine !== ENGINE || !ratio || !SHOWN.some(([id]) => id === allocator)) return [];
    const [low, middle, high] = [ratio.min, ratio.median, ratio.max].map(clamp);
    return [{ measure, allocator: titleOf(allocator), ratio: middle!, low: low!, high: high! }];
  });
}

function specification(results: Results): TopLevelSpec {
  const measures = MEASURES.map(({ id }) => id);
  const goals = measures.flatMap((measure) => {
    const ratio = RATIO_LIMITS[measure];
    return ratio === undefined ? [] : [{ measure, ratio }];
  });
  const y = {
    field: "measure",
    type: "nominal" as const,
    sort: measures,
    axis: {
      title: null,
      grid: true,
      ticks: false,
      domain: false,
      labelFontSize: 13,
      labelPadding: 16,
    },
  };
  const scale = { type: "log" as const, domain: [...LIMITS] };
  const axis = { values: [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20], format: "~g", labelFontSize: 12 };
  const x = {
    type: "quantitative" as const,
    scale,
    axis: { ...axis, title: "time, as a ratio: less is faster" },
  };
  const allocator = {
    field: "allocator",
    scale: { domain: SHOWN.map(([id]) => titleOf(id)), range: SHOWN.map(([, colour]) => colour) },
    legend: {
      title: null,
      orient: "top" as const,
      labelFontSize: 13,
      symbolSize: 120,
      symbolOpacity: 1,
    },
  };
  const shape = {
    ...allocator,
    scale: { ...allocator.scale, range: SHOWN.map(([, , name]) => name) },
  };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: {
      text: `Time to allocate and free, against ${titleOf(REFERENCE)}`,
      subtitle: "in V8, 1 Mi frames; median and range; the bar is the goal, the line the reference",
      anchor: "start",
      fontSize: 15,
      subtitleFontSize: 12,
    },
    width: 560,
    height: { step: 34 },
    background: "transparent",
    config: {
      font: "system-ui, sans-serif",
      title: { color: TEXT, subtitleColor: TEXT },
      axis: {
        labelColor: TEXT,
        titleColor: TEXT,
        gridColor: LINES,
        tickColor: LINES,
        domainColor: LINES,
      },
      legend: { labelColor: TEXT },
      view: { stroke: null },
    },
    layer: [
      {
        data: { values: [{ ratio: 1 }] },
        mark: { type: "rule", color: TEXT, strokeWidth: 1.5 },
        encoding: { x: { ...x, field: "ratio" } },
      },
      {
        data: { values: goals },
        mark: { type: "tick", color: "#1f9d55", thickness: 4, size: 22 },
        encoding: { x: { ...x, field: "ratio" }, y },
      },
      {
        data: { values: pointsOf(results) },
        mark: { type: "rule", strokeWidth: 2, opacity: 0.6 },
        encoding: { x: { ...x, field: "low" }, x2: { field: "high" }, y, color: allocator },
      },
      {
        data: { values: pointsOf(results) },
        mark: { type: "point", filled: true, size: 110, opacity: 1 },
        encoding: { x: { ...x, field: "ratio" }, y, color: allocator, shape },
      },
    ],
  };
}

/** Rules that exchange the colours of text and lines where the reader prefers dark. */
function darkRules(): string {
  const rules = Object.entries(DARK).map(
    ([light, dark]) => `[fill="${light}"]{fill:${dark}}[stroke="${light}"]{stroke:${dark}}`,
  );
  return `<style>@media (prefers-color-scheme:dark){${rules.join("")}}</style>`;
}

/** Draws `results` as SVG. */
export async function plot(results: Results): Promise<string> {
  const view = new vega.View(vega.parse(compile(specification(results)).spec), {
    renderer: "none",
  });
  const svg = await view.toSVG();
  view.finalize();
  return `${svg.replace(/(<svg[^>]*>)/, `$1${darkRules()}`)}\n`;
}
