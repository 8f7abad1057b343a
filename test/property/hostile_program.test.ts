/**
 * A program that wants no good: any function of WASI with any numbers, pointers at and over the end of
 * its memory, lengths that wrap, buffers that overlap what describes them. The kernel answers each call
 * with an error number, writes nowhere but where the call says, and has every frame back in the end.
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MmStat } from "../../abi/mm_stat.ts";
import { WASI_FUNCTIONS } from "../../abi/wasi.ts";
import { draws } from "../support/seeds.ts";
import { Caller } from "../support/wasi_caller.ts";

/** Pages of the program; what it passes is mostly near their end, or near 2^32. */
const MEMORY = 2 * 65_536;

const number = fc.oneof(
  fc.integer({ min: 0, max: 12 }),
  fc.integer({ min: 0, max: MEMORY }),
  fc.integer({ min: MEMORY - 80, max: MEMORY + 80 }),
  fc.integer({ min: 2 ** 32 - 100, max: 2 ** 32 - 1 }),
  fc.constantFrom(0x100, 0x200, 0x300, 4_096, 8_192, 2 ** 31),
);
const long = fc.oneof(
  fc.integer({ min: 0, max: 70_000 }).map(BigInt),
  fc.constantFrom(-1n, 1n << 62n, -(1n << 63n), (1n << 48n) - 1n, 1n << 48n, 1n << 30n),
);

/** All but leaving and waiting, which would end the test or hold it up. */
const FUNCTIONS = WASI_FUNCTIONS.map((line) => line.split(" ")).filter(
  ([name]) => name !== "proc_exit" && name !== "poll_oneoff",
);

const call = fc
  .constantFrom(...FUNCTIONS)
  .chain(([name, parameters]) =>
    fc.tuple(
      fc.constant(name!),
      fc.tuple(...[...parameters!].map((letter) => (letter === "i" ? number : long))),
    ),
  );

/** What lies in memory before each sequence: vectors, paths and noise. */
function prepare(program: Caller, seed: number): void {
  const words = new Uint32Array(program.memory.buffer);
  let state = seed >>> 0 || 1;
  for (let index = 0; index < words.length; ++index) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    words[index] = state % 3 === 0 ? state : state % 300_000;
  }
  const names = ["a", "tmp", "a/b", "..", "../x", "tmp/../a", "a/", "/", "l", "n".repeat(300)];
  names.forEach((name, index) => {
    program.path(`${name}\0`, 0x100 * (index + 1));
  });
}

describe("a hostile program", () => {
  test("harms nobody", () => {
    const outcomes = new Map<number, number>();
    fc.assert(
      fc.property(fc.array(call, { minLength: 20, maxLength: 120 }), fc.nat(), (calls, seed) => {
        const program = new Caller({
          memory: 24n << 20n,
          words: ["environment=A%3Db", "argument=x"],
          machine: { options: "selftest=off" },
        });
        const before =
          program.kernel.mmStat(MmStat.ALLOCATED) - program.kernel.mmStat(MmStat.PROGRAM);
        prepare(program, seed);
        // The paths that calls ask for most.
        program.open("a", 1);
        program.symlink("tmp", "l");
        for (const [name, parameters] of calls) {
          const answer = program.call(name, ...parameters);
          outcomes.set(answer, (outcomes.get(answer) ?? 0) + 1);
          expect(answer).toBeGreaterThanOrEqual(0);
          expect(answer).toBeLessThanOrEqual(76);
        }
        program.end();
        expect(program.kernel.mmStat(MmStat.ALLOCATED)).toBe(before);
      }),
      draws(8_2027, 150),
    );
    // It got somewhere: calls that were done, and many kinds of refusal.
    expect(outcomes.get(0)).toBeGreaterThan(300);
    expect(outcomes.size).toBeGreaterThan(10);
  });

  test("does not get a byte written outside what a call says, or where the call is refused", () => {
    const program = new Caller();
    const end = MEMORY;
    const before = program.bytes.slice();
    // The second of two vectors leaves memory: nothing is read into the first.
    const fd = program.open("f", 1);
    program.write(fd, Uint8Array.of(1, 2, 3, 4));
    program.seek(fd, 0n, 0);
    before.set(program.bytes);
    const vectors = new Uint32Array(program.memory.buffer, 0x6000, 4);
    vectors.set([0x100, 2, end - 1, 2]);
    const image = program.bytes.slice();
    expect(program.call("fd_read", fd, 0x6000, 2, 0x200)).toBe(21);
    expect(Buffer.compare(program.bytes, image)).toBe(0);
    expect(program.call("fd_read", fd, end - 4, 1, 0x200)).toBe(21);
    expect(program.call("fd_read", fd, 0x6000, 0x2000_0000, 0x200)).toBe(28);
    expect(program.call("args_sizes_get", end - 3, 0x200)).toBe(21);
    expect(program.call("random_get", end - 8, 9)).toBe(21);
    expect(program.call("fd_readdir", 3, end - 8, 9, 0n, 0x200)).toBe(21);
    expect(program.call("path_open", 3, 0, end - 1, 2, 0, 0n, 0n, 0, 0x200)).toBe(21);
    expect(Buffer.compare(program.bytes, image)).toBe(0);
    program.end();
  });

  test("cannot have its vectors changed under the kernel's hands", () => {
    const program = new Caller();
    const fd = program.open("f", 1);
    const words = new Uint32Array(4).fill(0xffff_ffff);
    program.write(fd, new Uint8Array(words.buffer));
    program.seek(fd, 0n, 0);
    // The first vector is the vectors themselves.
    new Uint32Array(program.memory.buffer, 0x6000, 4).set([0x6000, 16, 0x100, 4]);
    expect(program.call("fd_read", fd, 0x6000, 2, 0x200)).toBe(0);
    expect(program.view.getUint32(0x200, true)).toBe(16);
    program.end();
  });
});
