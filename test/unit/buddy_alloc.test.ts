/**
 * The allocator core by name: sizes and limits, borders, refusals, zones, sharing.
 */

import { beforeAll, describe, expect, test } from "vitest";
import {
  Allocator,
  allocatorModule,
  Code,
  managing,
  MAX_ORDER,
  type Run,
  SHARING_BYTES,
  TABLES_ADDRESS,
  Zone,
} from "../support/allocator_harness.ts";
import { checkTables } from "../support/allocator_tables.ts";

const GIB = 2 ** 18;
const TIB = 2 ** 28;
const TOP = 2 ** 32;
const NODE_BYTES = 152;
const GIGABLOCK_BYTES = 12;

let module: WebAssembly.Module;
beforeAll(() => {
  module = allocatorModule();
}, 60_000);

function run(start: number, count: number): Run {
  return { start, count };
}

/** Bytes of the tables that are not zero, the gigablock table left out. */
function touchedBytes(allocator: Allocator): number {
  const gigablocks = Math.ceil((allocator.gigablocks * GIGABLOCK_BYTES) / 8) * 8;
  const { buffer } = allocator.core.memory;
  const bytes = new Uint8Array(
    buffer,
    TABLES_ADDRESS + gigablocks,
    allocator.tableBytes - gigablocks,
  );
  return bytes.reduce((sum, byte) => sum + (byte ? 1 : 0), 0);
}

/** How many free blocks of 1 GiB there are: takes them all, and gives them back. */
function wholeGiBs(allocator: Allocator): number {
  const taken: number[] = [];
  while (taken.at(-1) !== 0) taken.push(allocator.alloc(MAX_ORDER, Zone.ANY));
  taken.pop();
  for (const frame of taken) expect(allocator.free(frame, MAX_ORDER)).toBe(Code.NONE);
  return taken.length;
}

describe("tables", () => {
  test("cost 152 bytes for 2 MiB and for 1 GiB that hold RAM, and 12 for each GiB of addresses", () => {
    const small = new Allocator(module, []);
    expect(small.tableBytesFor([])).toBe(0);
    expect(small.tableBytesFor([run(1, 1)])).toBe(16 + 2 * NODE_BYTES);
    expect(small.tableBytesFor([run(511, 2)])).toBe(16 + 3 * NODE_BYTES);
    expect(small.tableBytesFor([run(0, GIB)])).toBe(16 + 513 * NODE_BYTES);
    expect(small.tableBytesFor([run(GIB - 1, 2)])).toBe(24 + 4 * NODE_BYTES);
    // Two runs in one pageblock, then a hole within the GiB, then one between GiBs.
    const holes = [run(10, 10), run(30, 10), run(512 * 9, 1), run(5 * GIB, 1)];
    expect(small.tableBytesFor(holes)).toBe(72 + (2 + 10 + 1) * NODE_BYTES);
  });

  test("of 16 TiB fit the address space of wasm", () => {
    const bytes = new Allocator(module, []).tableBytesFor([run(1, TOP - 1)]);
    expect(bytes).toBe(16384 * (GIGABLOCK_BYTES + NODE_BYTES) + 2 ** 23 * NODE_BYTES);
    expect(bytes).toBeLessThan(65_535 * 65_536);
  });

  test("of a 1 TiB machine with a hole follow the RAM", () => {
    const runs = [run(256, 2 * GIB - 256), run(TIB, TIB - 2 * GIB)];
    const bytes = new Allocator(module, []).tableBytesFor(runs);
    expect(bytes / TIB).toBeLessThan(0.3);
  });

  test("are touched where a block begins, not inside it", () => {
    const allocator = managing(run(GIB, 4 * GIB));
    expect(touchedBytes(allocator)).toBeLessThan(4 * 24);
    const frame = allocator.alloc(0, Zone.ANY);
    expect(allocator.free(frame, 0)).toBe(Code.NONE);
    expect(touchedBytes(allocator)).toBeLessThan(4 * 24 + 24 + 2 * 16);
    expect(wholeGiBs(allocator)).toBe(4);
  });

  test("start over with a second initialisation", () => {
    const allocator = managing(run(64, 4000));
    expect(allocator.pageAlloc(Zone.ANY)).not.toBe(0);
    allocator.restart([run(640, 64)]);
    expect(allocator.managedFrames()).toBe(0);
    expect(allocator.freeFrames()).toBe(0);
    expect(allocator.pageAlloc(Zone.ANY)).toBe(0);
    expect(allocator.insertRun(640, 64)).toBe(Code.NONE);
    expect(allocator.insertRun(64, 64)).toBe(Code.INVALID_ADDRESS);
    checkTables(allocator);
  });
});

