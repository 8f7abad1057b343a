/**
 * What the map shows of a plan, step by step, against the plan itself; and which step each line of
 * the log belongs to.
 */

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type ScaleKind } from "../../explorer/src/map/axis.ts";
import { STEPS, stepsOf } from "../../explorer/src/bring_up/steps.ts";
import { Session } from "../../explorer/src/machine/session.ts";
import { PlanMap, spanOf } from "../../explorer/src/map/machine_map.ts";
import { OWNERS } from "../../explorer/src/map/owner.ts";
import { PATTERN_PATHS } from "../../explorer/src/map/pattern.ts";
import { bytesByOwner, type Piece, pieceAt, type Span } from "../../explorer/src/map/piece.ts";
import { scaleNote } from "../../explorer/src/map/scale_note.ts";
import { readMemoryMap } from "../../tools/formats/read_map.ts";
import { kernelModule } from "../support/kernel_module.ts";

const MAPS = new URL("../memmaps/", import.meta.url);
const NAMES = readdirSync(MAPS);
const FRAME = 4096;

function opened(name: string) {
  const text = readFileSync(new URL(name, MAPS), "utf8");
  const session = new Session(kernelModule(), readMemoryMap(text));
  return { plan: session.plan, tables: session.tables() };
}

/** Bytes of `owner` in `pieces`. */
function bytesOf(pieces: readonly Piece[], owner: Piece["owner"]): number {
  return bytesByOwner(pieces).get(owner) ?? 0;
}

function bytesIn(spans: readonly Span[]): number {
  return spans.reduce((sum, { base, end }) => sum + end - base, 0);
}

const BOOTABLE = NAMES.filter((name) => !name.includes("pr288"));

describe.each(BOOTABLE)("%s", (name) => {
  const { plan, tables } = opened(name);
  const map = new PlanMap(plan, tables);

  test("at the end, what is managed is the kernel's runs, page tables among them", () => {
    const { pieces } = map.at(null);
    const managed = bytesOf(pieces, "managed") + bytesOf(pieces, "reclaimed");
    const inRuns = tables.filter((table) =>
      plan.runs.map(spanOf).some(({ base, end }) => base <= table && table < end),
    );
    expect(managed + inRuns.length * FRAME).toBe(plan.totals!.managed * FRAME);
    for (const table of tables) {
      expect(pieces[pieceAt(pieces, table)]!.owner).toBe("page_tables");
    }
    for (const range of plan.reservations) {
      const owner = pieces[pieceAt(pieces, Number(range.base))]!.owner;
      expect(["carved", "image", "framebuffer", "page_tables"]).toContain(owner);
    }
  });

  test("every step shows all of the address space, and only what there is by then", () => {
    for (const { id } of STEPS) {
      const { pieces, focus } = map.at(id);
      expect(pieces[0]!.base).toBe(0);
      expect(pieces.at(-1)!.end).toBe(map.end);
      for (const [index, { base, end }] of focus.entries()) {
        expect(base).toBeLessThan(end);
        if (index > 0) expect(base).toBeGreaterThan(focus[index - 1]!.end);
      }
    }
    expect(bytesOf(map.at("carve").pieces, "managed")).toBe(0);
    expect(bytesOf(map.at("copy").pieces, "carved")).toBeGreaterThan(0);
    expect(bytesOf(map.at("carve").pieces, "carved")).toBeGreaterThan(
      bytesOf(map.at("copy").pieces, "carved"),
    );
    expect(bytesOf(map.at("paging").pieces, "reclaimed")).toBe(0);
  });

  test("the focus of a step is what its log says", () => {
    const { boot } = plan;
    expect(bytesIn(map.at("handoff").focus)).toBe(boot.match!.managed * FRAME);
    expect(bytesIn(map.at("reclaim").focus)).toBe(boot.reclaimed!.frames * FRAME);
    expect(bytesIn(map.at("paging").focus)).toBe(new Set(tables).size * FRAME);
    const carved = map.at("carve").focus;
    for (const range of boot.carved) {
      const { base, end } = spanOf(range);
      expect(carved.some((span) => span.base <= base && end <= span.end)).toBe(true);
    }
  });

  test("every line of the log belongs to one step, in order", () => {
    const steps = stepsOf(plan);
    expect(steps.flatMap(({ lines }) => lines).sort()).toEqual([...plan.log].sort());
    expect(steps.every(({ reached, failed }) => reached && !failed)).toBe(true);
    const times = steps.map(({ time }) => time).filter((time) => time !== null);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(steps.at(-1)!.lines.at(-1)!).toContain("SlopOS Kernel Started!");
  });
});

test("a boot that fails ends in the step that failed", () => {
  const { plan, tables } = opened("limine-pr288-sanitiser-synthetic.json");
  const steps = stepsOf(plan);
  expect(steps.filter(({ reached }) => reached).map(({ id }) => id)).toEqual([
    "look",
    "copy",
    "sanitise",
    "plan",
    "carve",
    "handoff",
    "paging",
  ]);
  expect(steps.filter(({ failed }) => failed).map(({ id }) => id)).toEqual(["paging"]);
  expect(new PlanMap(plan, tables).at(null).pieces.length).toBeGreaterThan(1);
});

test("what is drawn not to scale says so, and so do holes", () => {
  const note = (scale: ScaleKind, pieces: readonly Piece[]) =>
    scaleNote({ scale, shortHoles: true }, pieces);
  const piece: Piece = { base: 0, end: FRAME, owner: "managed", detail: "" };
  expect(note("linear", [piece])).toMatch(/^To scale/);
  expect(note("pieces", [piece])).toMatch(/^Not to scale/);
  expect(note("log", [piece])).not.toContain("hole");
  expect(note("log", [piece, { ...piece, owner: "hole" }])).toContain("holes");
  expect(note("pieces", new Array<Piece>(5000).fill(piece))).toContain("pixel");
});

test("owners can be told apart without colour", () => {
  const drawn = OWNERS.filter(({ id }) => id !== "hole").map(
    ({ pattern }) => PATTERN_PATHS[pattern],
  );
  expect(new Set(drawn).size).toBe(drawn.length);
  expect(new Set(OWNERS.map(({ label }) => label)).size).toBe(OWNERS.length);
});
