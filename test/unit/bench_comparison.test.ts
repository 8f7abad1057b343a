/**
 * When a run of the benchmark counts as worse than the committed one, and which goals it reaches.
 */

import { describe, expect, test } from "vitest";
import { SUBJECT } from "../../bench/allocators.ts";
import { CALLED } from "../../bench/calls.ts";
import {
  compare,
  describeComparison,
  type Figures,
  figuresJson,
  figuresOf,
  isWorse,
} from "../../bench/comparison.ts";
import { outcomes } from "../../bench/goals.ts";
import { COUNTED_AOT, EMULATED_AOT, GUEST, GUEST_AOT } from "../../bench/guest.ts";
import { type Results, type SpeedResult } from "../../bench/results.ts";

function exactly(median: number, spread = 0) {
  return { median, min: median - spread, max: median + spread, spread };
}

function speed(measure: string, ratio: number, spread = 0, engine = "V8"): SpeedResult {
  const time = exactly(ratio * 10, spread * 10);
  return { engine, measure, allocator: SUBJECT, frames: 1024, time, ratio: exactly(ratio, spread) };
}

function results(parts: Partial<Results>): Results {
  return {
    facts: {},
    rounds: 1,
    sampleMilliseconds: 100,
    speed: [],
    fragmentation: [],
    seeding: [],
    startUp: [],
    ...parts,
  };
}

/** The figures of a run as they come back from the file that keeps them. */
function kept(parts: Partial<Results>): Figures {
  return JSON.parse(figuresJson(figuresOf(results(parts)))) as Figures;
}

/** Names of what is worse in `now` than in `before`. */
function worse(now: Partial<Results>, before: Partial<Results>): string[] {
  return compare(figuresOf(results(now)), kept(before))
    .filter(isWorse)
    .map(({ name }) => name);
}

describe("a run is worse than the one before", () => {
  const before = { speed: [speed("W1", 0.4, 0.02)] };

  test("by more than the noise, and not by less", () => {
    expect(worse({ speed: [speed("W1", 0.421)] }, before)).toEqual(["W1, V8"]);
    expect(worse({ speed: [speed("W1", 0.419)] }, before)).toEqual([]);
    expect(worse({ speed: [speed("W1", 0.3)] }, before)).toEqual([]);
  });

  test("by the larger noise of the two", () => {
    expect(worse({ speed: [speed("W1", 0.45, 0.1)] }, before)).toEqual([]);
  });

  test("by a share at least, however little both varied", () => {
    const calm = { speed: [speed("W1", 1)] };
    expect(worse({ speed: [speed("W1", 1.02)] }, calm)).toEqual([]);
    expect(worse({ speed: [speed("W1", 1.04)] }, calm)).toEqual(["W1, V8"]);
  });

  test("only in what both measured", () => {
    expect(worse({ speed: [speed("W4", 9), speed("W1", 9, 0, "wasm3")] }, before)).toEqual([]);
  });

  test("in instructions of the guest, which has no reference", () => {
    const guest = (ns: number) => ({ speed: [{ ...speed("W1", ns / 10, 0, GUEST) }] });
    expect(worse(guest(600), guest(500))).toEqual([`W1, ${GUEST}`]);
    expect(worse(guest(505), guest(500))).toEqual([]);
  });

  test("in blocks regained and in metadata", () => {
    const share = (value: number) => [{ allocator: SUBJECT, mix: "order 0", share: value }];
    expect(worse({ fragmentation: share(0.9) }, { fragmentation: share(0.95) })).toHaveLength(1);
    expect(worse({ fragmentation: share(0.96) }, { fragmentation: share(0.95) })).toEqual([]);
    const tables = (tableBytes: number) => [
      { allocator: SUBJECT, map: "4 GiB", frames: 1000, tableBytes, time: exactly(1) },
    ];
    expect(worse({ seeding: tables(450) }, { seeding: tables(400) })).toHaveLength(1);
    expect(worse({ seeding: tables(400) }, { seeding: tables(400) })).toEqual([]);
  });

  test("and says what and by how much", () => {
    const text = describeComparison(
      compare(figuresOf(results({ speed: [speed("W1", 0.8)] })), kept(before)),
    );
    expect(text).toMatch(/^WORSE/);
    expect(text).toContain("W1, V8: 0.800, was 0.400 (noise 0.020)");
    expect(describeComparison(compare(kept(before), kept(before)))).toContain("none of 1");
  });
});

