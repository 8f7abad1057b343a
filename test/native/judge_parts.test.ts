/**
 * The parts of the judge by themselves: scripts, the list of owners, shrinking, small worlds, and
 * what is not an allocator.
 */

import { describe, expect, test } from "vitest";
import { Arena } from "../../tools/judge/arena.ts";
import { checkSignatures, NotAnAllocatorError, readModule } from "../../tools/judge/contract.ts";
import { Driver } from "../../tools/judge/driver.ts";
import { Journal } from "../../tools/judge/journal.ts";
import { Owners } from "../../tools/judge/owners.ts";
import { formatScript, parseScript, ScriptError } from "../../tools/judge/script.ts";
import { type Effort, replayable, shrink } from "../../tools/judge/shrink.ts";
import { tryAll } from "../../tools/judge/small_worlds.ts";
import { decodeSteps, encodeStep, freeOf, plainWorld, type Step } from "../../tools/judge/steps.ts";
import { Subject } from "../../tools/judge/subject.ts";
import { Trial } from "../../tools/judge/trial.ts";
import { Random } from "../../tools/trace/random.ts";
import { compileEdited, compileText, FIRST_FIT } from "../support/judged.ts";

const SCRIPT = `frames 8
alloc a order=3
free a
free a+4 order=1
map 1+159 256+768
alloc a
alloc b order=9
free b order=2
free 9
free 300 order=4294967295
`;

describe("a script", () => {
  test("is read and printed", () => {
    const steps = parseScript(SCRIPT);
    expect(steps).toHaveLength(10);
    expect(steps[1]).toEqual({ kind: "alloc", block: 0, order: 3 });
    expect(steps[3]).toEqual({ kind: "free", block: 0, offset: 4, order: 1 });
    expect(formatScript(steps)).toBe(SCRIPT.replace("free 9\n", "free 9 order=0\n"));
  });

  test("names any number of blocks", () => {
    const steps: Step[] = [{ kind: "init", world: plainWorld(100) }];
    for (let block = 0; block < 60; ++block) steps.push({ kind: "alloc", block, order: 0 });
    steps.push({ kind: "free", block: 59, offset: 0, order: null });
    expect(parseScript(formatScript(steps))).toEqual(steps);
  });

  test("may have comments, empty lines and any line ends", () => {
    const text = "# a\r\nframes 2 # b\r\n\r\nalloc x\t order=1\rfree x #c\n";
    expect(parseScript(text)).toHaveLength(3);
  });

  test("is the same after it was encoded", () => {
    const steps = parseScript(SCRIPT);
    expect(decodeSteps(steps.flatMap(encodeStep))).toEqual(steps);
    expect(decodeSteps(steps.flatMap(encodeStep).slice(0, -1))).toEqual(steps.slice(0, -1));
  });

  test.each([
    ["", "there is no step in it"],
    ["alloc a", 'line 1: begin with "frames 64"'],
    ["frames 0", 'line 1: "0" is no number from 1'],
    ["frames 8 9", "line 1: frames takes one number"],
    ["frames 99999999", "line 1:"],
    ["map", "line 1: map takes runs"],
    ["map 1+2 3+1", "line 1: the runs ascend"],
    ["map 1+0", "line 1:"],
    ["frames 8\nalloc", "line 2: alloc takes a name"],
    ["frames 8\nalloc a order=10", "line 2:"],
    ["frames 8\nalloc a 3", 'line 2: "3" is not of the form order=3'],
    ["frames 8\nalloc a order=1 order=2", 'line 2: "order=2" is too much'],
    ["frames 8\nfree a", 'line 2: nothing was allocated as "a"'],
    ["frames 8\nalloc a\nframes 8\nfree a", "line 4: nothing was allocated"],
    ["frames 8\nretain a", 'line 2: unknown step "retain"'],
  ])("that is wrong is refused: %j", (text, message) => {
    expect(() => parseScript(text)).toThrow(ScriptError);
    expect(() => parseScript(text)).toThrow(message);
  });
});

