/**
 * What the judge measures with: its peers and its workloads do what the benchmark's do, request for
 * request; what it counts is counted right; and table and picture show it.
 */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { buildModule } from "../../bench/modules.ts";
import { V8Instance } from "../../bench/v8_engine.ts";
import { Mix, WORKLOADS } from "../../tools/judge/workloads/workloads.ts";
import { measurementsText } from "../../tools/cli/measurements_text.ts";
import { coloursOf } from "../../tools/cli/terminal.ts";
import { readModule } from "../../tools/judge/contract.ts";
import { Journal } from "../../tools/judge/journal.ts";
import { LoopInstance } from "../../tools/judge/loop_instance.ts";
import { measureAll, type Measurements, TITLES } from "../../tools/judge/measuring.ts";
import { builtModule, measuringModule, type ModuleName } from "../../tools/judge/modules.ts";
import {
  type Bench,
  chooseFrames,
  JUDGED,
  measureCost,
  measurePacking,
  measureSpeed,
  QUICK,
  REFERENCE,
} from "../../tools/judge/performance.ts";
import { picture } from "../../tools/judge/picture.ts";
import { compileEdited, compileText, examined, FIRST_FIT } from "../support/judged.ts";

/** Milliseconds, on a machine that is busy with other tests. */
const TIMEOUT = 240_000;

const FRAMES = 2 ** 14;

/** Makes the requests of a load; what an export answers is to be the same for everybody. */
function load(call: (name: string, ...args: number[]) => number, kind: number): number[] {
  call("init", FRAMES);
  return [
    call("pairs", 0, 10),
    call("stacks", 3, 20, 4),
    call("fill", 0),
    call("shuffle"),
    call("drain", 0),
    call("mix_rise", kind, 60),
    call("mix_drop", 30),
    call("mix", kind, 40, 20_000),
    call("blocks_in_use"),
  ];
}

describe("the judge's workloads and peers", { timeout: TIMEOUT }, () => {
  const PEERS: readonly (readonly [ModuleName, first: number])[] = [
    ["list_buddy_pcp", 0],
    ["bitmap", 0],
    ["null", 0],
    // The benchmark's frames begin at 4 GiB.
    ["kernel", 2 ** 20],
  ];

  test.each(PEERS)("do with %s what the benchmark's do", (name, first) => {
    const bench = new V8Instance(buildModule(name));
    const judge = new LoopInstance(measuringModule("loops"), measuringModule(name), new Journal());
    for (const kind of [Mix.SINGLE, Mix.GEOMETRIC, Mix.UNIFORM]) {
      const expected = load((...call) => bench.callNow(...call).value, kind);
      expect(load((...call) => judge.callNow(...call).value, kind)).toEqual(expected);
      const list = bench.callNow("block_list").value;
      const blocks = new Uint32Array(bench.memory.buffer, list, expected.at(-1));
      expect(blocks.length).toBeGreaterThan(10);
      expect(judge.blocks()).toEqual(blocks.map((block) => block - first * 16));
    }
  });

  test.each(["kernel", "list_buddy_pcp", "bitmap"] as const)(
    "include %s, which is right",
    async (name) => {
      const { faults, wrongFrees } = await examined(
        new Uint8Array(readFileSync(builtModule(name))),
      );
      expect(faults).toEqual([]);
      const verdicts = new Set(wrongFrees.map(({ verdict }) => verdict));
      if (name === "kernel") expect([...verdicts]).toEqual(["refused"]);
    },
  );
});

function benchOf(...names: readonly ModuleName[]): Bench {
  const judged = { id: JUDGED, title: "yours", module: readModule(compileEdited(FIRST_FIT)) };
  const others = names.map((id) => ({ id, title: id, module: measuringModule(id) }));
  return {
    loops: measuringModule("loops"),
    competitors: [judged, ...others],
    journal: new Journal(),
  };
}