describe("goals", () => {
  test("are met up to their limit", () => {
    const met = (ratio: number, engine = "V8") =>
      outcomes(results({ speed: [speed("d4096", ratio, 0, engine)] })).map((each) => each.met);
    expect(met(0.25)).toEqual([true]);
    expect(met(0.251)).toEqual([false]);
    expect(met(1.5, "wasm3")).toEqual([true]);
    expect(met(1.51, "wasm3")).toEqual([false]);
    expect(met(0.1, "wasm2c")).toEqual([]);
  });

  test("bind the kernel as it is called at its exports, and not the core as it is called", () => {
    const called = (allocator: string, ratio: number) => [
      { ...speed("kernel mix", ratio, 0, CALLED), allocator },
    ];
    const met = (allocator: string, ratio: number) =>
      outcomes(results({ speed: called(allocator, ratio) })).map((each) => each.met);
    expect(met("kernel_exports", 0.9)).toEqual([true]);
    expect(met("kernel_exports", 0.91)).toEqual([false]);
    expect(met(SUBJECT, 9)).toEqual([]);
    const before = { speed: called("kernel_exports", 0.8) };
    expect(worse({ speed: called("kernel_exports", 0.9) }, before)).toEqual([
      `kernel mix, ${CALLED}`,
    ]);
    expect(worse({ speed: called(SUBJECT, 9) }, before)).toEqual([]);
  });

  test("bind machine code by instructions, by wasm3's where nothing else is said", () => {
    const met = (measure: string, count: number, interpreted: number) => {
      const counts = [
        speed(measure, interpreted / 10, 0, GUEST),
        speed(measure, count / 10, 0, GUEST_AOT),
      ];
      return outcomes(results({ speed: counts })).map((each) => each.met);
    };
    expect(met("W1", 45, 100)).toEqual([true]);
    expect(met("W1", 46, 1000)).toEqual([false]);
    expect(met("W4", 100, 1000)).toEqual([true]);
    expect(met("W4", 101, 1000)).toEqual([false]);
    const start = (machine: string, started: number) =>
      outcomes(results({ startUp: [{ machine, memory: "512 MiB", handoff: 1, started }] })).map(
        (each) => each.met,
      );
    expect(start(COUNTED_AOT, 800)).toEqual([true]);
    expect(start(COUNTED_AOT, 801)).toEqual([false]);
    expect(start(EMULATED_AOT, 25_000)).toEqual([true]);
    expect(start(EMULATED_AOT, 25_001)).toEqual([false]);
  });

  test("bind this kernel only", () => {
    expect(outcomes(results({ speed: [{ ...speed("W1", 9), allocator: "bitmap" }] }))).toEqual([]);
  });

  test("ask for 95 % of the blocks, and for little metadata from 4 GiB on", () => {
    const fragmentation = [0.95, 0.949].map((share) => ({ allocator: SUBJECT, mix: "x", share }));
    const seeding = [
      {
        allocator: SUBJECT,
        map: "512 MiB",
        frames: 2 ** 17,
        tableBytes: 2 ** 17,
        time: exactly(1),
      },
      {
        allocator: SUBJECT,
        map: "4 GiB",
        frames: 2 ** 20,
        tableBytes: 2 ** 19,
        time: exactly(2001),
      },
    ];
    const found = outcomes(results({ fragmentation, seeding }));
    expect(found.map(({ met }) => met)).toEqual([true, false, false, false]);
  });
});
