/**
 * Single frames that are free and not merged (src/mm/deferred_frames.ts): what callers see of them, and
 * what ends it.
 */

import { beforeAll, describe, expect, test } from "vitest";
import {
  type Allocator,
  allocatorModule,
  Code,
  managing,
  Zone,
} from "../support/allocator_harness.ts";
import { checkTables } from "../support/allocator_tables.ts";

/** Frames in 1 GiB. */
const GIB = 2 ** 18;

// The compiler takes its time.
beforeAll(allocatorModule, 60_000);

/** All frames of two pageblocks are allocated; the lent word, all of it in use, is in the second. */
function inUse(): Allocator {
  const allocator = managing({ start: GIB, count: 1024 });
  for (let i = 0; i < 1024; ++i) expect(allocator.pageAlloc(Zone.ANY)).toBe(GIB + i);
  return allocator;
}

test("are free, wait for the next request, and are not freed again", () => {
  const allocator = inUse();
  expect(allocator.pageFree(GIB + 5)).toBe(Code.NONE);
  expect(allocator.core.buddyFreeFrames()).toBe(0n);
  expect(allocator.core.cachedFrames()).toBe(1n);
  expect(allocator.isFree(GIB + 5)).toBe(true);
  expect(allocator.blockOrder(GIB + 5)).toBe(-1);
  expect(allocator.core.pageLargestFreeOrder()).toBe(0);
  expect(allocator.pageFree(GIB + 5)).toBe(Code.NOT_ALLOCATED);
  expect(allocator.free(GIB + 4, 1)).toBe(Code.ORDER_MISMATCH);
  expect(allocator.pageRetain(GIB + 5)).toBe(Code.NOT_ALLOCATED);
  checkTables(allocator);
  expect(allocator.pageAlloc(Zone.ANY)).toBe(GIB + 5);
  expect(allocator.pageAlloc(Zone.ANY)).toBe(0);
});

test("are merged for a request that finds nothing else", () => {
  const allocator = inUse();
  for (const frame of [5, 64, 4]) expect(allocator.pageFree(GIB + frame)).toBe(Code.NONE);
  expect(allocator.core.buddyFreeFrames()).toBe(2n);
  expect(allocator.core.pageLargestFreeOrder()).toBe(1);
  expect(allocator.alloc(1, Zone.ANY)).toBe(GIB + 4);
  checkTables(allocator);
});

test("do not keep a pageblock that is free otherwise", () => {
  const allocator = inUse();
  for (let i = 0; i < 512; ++i) expect(allocator.pageFree(GIB + ((i * 77) % 512))).toBe(Code.NONE);
  expect(allocator.core.pageLargestFreeOrder()).toBe(9);
  expect(allocator.alloc(9, Zone.ANY)).toBe(GIB);
  expect(allocator.freeFrames()).toBe(0);
});

test("are not of the pageblock that the lent word is in", () => {
  const allocator = inUse();
  expect(allocator.pageFree(GIB + 512)).toBe(Code.NONE);
  expect(allocator.core.deferredCount()).toBe(0);
  expect(allocator.core.buddyFreeFrames()).toBe(1n);
});

test("are merged when their word is lent", () => {
  const allocator = inUse();
  for (const frame of [5, 64, 4, 3]) expect(allocator.pageFree(GIB + frame)).toBe(Code.NONE);
  expect(allocator.core.deferredCount()).toBe(0);
  expect(allocator.pageFree(GIB + 5)).toBe(Code.NOT_ALLOCATED);
  expect(allocator.core.cachedFrames()).toBe(3n);
});

describe("in two zones", () => {
  /** All of both zones is allocated, and no word is lent. */
  function bothInUse(): Allocator {
    const allocator = managing({ start: GIB, count: 1024 }, { start: 4 * GIB, count: 1024 });
    while (allocator.pageAlloc(Zone.ANY));
    allocator.flush();
    expect(allocator.freeFrames()).toBe(0);
    return allocator;
  }

  test("are merged when a frame of a higher zone becomes free", () => {
    const allocator = bothInUse();
    expect(allocator.pageFree(GIB + 5)).toBe(Code.NONE);
    expect(allocator.core.deferredCount()).toBe(1);
    expect(allocator.pageFree(4 * GIB + 5)).toBe(Code.NONE);
    expect(allocator.core.deferredCount()).toBe(0);
    expect(allocator.pageAlloc(Zone.ANY)).toBe(4 * GIB + 5);
    expect(allocator.pageAlloc(Zone.ANY)).toBe(GIB + 5);
  });

  test("are none below a zone that has free frames", () => {
    const allocator = bothInUse();
    expect(allocator.pageFree(4 * GIB + 5)).toBe(Code.NONE);
    allocator.flush();
    expect(allocator.pageFree(GIB + 5)).toBe(Code.NONE);
    expect(allocator.core.deferredCount()).toBe(0);
  });

  test("keep words of lower zones from being lent", () => {
    const allocator = bothInUse();
    for (const frame of [4 * GIB + 5, GIB + 1, GIB + 2]) {
      expect(allocator.pageFree(frame)).toBe(Code.NONE);
    }
    expect(allocator.pageAlloc(Zone.ANY)).toBe(4 * GIB + 5);
  });

  test("serve requests that are restricted to their zone, or to one above", () => {
    const allocator = bothInUse();
    expect(allocator.pageFree(GIB + 5)).toBe(Code.NONE);
    expect(allocator.pageAlloc(Zone.BELOW_16M)).toBe(0);
    expect(allocator.core.deferredCount()).toBe(1);
    expect(allocator.pageAlloc(Zone.BELOW_4G)).toBe(GIB + 5);
  });
});