describe("measuring", { timeout: TIMEOUT }, () => {
  test("times every workload of every competitor", async () => {
    const bench = benchOf(REFERENCE, "null");
    const effort = { ...QUICK, rounds: 2, sampleTime: 1 };
    const ids = WORKLOADS.flatMap(({ measures }) => measures.map(({ id }) => id));
    const speed = await measureSpeed(bench, ids, 2 ** 12, effort);
    expect(speed).toHaveLength(ids.length * 3);
    for (const { time, ratio, competitor, measure } of speed) {
      expect(time.median).toBeGreaterThan(0);
      expect(ratio === null).toBe(competitor === REFERENCE);
      expect(ids).toContain(measure);
    }
    // The workloads give signs of life.
    expect(bench.journal.beats).toBeGreaterThan(100);
  });

  test("looks at free memory after a load drop", () => {
    const bench = benchOf();
    const packing = measurePacking(bench, bench.competitors[0]!, 2 ** 12);
    expect(packing.map(({ mix }) => mix)).toEqual(["single frames", "geometric", "uniform"]);
    for (const { points } of packing) {
      expect(points.map(({ requests }) => requests)).toEqual(
        Array.from({ length: 17 }, (_, look) => look * 2 ** 12),
      );
      expect(points.every(({ share }) => share >= 0 && share <= 1)).toBe(true);
    }
    // First fit moves single frames to the bottom of memory, given time.
    expect(packing[0]!.points.at(-1)!.share).toBe(1);
  });

  test("counts tables", () => {
    const bench = benchOf("kernel", "list_buddy_pcp", "bitmap");
    const bytes = (id: string, frames: number) => {
      const competitor = bench.competitors.find((each) => each.id === id)!;
      return measureCost(bench, competitor, { title: "", frames, runs: null })!.tableBytes;
    };
    expect(bytes(JUDGED, 64_000)).toBe(64_000);
    expect(bytes("list_buddy_pcp", 2 ** 16)).toBe(12 * 2 ** 16);
    expect(bytes("bitmap", 2 ** 16)).toBe(2 ** 13);
    // What it says: sharing counts, 152 for each 2 MiB and for the GiB, 12 for each GiB to its end.
    expect(bytes("kernel", 2 ** 18)).toBe(4096 + 512 * 152 + 152 + 64);
    const runs = [{ start: 5, count: 100 }];
    const [judged] = bench.competitors;
    expect(measureCost(bench, judged!, { title: "", frames: 100, runs })).toBeNull();
  });

  test("counts memory that a module grows or has, where it takes none", () => {
    const cost = (text: string) => {
      const bench = benchOf();
      const module = readModule(compileText(text));
      const competitor = { id: JUDGED, title: "", module };
      return measureCost(bench, competitor, { title: "", frames: 10, runs: null })!.tableBytes;
    };
    const rest =
      "uint32_t allocator_alloc(uint32_t order) { return NO_FRAME; }\n" +
      "bool allocator_free(uint32_t frame, uint32_t order) { return false; }\n";
    const head = '#include "allocator.h"\n';
    const grow =
      "static bool grown; void allocator_init(uint32_t frames) {\n" +
      "  if (!grown) __builtin_wasm_memory_grow(0, 3); grown = true; }\n";
    expect(cost(head + rest + grow)).toBe(3 * 65536);
    const query = "uint32_t allocator_metadata_bytes(void) { return 77; }\n";
    expect(cost(head + rest + grow + query)).toBe(77);
  });

  test("gives an allocator as much memory as it uses up in time, or none", () => {
    const module = readModule(compileEdited(FIRST_FIT, []));
    const bench = { ...benchOf(), competitors: [{ id: JUDGED, title: "", module }] };
    const frames = (fillLimit: number) =>
      chooseFrames(bench, { ...QUICK, fewestFrames: 2 ** 10, mostFrames: 2 ** 14, fillLimit });
    expect(frames(Infinity)).toBe(2 ** 14);
    expect(frames(0)).toBeNull();
  });

  const TINY = {
    ...QUICK,
    mostFrames: 2 ** 12,
    rounds: 1,
    sampleTime: 1,
    sizes: [2 ** 12],
    callLimit: 1000,
  };

  /** What is measured of the page to start from, with `edits` made. */
  async function measured(edits: [string, string][]): Promise<Measurements> {
    return measureAll(readModule(compileEdited(FIRST_FIT, edits)), TINY, () => undefined);
  }

  test("finds every figure of every allocator", async () => {
    const { frames, speed, packing, cost, leftOut } = await measured([]);
    expect([frames, leftOut]).toEqual([2 ** 12, []]);
    const rows = WORKLOADS.flatMap(({ measures }) => measures).length;
    expect(speed).toHaveLength(rows * TITLES.size);
    // The floor neither packs nor costs; only the kernel takes a map.
    expect(packing).toHaveLength(3 * (TITLES.size - 1));
    expect(cost).toHaveLength(TITLES.size - 1 + 1);
  });

  test("says what does not come back, and goes on", async () => {
    const { frames, speed, leftOut } = await measured([
      [
        "uint32_t count = 1u << order;",
        "uint32_t count = 1u << order;\n    while (count == frame_count / 8)\n        ;",
      ],
    ]);
    expect(frames).toBe(2 ** 12);
    expect(speed.length).toBeGreaterThan(0);
    expect(leftOut).toContain("order-9 pair: a call took more than 1 s");
  });
});

