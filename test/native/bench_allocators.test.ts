/**
 * That the benchmark compares what works, and works the same way: every allocator passes the check
 * that precedes its timing, broken ones do not, and the workloads in C and in AssemblyScript make the
 * same requests.
 */

import { describe, expect, test } from "vitest";
import { ALLOCATORS, type Allocator } from "../../bench/allocators.ts";
import { freeLargeRuns, usedFrames } from "../../tools/judge/workloads/free_runs.ts";
import { buildModule } from "../../bench/modules.ts";
import { seedingMaps } from "../../bench/seeding.ts";
import { selfCheck, SelfCheckError } from "../../bench/self_check.ts";
import { V8Instance } from "../../bench/v8_engine.ts";
import { Mix } from "../../tools/judge/workloads/workloads.ts";

const built = new Map<string, string>();

/** A fresh instance of an allocator's module, which is built once. */
function instanceOf({ module }: Allocator): V8Instance {
  const path = built.get(module) ?? buildModule(module);
  built.set(module, path);
  return new V8Instance(path);
}

function allocatorCalled(id: string): Allocator {
  return ALLOCATORS.find((allocator) => allocator.id === id)!;
}

const NONE = 0xffff_ffff;

/** An allocator in a few lines, whose parts can be exchanged for broken ones. */
class Sketch {
  owned = new Uint8Array();

  init(frames: number): number {
    this.owned = new Uint8Array(frames);
    return 0;
  }

  alloc(order: number): number {
    const count = 2 ** order;
    for (let at = this.owned.indexOf(0); at >= 0; at = this.owned.indexOf(0, at + 1)) {
      at = Math.ceil(at / count) * count;
      if (at < this.owned.length && !this.owned.subarray(at, at + count).includes(1)) {
        this.owned.fill(1, at, at + count);
        return at;
      }
    }
    return NONE;
  }

  release(frame: number, order: number): number {
    if (!this.owned[frame]) return 0;
    this.owned.fill(0, frame, frame + 2 ** order);
    return 1;
  }

  callNow(name: string, ...args: readonly number[]): { value: number; nanoseconds: number } {
    const [first = 0, second = 0] = args;
    const value =
      name === "init"
        ? this.init(first)
        : name === "alloc"
          ? this.alloc(first)
          : this.release(first, second);
    return { value, nanoseconds: 0 };
  }
}

const BROKEN: readonly (readonly [what: string, make: () => Sketch])[] = [
  [
    "given twice",
    () =>
      new (class extends Sketch {
        override alloc(order: number): number {
          const frame = super.alloc(order);
          if (frame !== NONE && order === 3) this.owned[frame + 7] = 0;
          return frame;
        }
      })(),
  ],
  [
    "not aligned",
    () =>
      new (class extends Sketch {
        override alloc(order: number): number {
          const frame = super.alloc(order);
          return order === 1 ? frame + 1 : frame;
        }
      })(),
  ],
  [
    "freed twice",
    () =>
      new (class extends Sketch {
        override release(frame: number, order: number): number {
          super.release(frame, order);
          return 1;
        }
      })(),
  ],
  [
    "frames left",
    () =>
      new (class extends Sketch {
        override release(frame: number, order: number): number {
          const freed = super.release(frame, order);
          if (order === 9) this.owned[frame + 7] = 1;
          return freed;
        }
      })(),
  ],
  [
    "refused",
    () =>
      new (class extends Sketch {
        override release(frame: number, order: number): number {
          return order === 2 ? 0 : super.release(frame, order);
        }
      })(),
  ],
  [
    "nothing to allocate",
    () =>
      new (class extends Sketch {
        override alloc(): number {
          return NONE;
        }
      })(),
  ],
];

describe("the check before the timing", () => {
  const plain = allocatorCalled("list_buddy");

  test("passes an allocator that works", () => {
    selfCheck(plain, new Sketch());
  });

  test.each(BROKEN)("notices one whose frames are %s", (what, make) => {
    expect(() => selfCheck(plain, make())).toThrow(SelfCheckError);
    expect(() => selfCheck(plain, make())).toThrow(what);
  });

  test.each(ALLOCATORS.filter(({ checked }) => checked))("passes $title", (allocator) => {
    selfCheck(allocator, instanceOf(allocator));
  });
});

