/**
 * The exports on a running kernel against the reference allocator: sequences of calls, right and
 * wrong ones, on machines whose memory lies where arithmetic goes wrong.
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MemoryType } from "../../abi/memory_type.ts";
import { type MemoryMapEntry } from "../../sim/memory_map.ts";
import { BORDERS, denseRuns, operations } from "../support/arbitraries.ts";
import { plainMap, startKernel } from "../support/booted_kernel.ts";
import { KernelDuel } from "../support/kernel_duel.ts";
import { recordedMap } from "../support/memmaps.ts";
import { draws } from "../support/seeds.ts";

const SEED = 3_2027;
const OPTIONS = "selftest=off";

/** Memory to boot from that tests leave alone, since it is all taken at once. */
const BESIDES: MemoryMapEntry = {
  base: 0x40_0000_0000n,
  length: 3n << 20n,
  type: MemoryType.USABLE,
};

function usable({ start, end }: { start: number; end: number }): MemoryMapEntry {
  return { base: BigInt(start) << 12n, length: BigInt(end - start) << 12n, type: 0 };
}

/** Runs `steps` on a machine with `memoryMap`, then looks at every frame. */
function duel(memoryMap: readonly MemoryMapEntry[], steps: Parameters<KernelDuel["run"]>[0][]) {
  const both = new KernelDuel(startKernel(memoryMap, { options: OPTIONS }));
  for (const step of steps) both.run(step);
  both.compareBlocks();
  both.drain();
  both.release();
  expect(both.model.blocks.length).toBeGreaterThan(0);
}

describe("sequences of calls", () => {
  test.each(Object.entries(BORDERS))("around the border %s", (_, border) => {
    fc.assert(
      fc.property(denseRuns(border), operations(80), (runs, steps) => {
        duel([...runs.map(usable), BESIDES], steps);
      }),
      draws(SEED, 40),
    );
  });

  test("on a machine of a few megabytes", () => {
    fc.assert(
      fc.property(operations(160), (steps) => duel(plainMap(3n << 20n), steps)),
      draws(SEED, 40),
    );
  });

  test.each(["ppro-firebird-32m", "xen-dom0-unaligned"])("on %s", (name) => {
    fc.assert(
      fc.property(operations(120), (steps) => {
        const both = new KernelDuel(startKernel(recordedMap(name).entries, { options: OPTIONS }));
        for (const step of steps) both.run(step);
        both.release();
      }),
      draws(SEED, 10),
    );
  });
});