describe("insertion", () => {
  test("refuses what is no run", () => {
    const allocator = managing(run(1, 100));
    expect(allocator.insertRun(50_000, 0)).toBe(Code.INVALID_DESCRIPTOR);
    expect(allocator.insertRun(0, 5)).toBe(Code.INVALID_DESCRIPTOR);
    expect(allocator.insertRun(TOP - 1, 2)).toBe(Code.INVALID_DESCRIPTOR);
  });

  test("refuses frames without records, even at one end", () => {
    const allocator = new Allocator(module, [run(512, 512)]);
    expect(allocator.insertRun(511, 10)).toBe(Code.INVALID_ADDRESS);
    expect(allocator.insertRun(1000, 25)).toBe(Code.INVALID_ADDRESS);
    expect(allocator.insertRun(GIB * 4, 1)).toBe(Code.INVALID_ADDRESS);
    expect(allocator.insertRun(512, 512)).toBe(Code.NONE);
  });

  test.each([
    ["inside a free block", 700, 1],
    ["across its end", 1535, 2],
    ["over all of it", 513, 2000],
  ])("refuses a managed frame: %s", (_what, start, count) => {
    const allocator = new Allocator(module, [run(512, 4096)]);
    expect(allocator.insertRun(512, 1024)).toBe(Code.NONE);
    expect(allocator.insertRun(start, count)).toBe(Code.BUSY);
    expect(allocator.managedFrames()).toBe(1024);
  });

  test("refuses a shared frame, which the masks do not tell from one that is not managed", () => {
    const allocator = new Allocator(module, [run(512, 512)]);
    expect(allocator.insertRun(700, 1)).toBe(Code.NONE);
    expect(allocator.pageAlloc(Zone.ANY)).toBe(700);
    expect(allocator.pageRetain(700)).toBe(Code.NONE);
    for (const [start, count] of [
      [700, 1],
      [690, 20],
      [512, 512],
    ] as const) {
      expect(allocator.insertRun(start, count)).toBe(Code.BUSY);
    }
    expect(allocator.insertRun(701, 300)).toBe(Code.NONE);
    expect(allocator.core.owners(700)).toBe(2);
  });

  test("merges with what was inserted before", () => {
    const allocator = managing(run(1024, 100), run(1224, 312), run(1124, 100));
    expect(allocator.core.buddyLargestFreeOrder()).toBe(9);
    expect(allocator.alloc(9, Zone.ANY)).toBe(1024);
  });
});

describe("blocks", () => {
  test("of every order, up to the whole GiB", () => {
    const allocator = managing(run(5 * GIB, GIB));
    for (let order = 0; order <= MAX_ORDER; ++order) {
      const frame = allocator.alloc(order, Zone.ANY);
      expect(frame % 2 ** order).toBe(0);
      expect(allocator.blockOrder(frame)).toBe(order);
      expect(allocator.freeFrames()).toBe(GIB - 2 ** order);
      expect(allocator.free(frame, order)).toBe(Code.NONE);
      expect(allocator.core.pageLargestFreeOrder()).toBe(MAX_ORDER);
    }
  });

  test("reach the last frame of 16 TiB, and nothing behind it", () => {
    const allocator = managing(run(TOP - GIB, GIB));
    const frame = allocator.alloc(MAX_ORDER, Zone.ANY);
    expect(frame).toBe(TOP - GIB);
    expect(allocator.isManaged(TOP - 1)).toBe(true);
    expect(allocator.free(frame, MAX_ORDER)).toBe(Code.NONE);
    expect(allocator.takeRange(TOP - 1, 1)).toBe(Code.NONE);
    expect(allocator.isManaged(TOP - 1)).toBe(false);
    expect(allocator.takeRange(TOP - 1, 2)).toBe(Code.INVALID_DESCRIPTOR);
  });

  test("of order 19 and more do not exist", () => {
    const allocator = managing(run(4 * GIB, 2 * GIB));
    for (const order of [19, 32, 50, 0xffffffff]) {
      expect(allocator.alloc(order, Zone.ANY)).toBe(0);
      expect(allocator.free(4 * GIB, order)).toBe(Code.INVALID_ORDER);
    }
  });
});