describe("the list of owners", () => {
  test("knows what is free, and objects to what is not", () => {
    const owners = new Owners([
      { start: 1, count: 3 },
      { start: 8, count: 8 },
    ]);
    expect([owners.free, owners.room(0), owners.room(1), owners.room(3), owners.room(4)]).toEqual([
      11, 1, 2, 8, -1,
    ]);
    owners.take(7, { frame: 8, order: 2 });
    expect([owners.free, owners.room(3), owners.room(2)]).toEqual([7, -1, 12]);
    expect(owners.objection({ frame: 10, order: 0 })).toEqual({ bad: "taken", frame: 10 });
    expect(owners.objection({ frame: 4, order: 0 })).toEqual({ bad: "outside", frame: 4 });
    expect(owners.objection({ frame: 14, order: 2 })).toEqual({ bad: "outside", frame: 16 });
    expect(owners.objection({ frame: 13, order: 1 })).toEqual({ bad: "unaligned", frame: 13 });
    expect(owners.objection({ frame: 12, order: 2 })).toBeNull();
    expect(owners.numberOf({ frame: 8, order: 2 })).toBe(7);
    expect(owners.numberOf({ frame: 8, order: 1 })).toBeUndefined();
    expect(owners.numberOf({ frame: 9, order: 2 })).toBeUndefined();
    owners.release(7);
    expect([owners.free, owners.room(3), owners.numberOf({ frame: 8, order: 2 })]).toEqual([
      11,
      8,
      undefined,
    ]);
  });
});

describe("memory that is lent", () => {
  test.each([10, 11])("is watched on both sides, for %i frames", (frames) => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const arena = new Arena(memory);
    for (const bytes of [1, 64, 100_000]) {
      arena.reset(frames);
      const start = arena.take(bytes);
      expect(start % 64).toBe(0);
      const write = (at: number) => (new Uint8Array(memory.buffer)[at]! ^= 1);
      expect(new Uint8Array(memory.buffer, start, bytes).every((byte) => byte === 0)).toBe(true);
      write(start);
      write(start + bytes - 1);
      expect(arena.damage()).toBeNull();
      write(start - 1);
      expect(arena.damage()).toBe("1 bytes before memory that it took");
      write(start - 1);
      write(start + bytes);
      expect(arena.damage()).toBe("the byte after memory that it took");
      write(start + bytes);
      write(start + bytes + 5);
      expect(arena.damage()).toBe("5 bytes past the end of memory that it took");
    }
  });

  test("lies above what the module grew itself", () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const arena = new Arena(memory);
    arena.take(10);
    const own = memory.grow(2) * 65536;
    expect(arena.take(10)).toBeGreaterThanOrEqual(own + 2 * 65536);
    expect(arena.tableBytes).toBe(128);
  });
});

describe("the journal", () => {
  test("keeps the last two sequences", () => {
    const journal = new Journal();
    const sequence = (frames: number, allocs: number): Step[] => [
      { kind: "init", world: plainWorld(frames) },
      ...Array.from({ length: allocs }, (_, block): Step => ({ kind: "alloc", block, order: 1 })),
    ];
    const sequences = [sequence(1, 9), sequence(2, 0), sequence(3, 4), sequence(4, 2)];
    for (const step of sequences.flat()) journal.add(step);
    expect(new Journal(journal.buffer).steps()).toEqual([...sequences[2]!, ...sequences[3]!]);
    expect(journal.beats).toBe(sequences.flat().length);
  });
});

