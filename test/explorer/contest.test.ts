/**
 * Two allocators side by side: what is told of them against a plain list of frames, the figures of the
 * README on the page's own load, and what an allocator is caught at.
 */

import { describe, expect, test } from "vitest";
import { peerBytes } from "../../explorer/peer_module.ts";
import { type Contender, moduleContender } from "../../explorer/src/side_by_side/contender.ts";
import { Contest } from "../../explorer/src/side_by_side/contest.ts";
import { ContestHost } from "../../explorer/src/side_by_side/contest_host.ts";
import {
  contestOf,
  contestText,
  FIRST_CONTEST,
} from "../../explorer/src/side_by_side/contest_link.ts";
import { type ContestReport } from "../../explorer/src/side_by_side/contest_protocol.ts";
import { Ledger } from "../../explorer/src/side_by_side/ledger.ts";
import { syntheticMap } from "../../tools/formats/size.ts";
import { Random } from "../../tools/trace/random.ts";
import { kernelModule } from "../support/kernel_module.ts";

const FRAME = 4096;

/**
 * The order of the largest aligned free block that has a frame in `[from, to)`; `sums` has, for each frame,
 * how many before it are free.
 */
function largestFree(sums: readonly number[], from: number, to: number): number {
  const before = (frame: number) => sums[Math.min(frame, sums.length - 1)]!;
  let largest = -1;
  for (let order = 0; order <= 18; ++order) {
    const size = 2 ** order;
    for (let base = from - (from % size); base < to; base += size) {
      if (before(base + size) - before(base) === size) largest = order;
    }
  }
  return largest;
}

/** Compares a ledger with lists of what there is and what is free, frame by frame. */
function compare(ledger: Ledger, managed: readonly boolean[], free: readonly boolean[]): void {
  expect(ledger.freeFrames).toBe(free.filter(Boolean).length);
  const large = Array.from({ length: Math.ceil(free.length / 512) }, (_, at) =>
    Array.from({ length: 512 }, (_, inside) => free[at * 512 + inside]).every(Boolean),
  );
  expect(ledger.freeLarge).toBe(large.filter(Boolean).length);
  const { bases, cellBytes, managed: inCell, free: freeInCell, orders } = ledger.heat();
  const cellFrames = cellBytes / FRAME;
  const sums = [0];
  for (const isFree of free) sums.push(sums.at(-1)! + Number(isFree));
  for (const [cell, base] of bases.entries()) {
    const from = base / FRAME;
    const inside = (list: readonly boolean[]) =>
      list.slice(from, from + cellFrames).filter(Boolean);
    expect(inCell[cell]).toBe(inside(managed).length);
    expect(freeInCell[cell]).toBe(inside(free).length);
    expect(orders[cell]).toBe(largestFree(sums, from, from + cellFrames));
  }
}

/** First-fit over one byte a frame; `wrong` makes it a liar. */
function firstFit(frames: number, wrong: "" | "twice" | "unaligned" | "keeps" = ""): Contender {
  const taken = new Uint8Array(frames);
  let given = 0;
  return {
    memory: [{ base: 0, end: frames * FRAME }],
    allocate: (order) => {
      const size = 2 ** order;
      const step = wrong === "unaligned" && given > 100 ? 1 : size;
      for (let base = step === 1 ? 1 : 0; base + size <= frames; base += step) {
        if (taken.subarray(base, base + size).includes(1)) continue;
        ++given;
        if (wrong !== "twice" || given !== 500) taken.fill(1, base, base + size);
        return base;
      }
      return -1;
    },
    free: (frame, order) => {
      if (wrong === "keeps") return false;
      taken.fill(0, frame, frame + 2 ** order);
      return true;
    },
  };
}

