/**
 * Small worlds, exhaustively: kernels whose free memory is three to eight frames, or blocks of one
 * size, a hole among or beside them, in every state that any sequence of calls can bring about.
 *
 * A part of the shapes is quick and always explored. `SLOPOS_WORLDS=full` (`npm run test:worlds`)
 * explores larger ones, about six minutes of one processor.
 */

import { afterAll, describe, expect, test } from "vitest";
import { type Exploration, explore } from "./explore.ts";
import { type Shape, SmallWorld } from "./small_world.ts";

interface Case extends Shape {
  readonly owners: number;
}

/** A hole at frame `border`, the first one in `frames`, and what lies around it. */
function around(name: string, border: number, frames: string, owners = 2): Case {
  return { name, first: border - frames.indexOf(" "), frames, owners };
}

/** Blocks of order `grain` around the frame `border`, where the place `before` in `frames` begins. */
function blocks(name: string, grain: number, border: number, frames: string, before: number): Case {
  return { name, first: border - before * 2 ** grain, frames, owners: 1, grain };
}

const WORD = 64 * 101;
const AREA = 512 * 12;
const FRAMES_16M = 2 ** 12;
const GRANULE = 2 ** 18;
const FRAMES_4G = 2 ** 20;
const FRAMES_16T = 2 ** 32;

/** Explored by every test run: some seconds together. */
const QUICK: readonly Case[] = [
  around("inside a word", WORD + 19, "... .."),
  around("inside a word, many owners", WORD + 17, ". ..", 4),
  around("a hole behind a word's border", WORD, ".. .."),
  around("a hole before a word's border", WORD - 1, ".. .."),
  { name: "one place in two words", first: WORD - 64, frames: `.${" ".repeat(63)}.`, owners: 2 },
  around("a 2 MiB pageblock's border", AREA - 1, ".. .."),
  around("16 MiB", FRAMES_16M, ".. .."),
  around("1 GiB", GRANULE, ".. .."),
  around("4 GiB", FRAMES_4G, ".. .."),
  { name: "all but frame 0", first: 1, frames: "... ..", owners: 2 },
  { name: "the last frames", first: FRAMES_16T - 6, frames: "... ..", owners: 2 },
  blocks("a block of order 6", 3, WORD, "........", 0),
  blocks("orders 6 to 8", 6, AREA, "....... ", 0),
  blocks("orders 6 to 9, a 2 MiB pageblock's border", 6, AREA, "... ...", 4),
  blocks("orders 9 to 10", 9, FRAMES_4G, "... ...", 4),
];

/** Explored where there is time. */
const FULL: readonly Case[] = [
  { name: "a block of order 3", first: WORD + 16, frames: "........", owners: 2 },
  blocks("a block of order 9", 6, AREA, "........", 0),
  blocks("a block of order 12", 9, 8 * AREA, "........", 0),
  blocks("orders 9 to 11, 4 GiB", 9, FRAMES_4G, "... ....", 4),
  around("inside a word, seven frames", WORD + 19, "... ...."),
  around("a word's border, six frames", WORD, "... ..."),
  around("a 2 MiB pageblock's border, five frames", AREA, ".. ..."),
  around("16 MiB, five frames", FRAMES_16M, ".. ..."),
  around("1 GiB, five frames", GRANULE, ".. ..."),
  around("4 GiB, five frames", FRAMES_4G, ".. ..."),
];

const cases = process.env["SLOPOS_WORLDS"] === "full" ? [...QUICK, ...FULL] : QUICK;

/**
 * How many worlds there can be, block by block: a place is free, reserved or allocated with one to
 * `owners` owners; two aligned halves are what each of them is, or one block.
 */
function possibleWorlds(shape: Case, start: number, order: number): number {
  const { first, frames, owners, grain = 0 } = shape;
  const firstPlace = first / 2 ** grain;
  const inside = frames
    .slice(Math.max(start - firstPlace, 0), Math.max(start + 2 ** order - firstPlace, 0))
    .replaceAll(" ", "").length;
  if (inside === 0) return 1;
  if (order === 0) return 2 + owners;
  const half = (at: number) => possibleWorlds(shape, at, order - 1);
  return half(start) * half(start + 2 ** (order - 1)) + Number(inside === 2 ** order);
}

describe("in every state that can be reached, every call answers as it should", () => {
  const done: Exploration[] = [];

  test.each(cases)("$name", (shape) => {
    const found = explore(new SmallWorld(shape), { owners: shape.owners, depth: Infinity });
    const { states, arrangements, calls, depth } = found;
    console.log(`${shape.name}: ${states} states, ${calls} calls, depth ${depth}`);
    // 128 places from an aligned one on hold any shape, but where it lies across such a border.
    const place = shape.first / 2 ** (shape.grain ?? 0);
    const from = place - (place % 128);
    const worlds = possibleWorlds(shape, from, 7) * possibleWorlds(shape, from + 128, 7);
    expect(arrangements).toBe(worlds);
    expect(found.complete).toBe(true);
    done.push(found);
  });

  afterAll(() => {
    const sum = (figure: "states" | "arrangements" | "calls") =>
      done.reduce((total, found) => total + found[figure], 0);
    console.log(
      `small worlds: ${done.length} explored, ${sum("arrangements")} worlds, ` +
        `${sum("states")} states, ${sum("calls")} calls`,
    );
  });
});

test("the depth limits the search", () => {
  const limits = { owners: 2, depth: 2 };
  const found = explore(new SmallWorld(around("limited", WORD, ". .")), limits);
  expect(found).toMatchObject({ depth: 2, complete: false });
});