describe("shrinking", () => {
  /** Fails if a block of order 3 or more is freed while another one is held, in 16 frames or more. */
  function fails(steps: readonly Step[]): Promise<boolean> {
    const [init, ...rest] = steps;
    const held = new Map<number, number>();
    let failed = false;
    for (const step of rest) {
      if (step.kind === "alloc") held.set(step.block, step.order);
      if (step.kind !== "free") continue;
      failed ||= held.size > 1 && (held.get(step.block!) ?? 0) >= 3;
      held.delete(step.block!);
    }
    return Promise.resolve(failed && init?.kind === "init" && init.world.runs[0]!.count >= 16);
  }

  function effort(tries: number): Effort {
    return { tries, failing: Infinity };
  }

  test("leaves what is needed, and the least of it", async () => {
    const steps: Step[] = [{ kind: "init", world: plainWorld(4000) }];
    for (let block = 0; block < 300; ++block) {
      steps.push({ kind: "alloc", block, order: block % 10 });
      if (block % 3) steps.push({ kind: "free", block: block - 1, offset: 0, order: null });
    }
    expect(await fails(steps)).toBe(true);
    const { steps: shortest, isShortest } = await shrink(steps, fails, effort(10_000));
    expect(isShortest).toBe(true);
    expect(await fails(shortest)).toBe(true);
    const [init, first, second, last] = shortest;
    expect(shortest).toHaveLength(4);
    expect(init).toEqual({ kind: "init", world: plainWorld(16) });
    expect(last).toMatchObject({ kind: "free" });
    const orders = [first, second].map((step) => (step?.kind === "alloc" ? step.order : -1));
    expect(orders.sort()).toEqual([0, 3]);
  });

  test("leaves what a script can say, whenever it stops", async () => {
    // Every free is of the block before, so that most of what is taken out leaves one without it.
    const steps: Step[] = [{ kind: "init", world: plainWorld(64) }];
    for (let block = 0; block < 40; ++block) {
      steps.push({ kind: "alloc", block, order: block % 5 });
      if (block % 2) steps.push({ kind: "free", block: block - 1, offset: 0, order: null });
    }
    for (let most = 0; most < 120; ++most) {
      const { steps: left } = await shrink(steps, fails, effort(most));
      expect(parseScript(formatScript(left))).toEqual(left);
      expect(await fails(left)).toBe(true);
    }
  });

  test("drops the frees of what is not allocated, and nothing else", () => {
    const random = new Random(7);
    for (let round = 0; round < 300; ++round) {
      const steps: Step[] = [{ kind: "init", world: plainWorld(8) }];
      for (let left = random.below(40); left > 0; --left) {
        const block = random.below(12);
        const what = random.below(20);
        if (what === 0) steps.push({ kind: "init", world: plainWorld(4) });
        else if (what === 1) steps.push({ kind: "free", block: null, offset: block, order: 0 });
        else if (what < 11) steps.push({ kind: "alloc", block, order: block % 4 });
        else steps.push({ kind: "free", block, offset: what % 2, order: null });
      }
      const kept = replayable(steps);
      expect(parseScript(formatScript(kept))).toEqual(kept);
      // A free is kept if an allocation of its block is found on the way back to the last init.
      const named = steps.filter((step, index) => {
        if (step.kind !== "free" || step.block === null) return true;
        const start = steps.findLastIndex(({ kind }, at) => at < index && kind === "init");
        const earlier = steps.slice(start, index);
        return earlier.some((each) => each.kind === "alloc" && each.block === step.block);
      });
      const shape = (step: Step) => (step.kind === "init" ? step : { ...step, block: null });
      expect(kept.map(shape)).toEqual(named.map(shape));
    }
  });

  test.each([
    [[9], 50, 3],
    [[3, 9], 150, 40],
  ])(
    "takes few tries where requests for orders %j are enough",
    async (orders, most, mostFailing) => {
      let tries = 0;
      let failing = 0;
      const steps: Step[] = [{ kind: "init", world: plainWorld(4000) }];
      for (let block = 0; block < 3000; ++block) steps.push({ kind: "alloc", block, order: 0 });
      for (let block = 0; block < 2999; ++block) steps.push(freeOf(block));
      orders.forEach((order, index) => steps.push({ kind: "alloc", block: 3000 + index, order }));
      const fails = (candidate: readonly Step[]) => {
        ++tries;
        const asked = candidate.map((step) => (step.kind === "alloc" ? step.order : -1));
        const failed = orders.every((order) => asked.includes(order));
        failing += Number(failed);
        return Promise.resolve(failed);
      };
      const { steps: left, isShortest } = await shrink(steps, fails, effort(2000));
      const lines = orders.map((order, index) => `alloc ${"ab"[index]} order=${order}\n`);
      expect([formatScript(left), isShortest]).toEqual([`frames 1\n${lines.join("")}`, true]);
      expect(tries).toBeLessThan(most);
      // Of an endless call it is these that take long.
      expect(failing).toBeLessThan(mostFailing);
    },
  );

  test("stops after so many tries, and says so", async () => {
    let tries = 0;
    let failing = 0;
    const steps = parseScript("frames 64\n" + "alloc a\n".repeat(100));
    const long = (candidate: readonly Step[]) => {
      ++tries;
      failing += Number(candidate.length > 60);
      return Promise.resolve(candidate.length > 60);
    };
    const { isShortest } = await shrink(steps, long, effort(60));
    expect([tries, isShortest]).toEqual([60, false]);
    failing = 0;
    expect((await shrink(steps, long, { tries: 1000, failing: 3 })).isShortest).toBe(false);
    expect(failing).toBe(3);
    expect((await shrink(steps, long, effort(1000))).isShortest).toBe(true);
  });
});