describe("a free is refused", () => {
  const refused = (allocator: Allocator, frame: number, order: number, code: number): void => {
    const before = allocator.checksum();
    expect(allocator.free(frame, order)).toBe(code);
    expect(allocator.checksum()).toBe(before);
  };

  test.each([0, 2, 5, 6, 7, 8, 9, 13, 18])("around an allocated block of order %i", (order) => {
    const allocator = managing(run(GIB * 6, GIB * 2));
    const frame = allocator.alloc(order, Zone.ANY);
    for (let other = 0; other <= MAX_ORDER; ++other) {
      if (other === order) continue;
      const isAligned = frame % 2 ** other === 0;
      refused(allocator, frame, other, isAligned ? Code.ORDER_MISMATCH : Code.INVALID_ADDRESS);
    }
    if (order > 0) {
      refused(allocator, frame + 1, 0, Code.ORDER_MISMATCH);
      refused(allocator, frame + 2 ** (order - 1), order - 1, Code.ORDER_MISMATCH);
      refused(allocator, frame + 2 ** (order - 1), order, Code.INVALID_ADDRESS);
    }
    expect(allocator.free(frame, order)).toBe(Code.NONE);
    refused(allocator, frame, order, Code.NOT_ALLOCATED);
  });

  test("where nothing is managed", () => {
    const allocator = managing(run(600, 100), run(3 * GIB, 64));
    for (const frame of [0, 599, 700, 3 * GIB - 1, 3 * GIB + 64, 9 * GIB, TOP - 1]) {
      refused(allocator, frame, 0, Code.INVALID_ADDRESS);
      expect(allocator.pageFree(frame)).toBe(Code.INVALID_ADDRESS);
      expect(allocator.isManaged(frame)).toBe(false);
    }
  });

  test("for two single frames as one pair", () => {
    const allocator = managing(run(64, 64));
    const frames = [allocator.alloc(0, Zone.ANY), allocator.alloc(0, Zone.ANY)];
    expect(frames).toEqual([64, 65]);
    refused(allocator, 64, 1, Code.ORDER_MISMATCH);
  });
});

describe("zones", () => {
  const zones = (): Allocator => managing(run(1, 200), run(4096, 200), run(4 * GIB, 200));

  test("are used from the top down", () => {
    const allocator = zones();
    const frames = Array.from({ length: 600 }, () => allocator.pageAlloc(Zone.ANY));
    expect(frames.slice(0, 200).every((frame) => frame >= 4 * GIB)).toBe(true);
    expect(frames.slice(200, 400).every((frame) => frame >= 4096 && frame < 4 * GIB)).toBe(true);
    expect(frames.slice(400).every((frame) => frame < 4096)).toBe(true);
    expect(allocator.pageAlloc(Zone.ANY)).toBe(0);
  });

  test("bound restricted requests, which also take from the top", () => {
    const allocator = zones();
    expect(allocator.pageAlloc(Zone.ANY)).toBeGreaterThanOrEqual(4 * GIB);
    const low = Array.from({ length: 201 }, () => allocator.pageAlloc(Zone.BELOW_4G));
    expect(low.slice(0, 200).every((frame) => frame >= 4096 && frame < 4 * GIB)).toBe(true);
    expect(low[200]).toBeLessThan(4096);
    expect(allocator.alloc(6, Zone.BELOW_16M)).toBeLessThan(4096);
    expect(allocator.alloc(7, Zone.BELOW_4G)).toBe(0);
    expect(allocator.alloc(7, Zone.ANY)).toBe(4 * GIB);
  });

  test("a free above the borrowed word is where the next frame comes from", () => {
    const allocator = zones();
    const frames = Array.from({ length: 220 }, () => allocator.pageAlloc(Zone.ANY));
    expect(frames[219]).toBeLessThan(4 * GIB);
    expect(allocator.core.cachedFrames()).toBeGreaterThan(0n);
    expect(allocator.pageFree(frames[77] ?? 0)).toBe(Code.NONE);
    expect(allocator.pageAlloc(Zone.ANY)).toBe(frames[77]);
  });
});

