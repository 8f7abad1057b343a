/**
 * The oracles, on examples small enough to be checked by eye.
 */

import { describe, expect, test } from "vitest";
import { ErrorCode } from "../../abi/error_code.ts";
import { MemoryType } from "../../abi/memory_type.ts";
import { IntervalSet } from "../support/interval_set.ts";
import { ReferenceAllocator } from "../support/reference_allocator.ts";
import { framesOfType, sanitise } from "../support/reference_sanitiser.ts";

const intervals = (...pairs: [number, number][]) =>
  new IntervalSet(pairs.map(([start, end]) => ({ start: BigInt(start), end: BigInt(end) })));

describe("interval sets", () => {
  test("a union sorts, merges what overlaps or touches, drops what is empty", () => {
    const set = intervals([5, 7], [1, 2], [6, 9], [2, 3], [4, 4]);
    expect(set).toEqual(intervals([1, 3], [5, 9]));
    expect(set.size).toBe(6n);
  });

  test("subtract and intersect", () => {
    const set = intervals([0, 10], [20, 30]);
    expect(set.subtract(intervals([3, 5], [8, 22]))).toEqual(intervals([0, 3], [5, 8], [22, 30]));
    expect(set.intersect(intervals([3, 5], [8, 22]))).toEqual(intervals([3, 5], [8, 10], [20, 22]));
    expect(set.subtract(set)).toEqual(intervals());
    expect(set.union(intervals([10, 20]))).toEqual(intervals([0, 30]));
  });

  test("covers and meets", () => {
    const set = intervals([0, 10], [20, 30]);
    const asks: [number, number, boolean, boolean][] = [
      [0, 10, true, true],
      [9, 11, false, true],
      [10, 20, false, false],
      [15, 15, true, false],
    ];
    for (const [from, to, covers, meets] of asks) {
      const interval = { start: BigInt(from), end: BigInt(to) };
      expect([set.covers(interval), set.meets(interval)]).toEqual([covers, meets]);
    }
  });
});

describe("the reference sanitiser", () => {
  const map = (...entries: [bigint, bigint, number][]) =>
    sanitise(entries.map(([base, length, type]) => ({ base, length, type })));

  test("usable shrinks, others grow, the more restrictive wins", () => {
    expect(map([0x1800n, 0x5000n, 0], [0x3fffn, 2n, MemoryType.ACPI_NVS])).toEqual([
      { start: 2, end: 3, type: 0 },
      { start: 3, end: 5, type: 3 },
      { start: 5, end: 6, type: 0 },
    ]);
    const order = [0, 5, 2, 6, 7, 3, 1, 4];
    for (const [rank, strict] of order.entries()) {
      for (const lax of order.slice(0, rank)) {
        const expected = [{ start: 1, end: 2, type: strict }];
        expect(map([0x1000n, 0x1000n, lax], [0x1000n, 0x1000n, strict])).toEqual(expected);
        expect(map([0x1000n, 0x1000n, strict], [0x1000n, 0x1000n, lax])).toEqual(expected);
      }
    }
    expect(map([0x1000n, 0x1000n, 77])).toEqual([{ start: 1, end: 2, type: 1 }]);
  });

  test("parts of reclaimable frames are reserved", () => {
    expect(map([0x1800n, 0x2000n, 5])).toEqual([
      { start: 1, end: 2, type: 1 },
      { start: 2, end: 3, type: 5 },
      { start: 3, end: 4, type: 1 },
    ]);
    expect(map([0x1800n, 0x10n, 5])).toEqual([{ start: 1, end: 2, type: 1 }]);
  });

  test("frame 0 is never usable or reclaimable", () => {
    expect(map([0n, 0x2000n, 0])[0]).toEqual({ start: 0, end: 1, type: 1 });
    expect(map([0n, 0x2000n, 5])[0]).toEqual({ start: 0, end: 1, type: 1 });
    expect(map([0n, 0x2000n, 3])[0]).toEqual({ start: 0, end: 2, type: 3 });
    expect(map([0x1000n, 0x1000n, 0])).toEqual([{ start: 1, end: 2, type: 0 }]);
  });

  test("ends beyond 2^64 and memory beyond 16 TiB are cut", () => {
    const tib16 = 1n << 44n;
    expect(map([tib16 - 0x1000n, (1n << 64n) - 1n, 0])).toEqual([
      { start: 2 ** 32 - 1, end: 2 ** 32, type: 0 },
    ]);
    expect(map([tib16, 0x1000n, 0], [(1n << 64n) - 1n, 1n, 1], [0x5000n, 0n, 4])).toEqual([]);
  });

  test("adjacent runs of one type are one; frames are counted by type", () => {
    const runs = map([0x2000n, 0x1000n, 0], [0x1000n, 0x1000n, 0], [0x8000n, 0x2000n, 0]);
    expect(runs).toEqual([
      { start: 1, end: 3, type: 0 },
      { start: 8, end: 10, type: 0 },
    ]);
    expect(framesOfType(runs, 0)).toBe(4);
    expect(framesOfType(runs, 1)).toBe(0);
  });
});

