/**
 * What the benchmark makes of memory maps and of boot logs.
 */

import { describe, expect, test } from "vitest";
import { REFERENCE, SUBJECT } from "../../bench/allocators.ts";
import { GUEST, GUEST_NATIVE, loggedSpeed } from "../../bench/guest.ts";
import { plainRuns, seedingMaps } from "../../bench/seeding.ts";
import { recordedRuns } from "../../tools/judge/workloads/recorded_runs.ts";
import { bootTimes } from "../../bench/start_up.ts";

describe("maps for seeding", () => {
  test("keep whole usable frames, without frame 0, and join runs that touch", () => {
    const entry = (base: number, length: number, type: string) => ({ base, length, type });
    const entries = [
      entry(0x5000, 0x1000, "usable"),
      entry(0, 0x2800, "usable"),
      entry(0x3000, 0x1000, "reserved"),
      entry(0x6000, 0x2000, "usable"),
      entry(0x9800, 0x700, "usable"),
      entry(0xb800, 0x2000, "usable"),
    ];
    expect(recordedRuns({ source: "", entries })).toEqual([
      { start: 1, count: 1 },
      { start: 5, count: 3 },
      { start: 12, count: 1 },
    ]);
  });

  test("of plain machines hold what they are called after, but for the legacy hole", () => {
    const frames = (gibibytes: number) =>
      plainRuns(gibibytes).reduce((sum, { count }) => sum + count, 0);
    const lost = 256 - 159;
    expect(frames(2)).toBe(2 * 2 ** 18 - lost);
    expect(frames(64)).toBe(64 * 2 ** 18 - lost);
    const ends = plainRuns(16 * 1024).map(({ start, count }) => start + count);
    expect(Math.max(...ends)).toBe(2 ** 32);
  });

  test("are in order, apart and below 16 TiB", () => {
    for (const { name, runs } of seedingMaps()) {
      let end = 1;
      for (const { start, count } of runs) {
        expect(start, name).toBeGreaterThanOrEqual(end);
        expect(count, name).toBeGreaterThan(0);
        end = start + count + 1;
      }
      expect(end - 1, name).toBeLessThanOrEqual(2 ** 32);
    }
  });
});

describe("a boot's log", () => {
  const LOG = [
    "BdsDxe: loading Boot0001",
    '[    0.005142] boot: SlopOS 0.1.0 loader="Limine 8.2.0" entries=37',
    "[    0.046087] mm: runtime allocator initialized: free_runs=12 reserved=16 elapsed_us=21528",
    "[    1.168000] mm: ready: usable=9 managed=9 metadata_bytes=1 linear_bytes=196608 elapsed_us=5",
    "[    1.168986] boot: SlopOS Kernel Started!",
    "[    1.200000] bench: frames=1000",
    "[    1.300000] bench: workload=W2-alloc ns=5000 units=1000",
    "[    1.400000] bench: workload=order-9-pair ns=300 units=3",
    "[    1.500000] bench: workload=unheard-of ns=300 units=3",
  ];

  test("tells when allocators were ready and when the kernel had started", () => {
    expect(bootTimes(LOG)).toEqual({
      handoff: 21528,
      started: 1163844,
      linearBytes: 196608,
    });
  });

  test("that ends too early is an error which shows its end", () => {
    expect(() => bootTimes(LOG.slice(0, 3))).toThrow("elapsed_us=21528");
    expect(() => bootTimes([])).toThrow("did not start");
  });

  test("tells what the workloads took", () => {
    const found = loggedSpeed(LOG);
    expect(found.map(({ measure, time }) => [measure, time.median])).toEqual([
      ["W2 alloc", 5],
      ["order-9 pair", 100],
    ]);
    expect(found[0]).toMatchObject({ engine: GUEST, allocator: SUBJECT, frames: 1000 });
    const compiled = loggedSpeed(LOG, GUEST_NATIVE, REFERENCE);
    expect(compiled[0]).toMatchObject({ engine: GUEST_NATIVE, allocator: REFERENCE });
  });
});