describe("a small world", () => {
  /** How many sequences of `left` requests there are on `free` of `frames`, by counting. */
  function count(held: readonly number[], left: number, frames: number, orders: number): number {
    if (!left) return 1;
    let sum = 0;
    for (let order = 0; order < orders; ++order) {
      // First fit on frames that are all of them in one of two blocks of order 0, or one of order 1.
      const used = held.reduce((total, each) => total + 2 ** each, 0);
      const fits = used + 2 ** order <= frames && (order === 0 || used === 0);
      sum += count(fits ? [...held, order] : held, left - 1, frames, orders);
    }
    for (let index = 0; index < held.length; ++index) {
      sum += count(held.toSpliced(index, 1), left - 1, frames, orders);
    }
    return sum;
  }

  test.each([
    [1, 2, 6],
    [2, 3, 6],
  ])("of %i frames is gone through completely", (frames, orders, depth) => {
    const module = readModule(compileEdited(FIRST_FIT));
    const driver = new Driver(() => new Trial(new Subject(module)));
    const sequences = tryAll(driver, { world: plainWorld(frames), depth });
    expect(sequences).toBe(count([], depth, frames, orders));
  });
});

describe("not an allocator", () => {
  const HEAD = '#include "allocator.h"\n';
  const ALLOC = "uint32_t allocator_alloc(uint32_t order) { return NO_FRAME; }\n";
  const FREE = "bool allocator_free(uint32_t frame, uint32_t order) { return false; }\n";
  const INIT = "void allocator_init(uint32_t frames) {}\n";

  test.each([
    ["does not compile", `${HEAD}no`, "it cannot be compiled:\n"],
    ["lacks a function", HEAD + ALLOC + INIT, "it does not export allocator_free"],
    [
      "calls what is not there",
      `${HEAD}void report(void);\n${ALLOC}${FREE}void allocator_init(uint32_t frames) { report(); }`,
      "it imports env.report, which is not there",
    ],
  ])("is what %s", (_what, text, message) => {
    const read = () => readModule(compileText(text));
    expect(read).toThrow(NotAnAllocatorError);
    expect(read).toThrow(message);
  });

  test("is what has a function of another type", () => {
    const alloc = "unsigned long long allocator_alloc(uint32_t order) { return 0; }\n";
    const text = `#include <stdbool.h>\n#include <stdint.h>\n${alloc}${FREE}${INIT}`;
    expect(() => new Subject(readModule(compileText(text)))).toThrow(
      "allocator_alloc is not a function that takes i32 and returns i32",
    );
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(compileText(text)));
    expect(() => checkSignatures(exports)).toThrow(NotAnAllocatorError);
  });

  test("is what is no module", () => {
    expect(() => readModule(new TextEncoder().encode("int main;"))).toThrow(NotAnAllocatorError);
  });
});