describe("the ledger", () => {
  test.each([
    [
      "two runs with odd ends",
      [
        [1, 159],
        [256, 3000],
      ],
    ],
    ["one run of 16 MiB", [[0, 4096]]],
    ["small cells", [[3, 70]]],
    ["cells of many words", [[1000, 300_000]]],
  ] as const)("tells what a list of frames tells: %s", (_, runs) => {
    const ledger = new Ledger(
      runs.map(([start, count]) => ({ base: start * FRAME, end: (start + count) * FRAME })),
    );
    const frames = Math.max(...runs.map(([start, count]) => start + count));
    const managed = Array.from({ length: frames }, (_, frame) =>
      runs.some(([start, count]) => frame >= start && frame < start + count),
    );
    const free = [...managed];
    const random = new Random(frames);
    const held: [frame: number, order: number][] = [];
    for (let step = 0; step < 1500; ++step) {
      const order = random.below(10);
      const frame = random.below(Math.ceil(frames / 2 ** order)) * 2 ** order;
      const block = Array.from({ length: 2 ** order }, (_, at) => frame + at);
      const isFree = block.every((at) => free[at]);
      if (ledger.isFree(frame, order) !== isFree) expect.fail(`frame ${frame}, order ${order}`);
      if (isFree && random.below(3)) {
        ledger.take(frame, order);
        for (const at of block) free[at] = false;
        held.push([frame, order]);
      } else if (held.length) {
        const [[base, size]] = held.splice(random.below(held.length), 1) as [[number, number]];
        ledger.give(base, size);
        for (let at = base; at < base + 2 ** size; ++at) free[at] = true;
      }
    }
    expect(ledger.isFree(1, 1)).toBe(false);
    compare(ledger, managed, free);
    // Single frames here and there leave smaller and smaller blocks.
    for (let round = 0; round < 4; ++round) {
      for (let frame = 0; frame < frames; ++frame) {
        if (!free[frame] || random.below(3)) continue;
        ledger.take(frame, 0);
        free[frame] = false;
      }
      compare(ledger, managed, free);
    }
  });
});

describe("a contest", () => {
  const settings = { mix: "geometric", keep: 0.5, seed: 7 } as const;

  test("asks both sides the same, and the same again with the same seed", () => {
    const asked: string[][] = [[], [], [], []];
    const listening = (log: string[], refuses: boolean): Contender => {
      const inner = firstFit(8192);
      return {
        ...inner,
        allocate: (order) => {
          log.push(`allocate ${order}`);
          return refuses && order === 6 ? -1 : inner.allocate(order);
        },
      };
    };
    for (const round of [0, 2]) {
      const contest = new Contest(
        new Map([
          ["one", listening(asked[round]!, false)],
          ["other", listening(asked[round + 1]!, true)],
        ]),
        8192,
        settings,
      );
      contest.run(8_000);
      expect(contest.problem).toBe("");
      expect(contest.phase).toBe("hold");
      const [one, other] = contest.sides();
      expect(one!.refused).toBe(0);
      expect(other!.refused).toBeGreaterThan(10);
    }
    expect(asked[0]!.length).toBeGreaterThan(4000);
    expect(asked[1]).toEqual(asked[0]);
    expect(asked[2]).toEqual(asked[0]);
  });

  test.each([
    ["twice", /liar: it gave out 0x.* which is not a free block/],
    ["unaligned", /liar: it gave out 0x.* which is not a free block/],
    ["keeps", /liar: it refused to free the block/],
  ] as const)("ends when a side does what it must not: %s", (wrong, message) => {
    const contest = new Contest(
      new Map([
        ["honest", firstFit(4096)],
        ["liar", firstFit(4096, wrong)],
      ]),
      4096,
      settings,
    );
    contest.run(20_000);
    expect(contest.problem).toMatch(message);
    expect(contest.requests).toBeLessThan(20_000);
  });

  test("shows the README's figures: this kernel keeps 2 MiB blocks together", async () => {
    const peer = peerBytes().buffer;
    const report = await new Promise<ContestReport>((resolve) => {
      const host = new ContestHost((next) => next.running || resolve(next));
      host.open(kernelModule(), syntheticMap("1G"), peer, "peer", { ...settings, keep: 0.5 });
      host.run(2_300_000, 1e9);
    });
    expect(report.requests).toBe(2_300_000);
    expect(report.problem).toBe("");
    const [kernel, other] = report.sides.map(
      ({ freeLarge, possibleLarge }) => freeLarge / possibleLarge,
    );
    expect(kernel).toBeGreaterThan(0.8);
    expect(other).toBeLessThan(0.45);
  });

  test("is carried by a link, and a damaged one leads to the first", () => {
    const choice = {
      memory: 0,
      mix: "single",
      keep: 0.35,
      speed: 1000,
      seed: 9,
      requests: 123,
    } as const;
    expect(contestOf(contestText(choice))).toEqual(choice);
    for (const text of [
      "",
      "4096",
      "7.geometric.50.1.1.1",
      "512.odd.50.1.1.1",
      "512.single.99.1.1.1",
    ]) {
      expect(contestOf(text)).toEqual(FIRST_CONTEST);
    }
  });

  test.each([
    ["no module", new Uint8Array([1, 2, 3]), /it is no WebAssembly module/],
    [
      "no exports",
      new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]),
      /it does not export allocator_init, /,
    ],
  ])("says why a file is no allocator: %s", (_, bytes, message) => {
    expect(() => moduleContender(bytes.buffer, 1024)).toThrow(message);
  });
});
