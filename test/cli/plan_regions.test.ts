import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryType } from "../../abi/memory_type.ts";
import { MEMORY_TYPE_NAMES } from "../../sim/memory_map.ts";
import { type LoggedRange, summariseLog } from "../../tools/log/log_summary.ts";
import { hostileMemoryMap } from "../support/arbitraries.ts";
import { bootKernel } from "../support/booted_kernel.ts";
import { recordedMaps } from "../support/memmaps.ts";
import { type FrameRun, sanitise } from "../support/reference_sanitiser.ts";
import { draws } from "../support/seeds.ts";

const FRAME = 4096n;

function frameRun({ base, length, kind }: LoggedRange): FrameRun {
  return {
    start: Number(BigInt(base) / FRAME),
    end: Number((BigInt(base) + BigInt(length)) / FRAME),
    type: MEMORY_TYPE_NAMES.indexOf(kind),
  };
}

/**
 * `runs` from frame 1 on. Frame 0 is kept by the kernel and by the reference, under the type of
 * another entry that claims it or as reserved: there they may differ.
 */
function behindFrameZero(runs: readonly FrameRun[]): FrameRun[] {
  return runs
    .map((run) => ({ ...run, start: Math.max(run.start, 1) }))
    .filter(({ start, end }) => start < end);
}

/** How many entries are named, each once however many reasons there are. */
function entriesOf(ranges: readonly LoggedRange[]): number {
  return new Set(ranges.map(({ base, length, kind }) => `${base} ${length} ${kind}`)).size;
}

function judge(memoryMap: Parameters<typeof sanitise>[0]): void {
  const { log, machine } = bootKernel({ memoryMap, options: "log=debug" });
  const { sanitised, regions, changes } = summariseLog(log);
  if (!sanitised) return;
  const runs = regions.map(frameRun);
  expect(behindFrameZero(runs)).toEqual(behindFrameZero(sanitise(machine.memoryMap)));
  const kept = runs.find(({ start }) => start === 0)?.type;
  expect(kept === MemoryType.USABLE || kept === MemoryType.BOOTLOADER_RECLAIMABLE).toBe(false);
  for (const change of ["dropped", "clipped", "grown"] as const) {
    const changed = changes.filter((entry) => entry.change === change);
    // Entries that are the same in all respects are counted apart, and named alike.
    expect(entriesOf(changed)).toBeLessThanOrEqual(sanitised[change]);
    expect(changed.length > 0).toBe(sanitised[change] > 0);
    expect(changed.every(({ reason }) => reason !== "")).toBe(true);
  }
}

describe("the log lists what sanitising made of the map", () => {
  it.each(recordedMaps())("$name", ({ entries }) => {
    judge(entries);
  });

  it("any map", () => {
    fc.assert(fc.property(hostileMemoryMap({}), judge), draws(7021, 150));
  });

  it("says why for each entry that it does not take as it is", () => {
    const usable = (base: bigint, length: bigint) => ({ base, length, type: 0 });
    const { log } = bootKernel({
      placement: "unlisted",
      options: "log=debug",
      memoryMap: [
        usable(0n, 0x2800n),
        usable(0x5800n, 0x400n),
        usable(0x9000n, 0n),
        usable(0x100000n, 0x4000000n),
        { base: 0x3000n, length: 0x10n, type: 1 },
        { base: 1n << 50n, length: 0x1000n, type: 1 },
        usable((1n << 44n) - 0x1000n, 0x2000n),
        { base: 0xfffffffffffff000n, length: 0x2000n, type: 2 },
      ],
    });
    const { changes } = summariseLog(log);
    expect(changes.map(({ base, change, reason }) => [base, change, reason])).toEqual([
      ["0x5800", "dropped", "partial_frame"],
      ["0x9000", "dropped", "empty"],
      ["0x4000000000000", "dropped", "beyond_16_tib"],
      ["0xfffffffffffff000", "dropped", "beyond_16_tib"],
      ["0x0", "clipped", "frame_zero"],
      ["0x0", "clipped", "partial_frame"],
      ["0xffffffff000", "clipped", "beyond_16_tib"],
      ["0x3000", "grown", "partial_frame"],
    ]);
  });
});
