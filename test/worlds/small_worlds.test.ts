/**
 * Small worlds, exhaustively: kernels whose free memory is three to eight frames, a hole among or
 * beside them, in every state that any sequence of calls can bring about.
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
  { name: "a block of order 3, one owner", first: WORD + 16, frames: "........", owners: 1 },
  around("a hole behind a word's border", WORD, ".. .."),
  around("a hole before a word's border", WORD - 1, ".. .."),
  { name: "one place in two words", first: WORD - 64, frames: `.${" ".repeat(63)}.`, owners: 2 },
  around("a 2 MiB pageblock's border", AREA - 1, ".. .."),
  around("16 MiB", FRAMES_16M, ".. ..."),
  around("1 GiB", GRANULE, ".. .."),
  around("4 GiB", FRAMES_4G, ".. ..."),
  { name: "all but frame 0", first: 1, frames: "... ..", owners: 2 },
  { name: "the last frames", first: FRAMES_16T - 6, frames: "... ..", owners: 2 },
];

/** Explored where there is time. */
const FULL: readonly Case[] = [
  { name: "a block of order 3", first: WORD + 16, frames: "........", owners: 2 },
  around("inside a word, seven frames", WORD + 19, "... ...."),
  around("a word's border, six frames", WORD, "... ..."),
  around("a 2 MiB pageblock's border, five frames", AREA, ".. ..."),
  around("1 GiB, five frames", GRANULE, ".. ..."),
];

const cases = process.env["SLOPOS_WORLDS"] === "full" ? [...QUICK, ...FULL] : QUICK;

/**
 * How many worlds there can be, block by block: a frame is free, reserved or allocated with one to
 * `owners` owners; two aligned halves are what each of them is, or one block.
 */
function possibleWorlds({ first, frames, owners }: Case, start: number, order: number): number {
  const past = start + 2 ** order;
  const inside = [...frames].filter((letter, place) => {
    const frame = first + place;
    return letter === "." && frame >= start && frame < past;
  }).length;
  if (inside === 0) return 1;
  if (order === 0) return 2 + owners;
  const half = (at: number) => possibleWorlds({ name: "", first, frames, owners }, at, order - 1);
  return half(start) * half(start + 2 ** (order - 1)) + Number(inside === 2 ** order);
}

describe("in every state that can be reached, every call answers as it should", () => {
  const done: Exploration[] = [];

  test.each(cases)("$name", (shape) => {
    const found = explore(new SmallWorld(shape), { owners: shape.owners, depth: Infinity });
    const { states, arrangements, calls, depth } = found;
    console.log(`${shape.name}: ${states} states, ${calls} calls, depth ${depth}`);
    // 128 frames from an aligned one on hold any shape, but where it lies across such a border.
    const from = shape.first - (shape.first % 128);
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
