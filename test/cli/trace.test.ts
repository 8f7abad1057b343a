import { describe, expect, it } from "vitest";
import { MmStat } from "../../abi/mm_stat.ts";
import { type Kernel } from "../../sim/kernel.ts";
import { syntheticMap } from "../../tools/formats/size.ts";
import { framesInBlocks } from "../../tools/plan/free_blocks.ts";
import { listed, type Operation, type Workload } from "../../tools/trace/operation.ts";
import { randomWorkload } from "../../tools/trace/random_workload.ts";
import { parseScript } from "../../tools/trace/script.ts";
import { type Trace, traceWorkload } from "../../tools/trace/trace.ts";
import { startKernel } from "../support/booted_kernel.ts";

function kernelOf(size: string): Kernel {
  return startKernel(syntheticMap(size).entries).kernel;
}

function traceScript(script: string, sampleEvery = 1): Trace {
  return traceWorkload(kernelOf("64M"), listed(parseScript(script)), { sampleEvery });
}

function randomTrace(size: string, operations: number, seed: number, sampleEvery: number): Trace {
  const kernel = kernelOf(size);
  const frames = kernel.mmStat(MmStat.MANAGED);
  return traceWorkload(kernel, randomWorkload({ operations, seed, frames }), { sampleEvery });
}

/** Allocated frames at each sample, against those at the first. */
function allocatedOverTime({ samples }: Trace): number[] {
  return samples.map(({ allocated }) => allocated - samples[0]!.allocated);
}

