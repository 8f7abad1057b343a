/**
 * The list buddy of the judge and of the explorer against the benchmark's: the one that is compiled without
 * clang gives the same blocks to the same requests as the one in C, and refuses the same ones.
 */

import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { buildModule } from "../../bench/modules.ts";
import { V8Instance } from "../../bench/v8_engine.ts";
import { measuringModule } from "../../tools/judge/modules.ts";

const NO_FRAME = 0xffff_ffff;
const LARGEST_ORDER = 9;

function hasClang(): boolean {
  try {
    execFileSync("clang", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

interface Twin {
  init(frames: number): void;
  alloc(order: number): number;
  free(frame: number, order: number): boolean;
}

function inC(path: string): Twin {
  const instance = new V8Instance(path);
  return {
    init: (frames) => void instance.callNow("init", frames),
    alloc: (order) => instance.callNow("alloc", order).value >>> 0,
    free: (frame, order) => instance.callNow("release", frame, order).value === 1,
  };
}

function inAssemblyScript(): Twin {
  const take = (bytes: number) => memory.grow(Math.ceil(bytes / 65536)) * 65536;
  const module = measuringModule("list_buddy_pcp");
  const { exports } = new WebAssembly.Instance(module, { env: { memory_take: take } });
  const memory = exports.memory as WebAssembly.Memory;
  const call = (name: string, ...args: number[]) =>
    (exports[name] as (...args: number[]) => number)(...args);
  return {
    init: (frames) => void call("allocator_init", frames),
    alloc: (order) => call("allocator_alloc", order) >>> 0,
    free: (frame, order) => call("allocator_free", frame, order) === 1,
  };
}

/** A generator of 32-bit numbers: Marsaglia's xorshift. */
function randomNumbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

describe.skipIf(!hasClang())("the list buddy in AssemblyScript", () => {
  test("gives and refuses what the one in C does, block by block", { timeout: 120_000 }, () => {
    const c = inC(buildModule("list_buddy_pcp"));
    const twin = inAssemblyScript();
    for (const [seed, frames, orders] of [
      [1, 1024, 10],
      [2, 2048, 1],
      [3, 65536, 10],
      [4, 4096, 3],
      [5, 5120, 10],
    ] as const) {
      const random = randomNumbers(seed);
      c.init(frames);
      twin.init(frames);
      const held: { frame: number; order: number }[] = [];
      const seen = { blocks: 0, refusals: 0, wrongFrees: 0 };
      // Memory is filled up and emptied again, some times over.
      for (let step = 0; step < 60_000; ++step) {
        const rising = step % 20_000 < 10_000;
        if (random(10) < (rising ? 7 : 3)) {
          const order = random(orders);
          const frame = c.alloc(order);
          if (twin.alloc(order) !== frame) expect.fail(`seed ${seed}, step ${step}: another block`);
          if (frame === NO_FRAME) ++seen.refusals;
          else held.push({ frame, order });
          ++seen.blocks;
        } else if (held.length && random(20)) {
          const [block] = held.splice(random(held.length), 1);
          expect(c.free(block!.frame, block!.order)).toBe(true);
          expect(twin.free(block!.frame, block!.order)).toBe(true);
        } else {
          // Only where no block begins: what else they do with a wrong order is not part of the design.
          const frame = random(frames);
          if (held.some((block) => block.frame === frame)) continue;
          expect(c.free(frame, 0)).toBe(false);
          expect(twin.free(frame, 0)).toBe(false);
          ++seen.wrongFrees;
        }
      }
      expect(seen.refusals).toBeGreaterThan(0);
      expect(seen.wrongFrees).toBeGreaterThan(100);
      expect(orders).toBeLessThanOrEqual(LARGEST_ORDER + 1);
    }
  });
});