describe("the borrowed word", () => {
  test("is given back to a request that finds nothing else", () => {
    const allocator = managing(run(128, 64));
    const frame = allocator.pageAlloc(Zone.ANY);
    expect(allocator.core.cachedFrames()).toBe(63n);
    expect(allocator.core.pageLargestFreeOrder()).toBe(5);
    expect(allocator.pageFree(frame)).toBe(Code.NONE);
    expect(allocator.core.buddyLargestFreeOrder()).toBe(-1);
    expect(allocator.core.pageLargestFreeOrder()).toBe(6);
    expect(allocator.alloc(6, Zone.ANY)).toBe(128);
  });

  test("may hold the last frames of a free GiB", () => {
    const allocator = managing(run(7 * GIB, GIB));
    expect(allocator.pageFree(allocator.pageAlloc(Zone.ANY))).toBe(Code.NONE);
    expect(allocator.core.pageLargestFreeOrder()).toBe(MAX_ORDER);
    expect(allocator.core.buddyLargestFreeOrder()).toBeLessThan(MAX_ORDER);
    allocator.flush();
    expect(allocator.core.buddyLargestFreeOrder()).toBe(MAX_ORDER);
  });

  test("can take a block of its own back", () => {
    const allocator = managing(run(128, 64));
    const block = allocator.alloc(3, Zone.ANY);
    const page = allocator.pageAlloc(Zone.ANY);
    expect(allocator.core.cachedFrames()).toBe(55n);
    expect(allocator.free(block, 3)).toBe(Code.NONE);
    expect(allocator.core.cachedFrames()).toBe(63n);
    expect(allocator.free(block, 3)).toBe(Code.NOT_ALLOCATED);
    expect(allocator.pageFree(page)).toBe(Code.NONE);
    allocator.flush();
    expect(allocator.core.buddyLargestFreeOrder()).toBe(6);
    checkTables(allocator);
  });
});

describe("ranges", () => {
  test("are taken out of a free GiB at any alignment", () => {
    const allocator = managing(run(GIB, GIB));
    expect(allocator.takeRange(GIB + 12_345, 6_789)).toBe(Code.NONE);
    expect(allocator.managedFrames()).toBe(GIB - 6_789);
    expect(allocator.freeFrames()).toBe(GIB - 6_789);
    expect([12_344, 12_345, 19_133, 19_134].map((i) => allocator.isManaged(GIB + i))).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect(allocator.core.buddyLargestFreeOrder()).toBe(17);
    expect(allocator.insertRun(GIB + 12_345, 6_789)).toBe(Code.NONE);
    expect(wholeGiBs(allocator)).toBe(1);
    checkTables(allocator);
  });

  test("with a hole are refused, with an allocated frame are busy, with both are refused", () => {
    const allocator = managing(run(64, 10), run(80, 10));
    expect(allocator.alloc(0, Zone.ANY)).toBe(64);
    expect(allocator.takeRange(70, 11)).toBe(Code.INVALID_ADDRESS);
    expect(allocator.takeRange(64, 4)).toBe(Code.BUSY);
    expect(allocator.takeRange(64, 26)).toBe(Code.INVALID_ADDRESS);
    expect(allocator.takeRange(65, 9)).toBe(Code.NONE);
    expect(allocator.takeRange(65, 0)).toBe(Code.INVALID_DESCRIPTOR);
  });

  test("leave no trace when whole words are taken frame by frame", () => {
    const allocator = managing(run(512, 64));
    for (let frame = 512; frame < 576; ++frame) {
      expect(allocator.takeRange(frame, 1)).toBe(Code.NONE);
    }
    expect(allocator.managedFrames()).toBe(0);
    expect(allocator.insertRun(512, 64)).toBe(Code.NONE);
    expect(allocator.alloc(6, Zone.ANY)).toBe(512);
  });
});

