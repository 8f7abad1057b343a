import { describe, expect, test } from "vitest";
import { PhysicalMemory } from "../../sim/physical_memory.ts";

const PAGE = 4096;
const TIB = 2 ** 40;

describe("sparse physical memory", () => {
  test("holds the power-on byte until it is written", () => {
    const memory = new PhysicalMemory(0xa5);
    expect(memory.load(3 * TIB)).toBe(0xa5a5a5a5a5a5a5a5n);
    memory.store(3 * TIB, 1n);
    expect(memory.load(3 * TIB)).toBe(1n);
    expect(memory.load(3 * TIB + 8)).toBe(0xa5a5a5a5a5a5a5a5n);
  });

  test("stores the low 64 bits of a negative value", () => {
    const memory = new PhysicalMemory();
    memory.store(PAGE, -1n);
    expect(memory.load(PAGE)).toBe(0xffffffffffffffffn);
  });

  test("reads and writes at any alignment, across pages", () => {
    const memory = new PhysicalMemory();
    memory.store(PAGE - 3, 0x8877665544332211n);
    expect(memory.load(PAGE - 3)).toBe(0x8877665544332211n);
    expect(memory.load(PAGE - 8)).toBe(0x3322110000000000n);
    expect(memory.load(PAGE)).toBe(0x0000008877665544n);
  });

  test("fills a terabyte without allocating", () => {
    const memory = new PhysicalMemory(0xa5);
    memory.fill(0, TIB, 0);
    expect(memory.writtenPages).toBe(0);
    expect(memory.load(TIB - 8)).toBe(0n);
    expect(memory.load(TIB)).toBe(0xa5a5a5a5a5a5a5a5n);
  });

  test("fills single frames without allocating", () => {
    const memory = new PhysicalMemory(0xa5);
    for (let page = 0; page < 1000; ++page) memory.fill(page * PAGE, PAGE, 0);
    expect(memory.writtenPages).toBe(0);
    expect(memory.load(999 * PAGE)).toBe(0n);
  });

  test("a fill reaches written, filled and untouched pages and only its range", () => {
    const memory = new PhysicalMemory(0xee);
    memory.store(10 * PAGE, 1n);
    memory.fill(11 * PAGE, PAGE, 0x22);
    memory.fill(10 * PAGE + 8, 200 * PAGE, 0x33);
    expect(memory.load(10 * PAGE)).toBe(1n);
    expect(memory.load(10 * PAGE + 8)).toBe(0x3333333333333333n);
    expect(memory.load(11 * PAGE)).toBe(0x3333333333333333n);
    expect(memory.load(100 * PAGE)).toBe(0x3333333333333333n);
    expect(memory.load(210 * PAGE)).toBe(0x3333333333333333n);
    expect(memory.load(210 * PAGE + 8)).toBe(0xeeeeeeeeeeeeeeeen);
  });

  test("large fills cover, cut and border on each other", () => {
    const memory = new PhysicalMemory();
    memory.fill(0, 1000 * PAGE, 1);
    memory.fill(200 * PAGE, 100 * PAGE, 2);
    memory.fill(300 * PAGE, 100 * PAGE, 3);
    memory.fill(250 * PAGE, 100 * PAGE, 4);
    const byteAt = (page: number) => Number(memory.load(page * PAGE) & 0xffn);
    expect([199, 200, 249, 250, 349, 350, 399, 400, 999, 1000].map(byteAt)).toEqual([
      1, 2, 2, 4, 4, 3, 3, 1, 1, 0,
    ]);
  });

  test("a page that somebody holds stays the page through fills", () => {
    const memory = new PhysicalMemory();
    const { words } = memory.page(5);
    memory.fill(5 * PAGE, PAGE, 7);
    memory.fill(0, 100 * PAGE, 9);
    expect(words[0]).toBe(0x0909090909090909n);
  });
});