/** Measurements as they might be, of all competitors. */
function madeUp(): Measurements {
  const ids = [...TITLES.keys()];
  const summary = (median: number) => ({ median, min: median / 2, max: median * 2, spread: 0 });
  const measures = WORKLOADS.flatMap((workload) => workload.measures);
  return {
    frames: 2 ** 18,
    speed: measures.flatMap(({ id: measure, unit }) =>
      ids.map((competitor, index) => ({
        measure,
        unit,
        competitor,
        time: summary(index + 1.25),
        ratio: competitor === REFERENCE ? null : summary(4 ** index / 10),
      })),
    ),
    packing: ids.map((competitor) => ({
      competitor,
      mix: "geometric",
      points: [0, 1, 2].map((requests) => ({ requests, share: requests / 2 })),
    })),
    cost: [{ competitor: JUDGED, memory: "4 GiB", frames: 100, tableBytes: 1200, time: 5000 }],
    leftOut: ["W4: a call took more than 10 s"],
  };
}

describe("the answer", () => {
  const colours = coloursOf({
    out: () => undefined,
    err: () => undefined,
    input: () => Promise.resolve(""),
    colours: false,
  });

  test("as a table has a row for each figure and a column for each allocator", () => {
    const text = measurementsText(madeUp(), colours);
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(text).toMatch(/\n +yours +this kernel +list buddy +bitmap +nothing\n/);
    expect(text).toMatch(/\n {2}W1 +ns\/pair +1.25 +2.25 +3.25 +4.25 +5.25\n/);
    expect(text).toMatch(/\n {2}load drop, geometric +% +100.0/);
    expect(text).toMatch(/\n {2}tables, 4 GiB +bytes\/frame +12.0 +- +- +- +-\n/);
    expect(text).toMatch(/\n {2}start, 4 GiB +us +5.00 /);
    expect(text).toContain("\nnot measured: W4: a call took more than 10 s\n");
    const none = measurementsText({ ...madeUp(), frames: 0 }, colours);
    expect(none).toContain("It is too slow to be measured.");
  });

  test("as a picture names the file and shows each competitor", () => {
    const svg = picture('/home/a&b/<x>"y.c', madeUp());
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="0 0 900 \d+"/);
    expect(svg).toContain(">&lt;x>&quot;y.c</text>");
    for (const { measures } of WORKLOADS) {
      for (const { id } of measures) expect(svg).toContain(`>${id}</text>`);
    }
    // Four points in each row of the speed, and as many in the legend.
    const rows = WORKLOADS.flatMap(({ measures }) => measures).length;
    expect(svg.match(/<circle /g)).toHaveLength((rows + 1) * 4);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    // Every element that is opened is closed.
    const open: string[] = [];
    for (const [, slash, name, empty] of svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
      if (slash) expect(open.pop()).toBe(name);
      else if (!empty) open.push(name!);
    }
    expect(open).toEqual([]);
  });
});