describe("the reference allocator", () => {
  const address = (frame: number) => BigInt(frame) * 4096n;
  const make = () =>
    new ReferenceAllocator(
      [
        { start: 1, end: 8 },
        { start: 8, end: 16 },
        { start: 2 ** 20, end: 2 ** 20 + 4 },
      ],
      [{ start: 16, end: 20 }],
    );

  test("accepts what is legal and follows it", () => {
    const model = make();
    expect(model.managed).toHaveLength(2);
    expect([model.managedFrames, model.freeFrames, model.largestFreeOrder()]).toEqual([19, 19, 3]);
    expect(model.alloc(2, 0, address(4), 0)).toBe("");
    expect([model.freeFrames, model.allocatedFrames, model.isFree(4)]).toEqual([15, 4, false]);
    expect(model.freeRuns()[0]).toEqual({ start: 1, end: 4 });
    expect(model.free(address(4), 2, 0)).toBe("");
    expect(model.freeFrames).toBe(19);
  });

  test.each([
    ["a frame in use", 0, 0, 4],
    ["an unmanaged frame", 0, 0, 16],
    ["a block that is not aligned", 1, 0, 9],
    ["a block that reaches into a hole", 3, 0, 2 ** 20],
    ["memory above the flags' limit", 0, 4, 2 ** 20],
    ["a block of order 19", 19, 0, 8],
  ])("objects to %s as an answer", (_, order, flags, frame) => {
    const model = make();
    model.alloc(2, 0, address(4), 0);
    expect(model.alloc(order, flags, address(frame), 0)).not.toBe("");
  });

  test("objects to untruthful refusals, and to the wrong code", () => {
    const model = make();
    expect(model.alloc(3, 0, 0n, ErrorCode.OUT_OF_FRAMES)).toContain("expected 0");
    expect(model.alloc(3, 0, 0n, ErrorCode.NONE)).not.toBe("");
    expect(model.alloc(4, 0, 0n, ErrorCode.OUT_OF_FRAMES)).toBe("");
    expect(model.alloc(4, 0, 0n, ErrorCode.INVALID_ORDER)).not.toBe("");
    expect(model.alloc(19, 0, 0n, ErrorCode.INVALID_ORDER)).toBe("");
    model.alloc(3, 2, address(8), 0);
    expect(model.alloc(3, 0, 0n, ErrorCode.OUT_OF_FRAMES)).toBe("");
  });

  test.each([
    ["order 19", 4, 19, ErrorCode.INVALID_ORDER],
    ["a byte off", 4.5, 2, ErrorCode.INVALID_ADDRESS],
    ["a frame nobody knows", 100, 0, ErrorCode.INVALID_ADDRESS],
    ["a reserved frame", 17, 0, ErrorCode.RESERVED],
    ["an unaligned frame", 5, 1, ErrorCode.INVALID_ADDRESS],
    ["a free frame", 8, 0, ErrorCode.NOT_ALLOCATED],
    ["the wrong order", 4, 1, ErrorCode.ORDER_MISMATCH],
    ["the inside of a block", 6, 1, ErrorCode.ORDER_MISMATCH],
  ])("freeing %s has its own code", (_, frame, order, code) => {
    const model = make();
    model.alloc(2, 0, address(4), 0);
    const at = BigInt(frame * 4096);
    expect(model.free(at, order, code)).toBe("");
    expect(model.free(at, order, ErrorCode.NONE)).not.toBe("");
    expect(model.allocatedFrames).toBe(4);
  });

  test("a retained frame is free when its last owner frees it", () => {
    const model = make();
    model.alloc(0, 0, address(3), 0);
    model.alloc(1, 0, address(4), 0);
    expect(model.retain(address(3), ErrorCode.NONE)).toBe("");
    expect(model.retain(address(2), ErrorCode.NOT_ALLOCATED)).toBe("");
    expect(model.retain(address(4), ErrorCode.ORDER_MISMATCH)).toBe("");
    expect(model.free(address(3), 0, 0)).toBe("");
    expect(model.isFree(3)).toBe(false);
    expect(model.free(address(3), 0, 0)).toBe("");
    expect(model.isFree(3)).toBe(true);
  });

  test("a reserved range leaves management, or nothing changes", () => {
    const model = make();
    model.alloc(0, 0, address(3), 0);
    expect(model.reserve({ start: 2, end: 5 }, ErrorCode.BUSY)).toBe("");
    expect(model.reserve({ start: 14, end: 17 }, ErrorCode.RESERVED)).toBe("");
    expect(model.reserve({ start: 100, end: 101 }, ErrorCode.INVALID_ADDRESS)).toBe("");
    expect(model.managedFrames).toBe(19);
    expect(model.reserve({ start: 4, end: 6 }, ErrorCode.NONE)).toBe("");
    expect(model.managedFrames).toBe(17);
    expect(model.free(address(4), 0, ErrorCode.RESERVED)).toBe("");
    expect(model.freeRuns().slice(0, 2)).toEqual([
      { start: 1, end: 3 },
      { start: 6, end: 16 },
    ]);
    model.manage([{ start: 30, end: 32 }]);
    expect(model.isFree(31)).toBe(true);
  });
});