describe("a script on a running kernel", () => {
  it("allocates and frees what it says", () => {
    const trace = traceScript("alloc a order=3\nalloc b\nfree a\nalloc a order=9\nfree b\nfree a");
    expect(trace.operations).toBe(6);
    expect(trace.done).toEqual({ alloc: 3, free: 3, retain: 0, reserve: 0 });
    expect(trace.refused).toEqual([]);
    expect(allocatedOverTime(trace)).toEqual([0, 8, 9, 1, 513, 512, 0]);
    expect(trace.samples.map(({ operations }) => operations)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(trace.samples.every((sample) => sample.totals_agree)).toBe(true);
    expect(trace.samples.at(-1)?.free_blocks).toEqual(trace.samples[0]?.free_blocks);
  });

  it("keeps a shared frame until its last owner is gone", () => {
    // The first shared frame makes the kernel take memory for the counts.
    const trace = traceScript(
      "alloc x\nretain x\nfree x\nfree x\nalloc a\nretain a\nfree a\nfree a",
    );
    const counts = allocatedOverTime(trace);
    const without = counts[counts.length - 1]!;
    expect(counts.slice(4).map((count) => count - without)).toEqual([0, 1, 1, 1, 0]);
    expect(trace.done).toEqual({ alloc: 2, free: 4, retain: 2, reserve: 0 });
  });

  it("counts what the kernel refuses, by its reason", () => {
    const trace = traceScript(
      "alloc a order=2\nfree a order=1\nfree a\nfree a\nfree a\nalloc b order=40\nfree b\n" +
        "retain 0x5\nreserve 0x100001 bytes=4K",
    );
    expect(trace.refused).toEqual([
      { operation: "free", code: 11, name: "ORDER_MISMATCH", count: 1 },
      { operation: "free", code: 10, name: "NOT_ALLOCATED", count: 2 },
      { operation: "alloc", code: 9, name: "INVALID_ORDER", count: 1 },
      {
        operation: "free",
        code: expect.any(Number) as number,
        name: expect.any(String) as string,
        count: 1,
      },
      { operation: "retain", code: 8, name: "INVALID_ADDRESS", count: 1 },
      {
        operation: "reserve",
        code: expect.any(Number) as number,
        name: expect.any(String) as string,
        count: 1,
      },
    ]);
    expect(trace.done).toEqual({ alloc: 1, free: 1, retain: 0, reserve: 0 });
    expect(allocatedOverTime(trace).at(-1)).toBe(0);
  });

  it("reserves for good", () => {
    const trace = traceScript("reserve 0x400000 bytes=2M");
    const [before, after] = trace.samples;
    expect(before!.managed - after!.managed).toBe(512);
    expect(before!.free - after!.free).toBe(512);
    expect(before!.free_in_2m_blocks - after!.free_in_2m_blocks).toBe(512);
  });

  it("tells free memory in large blocks from the rest", () => {
    const kernel = kernelOf("64M");
    const one: Operation[] = [{ kind: "alloc", name: "a", order: 9, flags: 0 }];
    const { samples } = traceWorkload(kernel, listed(one), { sampleEvery: 1 });
    const [before, after] = samples;
    const at = Number(firstAllocated(kernel, 2n ** 21n));
    expect(at % 2 ** 21).toBe(0);
    expect(before!.free_in_2m_blocks - after!.free_in_2m_blocks).toBe(512);
    expect(framesInBlocks(after!.free_blocks, 0)).toBe(after!.free);
  });
});

/** Address of the first allocated block of `bytes`. */
function firstAllocated(kernel: Kernel, bytes: bigint): bigint {
  for (const run of kernel.managedRuns()) {
    for (let address = run.base; address < run.base + run.length;) {
      const block = kernel.frameBlock(address);
      if (block.state === 2 && block.length === bytes) return block.base;
      address = block.base + block.length;
    }
  }
  throw new Error(`no allocated block of ${bytes} bytes`);
}

/** Plays `workload` without a kernel: every frame of `frames` can be had, whatever the alignment. */
function play(
  workload: Workload,
  frames: number,
): { operations: Operation[]; peak: number; sharedAndFreed: number } {
  const operations: Operation[] = [];
  const shared = new Set<string>();
  let sharedAndFreed = 0;
  const blocks = new Map<string, { order: number; owners: number }>();
  let used = 0;
  let peak = 0;
  let step = workload.next();
  while (!step.done) {
    const operation = step.value;
    operations.push(operation);
    let done = true;
    if (operation.kind === "alloc") {
      expect(blocks.has(operation.name)).toBe(false);
      done = used + 2 ** operation.order <= frames;
      if (done) {
        blocks.set(operation.name, { order: operation.order, owners: 1 });
        used += 2 ** operation.order;
      }
    } else if (operation.kind !== "reserve") {
      const { name } = operation.target as { name: string };
      const block = blocks.get(name)!;
      expect(block.owners).toBeGreaterThan(0);
      block.owners += operation.kind === "retain" ? 1 : -1;
      if (operation.kind === "retain") {
        expect(block.order).toBe(0);
        shared.add(name);
      }
      if (block.owners === 0) {
        blocks.delete(name);
        if (shared.has(name)) ++sharedAndFreed;
        used -= 2 ** block.order;
      }
    }
    peak = Math.max(peak, used / frames);
    step = workload.next(done);
  }
  return { operations, peak, sharedAndFreed };
}

describe("a random workload", () => {
  it("is the same for the same seed, and another for another", () => {
    const draw = (seed: number) =>
      play(randomWorkload({ operations: 500, seed, frames: 10000 }), 10000);
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    for (const seed of [0, 1, 2 ** 31]) expect(draw(seed).operations).toHaveLength(500);
    // The seed whose first state would be the one that the generator never leaves.
    expect(new Set(draw(442224535).operations.map(({ kind }) => kind)).size).toBeGreaterThan(1);
  });

  it("asks for half as many blocks of each order as of the one below", () => {
    const { operations } = play(
      randomWorkload({ operations: 100_000, seed: 3, frames: 2 ** 30 }),
      2 ** 30,
    );
    const counts = Array.from({ length: 10 }, () => 0);
    for (const operation of operations) if (operation.kind === "alloc") ++counts[operation.order]!;
    for (let order = 0; order < 7; ++order) {
      expect(counts[order]! / counts[order + 1]!).toBeGreaterThan(1.7);
      expect(counts[order]! / counts[order + 1]!).toBeLessThan(2.3);
    }
    expect(counts[9]).toBeGreaterThan(0);
  });

  it("fills memory to about 70 % and stays there", () => {
    const { peak } = play(randomWorkload({ operations: 200_000, seed: 5, frames: 50_000 }), 50_000);
    expect(peak).toBeGreaterThan(0.7);
    expect(peak).toBeLessThan(0.9);
  });

  it("frees shared frames as often as they have owners", () => {
    const { sharedAndFreed } = play(
      randomWorkload({ operations: 100_000, seed: 6, frames: 10_000 }),
      10_000,
    );
    expect(sharedAndFreed).toBeGreaterThan(100);
  });

  it.each([1, 2, 3])("never asks the kernel for what it must refuse: seed %i", (seed) => {
    const trace = randomTrace("16M", 20_000, seed, 2000);
    expect(trace.operations).toBe(20_000);
    expect(trace.refused.filter(({ name }) => name !== "OUT_OF_FRAMES")).toEqual([]);
    expect(trace.samples).toHaveLength(11);
    for (const sample of trace.samples) {
      expect(sample.totals_agree).toBe(true);
      expect(sample.free + sample.allocated).toBe(sample.managed);
      expect(framesInBlocks(sample.free_blocks, 0)).toBe(sample.free);
      expect(sample.free_in_2m_blocks).toBeLessThanOrEqual(sample.free);
      expect(sample.free_in_2m_blocks % 512).toBe(0);
    }
    expect(randomTrace("16M", 20_000, seed, 2000)).toEqual(trace);
  });

  it("samples the end, though it falls between two samples", () => {
    const { samples } = randomTrace("64M", 25, 1, 10);
    expect(samples.map(({ operations }) => operations)).toEqual([0, 10, 20, 25]);
  });
});