describe("the workloads", () => {
  const FRAMES = 2 ** 14;

  /** Orders of the blocks in use after a mix, in the workloads' own order. */
  function ordersAfterMix(id: string, kind: number): number[] {
    const allocator = allocatorCalled(id);
    const instance = instanceOf(allocator);
    const call = (name: string, ...args: number[]) => instance.callNow(name, ...args).value;
    call(allocator.init, FRAMES);
    expect(call("mix_rise", kind, 60)).toBe(0);
    expect(call("mix_drop", 30)).toBe(0);
    // A failed request would part the ways of two allocators; at this load there is none.
    expect(call("mix", kind, 30, 20_000)).toBe(0);
    const blocks = new Uint32Array(
      instance.memory.buffer,
      call("block_list"),
      call("blocks_in_use"),
    );
    return [...blocks].map((block) => block & 15);
  }

  test.each(Object.entries(Mix))("make the same requests in both languages: %s", (_name, kind) => {
    const orders = ordersAfterMix("kernel", kind);
    expect(orders.length).toBeGreaterThan(10);
    expect(orders).toEqual(ordersAfterMix("list_buddy", kind));
    expect(orders).toEqual(ordersAfterMix("null", kind));
  });

  test.each([
    ["kernel mix", Mix.KERNEL, [184, 7, 5, 3, 0, 0, 0, 0, 0, 1]],
    ["Linux mix", Mix.LINUX, [167081, 850, 16, 25, 0, 1, 0, 2, 13, 5]],
  ])("ask for orders as often as they should: %s", (_name, kind, weights) => {
    const instance = instanceOf(allocatorCalled("null"));
    const call = (name: string, ...args: number[]) => instance.callNow(name, ...args).value;
    call("init", 2 ** 22);
    expect(call("mix_rise", kind, 95)).toBe(0);
    const requests = call("blocks_in_use");
    const blocks = new Uint32Array(instance.memory.buffer, call("block_list"), requests);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    weights.forEach((weight, order) => {
      const wanted = (requests * weight) / total;
      const got = blocks.filter((block) => (block & 15) === order).length;
      // Five standard deviations of a Poisson count.
      expect(Math.abs(got - wanted), `order ${order}`).toBeLessThanOrEqual(5 * Math.sqrt(wanted));
    });
  });

  test("find the frames of a recorded machine, each run of them", () => {
    const { runs } = seedingMaps()[0]!;
    const frames = runs.reduce((sum, { count }) => sum + count, 0);
    const instance = instanceOf(allocatorCalled("kernel"));
    const call = (name: string, ...args: number[]) => instance.callNow(name, ...args).value;
    const list = call("run_list", runs.length);
    const words = new Uint32Array(instance.memory.buffer, list, runs.length * 2);
    runs.forEach(({ start, count }, index) => words.set([start, count], index * 2));
    call("init_runs", runs.length, frames);
    expect(call("fill", 0)).toBe(frames);
    const got = new Uint32Array(instance.memory.buffer, call("block_list"), frames).slice().sort();
    const wanted = runs.flatMap(({ start, count }) =>
      Array.from({ length: count }, (_, i) => start + i),
    );
    expect([...got]).toEqual(wanted);
  });

  test.each(["kernel", "kernel_split", "list_buddy_pcp"])("give every frame once: %s", (id) => {
    const allocator = allocatorCalled(id);
    const instance = instanceOf(allocator);
    const call = (name: string, ...args: number[]) => instance.callNow(name, ...args).value;
    call(allocator.init, FRAMES);
    for (let round = 0; round < 2; ++round) {
      expect(call("fill", 0)).toBe(FRAMES);
      call("shuffle");
      const list = new Uint32Array(instance.memory.buffer, call("block_list"), FRAMES);
      expect(new Set(list).size).toBe(FRAMES);
      expect(call("drain", 0)).toBe(0);
    }
    expect(call("fill", 9)).toBe(FRAMES / 512);
  });
});

describe("the count of free 2 MiB blocks", () => {
  const block = (frame: number, order: number) => (frame << 4) | order;

  test("takes a block of any order for its frames", () => {
    const blocks = Uint32Array.of(block(0, 0), block(511, 0), block(1024, 9), block(4096 + 8, 3));
    expect(usedFrames(blocks)).toBe(1 + 1 + 512 + 8);
    expect(freeLargeRuns(blocks, 8192)).toBe(16 - 3);
  });

  test("is that of all runs where nothing is in use", () => {
    expect(freeLargeRuns(new Uint32Array(), 8192)).toBe(16);
  });
});