describe("sharing", () => {
  test("keeps a frame until its last owner frees it", () => {
    const allocator = managing(run(64, 64));
    const frame = allocator.pageAlloc(Zone.ANY);
    expect(allocator.pageRetain(frame)).toBe(Code.NONE);
    expect(allocator.pageRetain(frame)).toBe(Code.NONE);
    expect(allocator.core.owners(frame)).toBe(3);
    expect(allocator.free(frame, 0)).toBe(Code.BUSY);
    expect(allocator.pageFree(frame)).toBe(Code.NONE);
    expect(allocator.pageFree(frame)).toBe(Code.NONE);
    expect(allocator.core.owners(frame)).toBe(1);
    expect(allocator.freeFrames()).toBe(63);
    expect(allocator.pageFree(frame)).toBe(Code.NONE);
    expect(allocator.freeFrames()).toBe(64);
    expect(allocator.pageFree(frame)).toBe(Code.NOT_ALLOCATED);
  });

  test("is refused for free frames and parts of blocks", () => {
    const allocator = managing(run(64, 64));
    const block = allocator.alloc(1, Zone.ANY);
    expect(allocator.pageRetain(block)).toBe(Code.ORDER_MISMATCH);
    expect(allocator.pageRetain(block + 1)).toBe(Code.ORDER_MISMATCH);
    expect(allocator.pageRetain(block + 2)).toBe(Code.NOT_ALLOCATED);
    expect(allocator.pageRetain(1)).toBe(Code.INVALID_ADDRESS);
  });

  test("outgrows its table and moves to another", () => {
    const allocator = managing(run(640, 640));
    const frames = Array.from({ length: 600 }, () => allocator.pageAlloc(Zone.ANY));
    let bytes = SHARING_BYTES;
    for (const frame of frames) {
      if (allocator.pageRetain(frame) === Code.NONE) continue;
      bytes *= 2;
      expect(allocator.growSharing(bytes)).toBe(Code.NONE);
      expect(allocator.core.sharingTableBytes()).toBe(bytes);
      expect(allocator.pageRetain(frame)).toBe(Code.NONE);
    }
    expect(allocator.growSharing(SHARING_BYTES)).toBe(Code.STORAGE_EXHAUSTED);
    expect(allocator.growSharing(96)).toBe(Code.INVALID_DESCRIPTOR);
    for (const frame of frames) expect(allocator.core.owners(frame)).toBe(2);
    for (const frame of frames) expect(allocator.pageFree(frame)).toBe(Code.NONE);
    expect(allocator.freeFrames()).toBe(40);
    for (const frame of frames) expect(allocator.core.owners(frame)).toBe(1);
  });

  test("says so when the table is full, and when there is none", () => {
    const allocator = managing(run(640, 64));
    const frames = Array.from({ length: 7 }, () => allocator.pageAlloc(Zone.ANY));
    const codes = frames.map((frame) => allocator.pageRetain(frame));
    expect(codes).toEqual([0, 0, 0, 0, 0, 0, Code.STORAGE_EXHAUSTED]);
    expect(allocator.core.owners(frames[6] ?? 0)).toBe(1);
    expect(allocator.pageRetain(frames[0] ?? 0)).toBe(Code.NONE);

    allocator.restart([run(640, 64)], 0);
    expect(allocator.insertRun(640, 64)).toBe(Code.NONE);
    expect(allocator.pageRetain(allocator.pageAlloc(Zone.ANY))).toBe(Code.STORAGE_EXHAUSTED);
  });
});
