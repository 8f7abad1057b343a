/**
 * That the benchmark's calls reach what they say: every allocator passes the check before the timing
 * when another module calls it, the requests are those of the workloads in its own module, and what
 * the calls cost is taken off.
 */

import { describe, expect, test } from "vitest";
import { ALLOCATORS } from "../../bench/allocators.ts";
import {
  buildCalled,
  CalledInstance,
  type Callee,
  CALLEES,
  withoutFloor,
} from "../../bench/calls.ts";
import { buildModule } from "../../bench/modules.ts";
import { selfCheck } from "../../bench/self_check.ts";
import { V8Instance } from "../../bench/v8_engine.ts";
import { Mix } from "../../tools/judge/workloads/workloads.ts";

const FRAMES = 2 ** 14;

const built = new Map<string, string>();

/** The path of a module, which is built once. */
function pathOf(module: string): string {
  const path = built.get(module) ?? buildCalled(module);
  built.set(module, path);
  return path;
}

function instanceOf(callee: Callee): CalledInstance {
  return new CalledInstance(callee, pathOf(callee.module), pathOf("imported"));
}

/** The blocks in use after a mix that `call` has made. */
function blocksAfterMix(
  instance: Pick<V8Instance, "callNow" | "memory">,
  first: number,
): readonly number[] {
  const call = (name: string, ...args: number[]) => instance.callNow(name, ...args).value;
  call("init", FRAMES);
  expect(call("mix_rise", Mix.KERNEL, 60)).toBe(0);
  expect(call("mix", Mix.KERNEL, 60, 20_000)).toBe(0);
  const list = call("block_list");
  const blocks = new Uint32Array(instance.memory.buffer, list, call("blocks_in_use"));
  return [...blocks].map((block) => block - first * 16);
}

describe("an allocator that is called through exports", () => {
  test.each(CALLEES.filter(({ checked }) => checked))("passes the check: $title", (callee) => {
    selfCheck(callee, instanceOf(callee));
  });

  test.each(CALLEES.filter(({ checked }) => checked))(
    "gives the blocks that it gives its own module: $title",
    (callee) => {
      const inside = ALLOCATORS.find(({ module, id }) => {
        return callee.id.startsWith("kernel") ? id === "kernel" : module === callee.module;
      })!;
      // To callers the peers' frames lie where the kernel's do.
      const shift = callee.id.startsWith("kernel") ? 0 : 2 ** 20;
      const blocks = blocksAfterMix(instanceOf(callee), shift);
      expect(blocks.length).toBeGreaterThan(10);
      expect(blocks).toEqual(blocksAfterMix(new V8Instance(buildModule(inside.module)), 0));
    },
  );

  test("is refused what it does not own", () => {
    for (const callee of CALLEES.filter(({ id }) => id.startsWith("kernel"))) {
      const instance = instanceOf(callee);
      const call = (name: string, ...args: number[]) => instance.callNow(name, ...args).value;
      call("init", FRAMES);
      const frame = call("alloc", 3);
      expect(call("release", frame, 2), callee.title).toBe(0);
      expect(call("release", frame, 3), callee.title).toBe(1);
      expect(call("release", frame, 3), callee.title).toBe(0);
    }
  });
});

describe("what the calls themselves cost", () => {
  test("is taken off, round by round, and shown no more", () => {
    const series = (measure: string, allocator: string, ...samples: number[]) => ({
      measure,
      allocator,
      samples,
    });
    const found = withoutFloor([
      series("W1", "kernel_exports", 9, 8),
      series("W1", "nothing", 4, 5),
      series("W4", "nothing", 1, 1),
      series("W4", "kernel_exports", 7, 6),
    ]);
    expect(found).toEqual([
      series("W1", "kernel_exports", 5, 3),
      series("W4", "kernel_exports", 6, 5),
    ]);
  });
});
