/**
 * The program's frames: lent when they are needed, in the largest blocks that fit, all of them back in
 * the end, however few there are and whatever the program was doing when there was none left.
 */

import { describe, expect, test } from "vitest";
import { ErrorCode } from "../../abi/error_code.ts";
import { MmStat } from "../../abi/mm_stat.ts";
import { MemoryType } from "../../abi/memory_type.ts";
import { ProgramEnd, ProgramRange } from "../../abi/program.ts";
import { Reason } from "../../abi/reservation_reason.ts";
import { bootWithProgram, file } from "../support/program_machine.ts";
import { Caller, Errno } from "../support/wasi_caller.ts";

const MIB = 1n << 20n;

describe("ranges", () => {
  test("grow in the largest blocks, and by what is new only", () => {
    const { machine, booted } = bootWithProgram(new Uint8Array(8), { memory: 256n * MIB });
    const { kernel, exports } = booted;
    const program = machine.makeProgram();
    expect(program.open()).toBe(0);
    expect(exports.program_open()).toBe(ErrorCode.BUSY);
    const grow = (range: number, bytes: bigint) => {
      const before = kernel.mmStat(MmStat.PROGRAM);
      const status = exports.program_grow(range, bytes);
      return [status, kernel.mmStat(MmStat.PROGRAM) - before];
    };
    // 64 MiB in blocks of 2 MiB and more need no tables for single pages.
    expect(grow(ProgramRange.STACK, 64n * MIB)).toEqual([0, 16_384 + 2]);
    // The header's page, its tables and one wasm page.
    expect(grow(ProgramRange.MEMORY, 65_536n)).toEqual([0, 1 + 2 + 16 + 2]);
    expect(grow(ProgramRange.MEMORY, 65_536n)).toEqual([0, 0]);
    expect(grow(ProgramRange.MEMORY, 65_537n)).toEqual([0, 16]);
    expect(grow(ProgramRange.HEAP, 1n)).toEqual([0, 16 + 2]);
    for (const range of [-1, 3, 0x7fff_ffff]) expect(grow(range, 1n)).toEqual([15, 0]);
    expect(grow(ProgramRange.MEMORY, 1n << 40n)).toEqual([15, 0]);
    expect(grow(ProgramRange.MEMORY, -1n)).toEqual([15, 0]);
    expect(grow(ProgramRange.MEMORY, 250n * MIB)).toEqual([ErrorCode.OUT_OF_FRAMES, 0]);
    program.end(ProgramEnd.EXITED, 7);
    expect(kernel.mmStat(MmStat.PROGRAM)).toBe(0);
    expect(exports.program_end(0, 0n, 0n)).toBe(ErrorCode.NOT_READY);
  });
});

describe("the frames of what the loader brought", () => {
  const FRAME = 4096;
  const brought = [5_000, 9_000, 0, FRAME].map((bytes, index) =>
    new Uint8Array(bytes).fill(index + 1),
  );
  const [program, ...contents] = brought;
  const files = contents.map((bytes, index) => file(`file ${index}`, bytes));

  test.each([
    ["are no memory to allocate", MemoryType.KERNEL_AND_MODULES],
    ["are none where the loader calls them reclaimable", MemoryType.BOOTLOADER_RECLAIMABLE],
  ] as const)("%s", (_, fileMemory) => {
    const setting = { memory: 16n * MIB, files, machine: { fileMemory } };
    const { machine, booted } = bootWithProgram(program!, setting);
    const { kernel } = booted;
    const frames = kernel
      .reservedRegions()
      .filter(({ reason }) => reason === Reason.BOOT_FILE)
      .flatMap(({ base, length }) =>
        Array.from({ length: Number(length) / FRAME }, (_, index) => Number(base) + index * FRAME),
      );
    // The frames are those that hold the files, each from the start of one.
    const first = frames.map((frame) => Number(machine.physicalMemory.load(frame) & 255n));
    expect(first.toSorted()).toEqual([1, 1, 2, 2, 2, 4]);
    while (kernel.mmStat(MmStat.FREE) > 0) {
      expect(frames).not.toContain(Number(kernel.frameAlloc(0)));
    }
  });
});

describe("growth before anybody has opened the program", () => {
  test("opens it", () => {
    const { machine, booted } = bootWithProgram(new Uint8Array(8));
    const { kernel, exports } = booted;
    machine.makeProgram();
    expect(exports.program_grow(ProgramRange.STACK, 65_536n)).toBe(ErrorCode.NONE);
    expect(kernel.mmStat(MmStat.PROGRAM)).toBeGreaterThan(16);
    expect(exports.program_end(0, 0n, 0n)).toBe(0);
    expect(kernel.mmStat(MmStat.PROGRAM)).toBe(0);
  });

  test("is refused with what it would have been refused for", () => {
    const twice = [file("a", new Uint8Array(1)), file("a", new Uint8Array(1))];
    const { machine, booted } = bootWithProgram(new Uint8Array(8), { files: twice });
    machine.makeProgram();
    const { exports } = booted;
    expect(exports.program_grow(ProgramRange.STACK, 65_536n)).toBe(ErrorCode.INVALID_DESCRIPTOR);
    expect(machine.console.lines.at(-1)).toMatch(/refused: two files have one name path=a code=5$/);
    expect(booted.kernel.mmStat(MmStat.PROGRAM)).toBe(0);
  });
});

/** A life that takes frames in every way there is; its answers. */
function live(program: Caller): number[] {
  const answers: number[] = [];
  const contents = new Uint8Array(9_000).fill(7);
  for (let round = 0; round < 2; ++round) {
    answers.push(program.at("path_create_directory", `d${round}`));
    const fd = program.open(`d${round}/file`, 1);
    answers.push(Math.min(fd, 0));
    if (fd >= 0) answers.push(Math.min(program.write(fd, contents), 0));
    answers.push(program.symlink("d0/file", `s${round}`));
    answers.push(program.link(`d${round}/file`, `h${round}`));
    answers.push(program.rename(`d${round}/file`, `m${round}`));
    const brought = program.open("brought");
    answers.push(Math.min(brought, 0));
    if (brought >= 0) answers.push(Math.min(program.write(brought, contents, 5_000n), 0));
    if (fd >= 0) answers.push(program.call("fd_allocate", fd, 0n, 40_000n));
    answers.push(program.at("path_unlink_file", `h${round}`));
  }
  return answers;
}

/** What a call may answer when frames run out, or what it needs was never made. */
const EXCUSES: readonly number[] = [0, Errno.NOSPC, Errno.NFILE, Errno.NOENT];

describe("with every frame refused in turn", () => {
  const setting = {
    memory: 16n * MIB,
    files: [file("brought", new Uint8Array(10_000).fill(1))],
    words: ["environment=A%3DB", "argument=p"],
    machine: { options: "selftest=off" },
  };

  test("a program is opened, lives and ends, or is refused, and nothing is lost", () => {
    let lives = 0;
    let refusals = 0;
    for (let left = 0; left < 60; ++left) {
      const { machine, booted } = bootWithProgram(new Uint8Array(8), setting);
      const { kernel } = booted;
      // All but so many frames are somebody's.
      const taken: bigint[] = [];
      while (kernel.mmStat(MmStat.FREE) > left) taken.push(kernel.frameAlloc(0));
      const allocated = kernel.mmStat(MmStat.ALLOCATED);
      const program = machine.makeProgram();
      const status = program.open();
      if (status) {
        expect(status).toBe(ErrorCode.OUT_OF_FRAMES);
        ++refusals;
      } else {
        expect(booted.exports.program_grow(ProgramRange.STACK, 8n * MIB)).toBe(
          ErrorCode.OUT_OF_FRAMES,
        );
        program.end(ProgramEnd.REFUSED, 6);
        ++lives;
      }
      expect(kernel.mmStat(MmStat.ALLOCATED)).toBe(allocated);
      expect(kernel.mmStat(MmStat.FREE)).toBe(left);
      for (const frame of taken) expect(kernel.frameFree(frame, 0)).toBe(0);
    }
    expect(refusals).toBeGreaterThan(3);
    expect(lives).toBeGreaterThan(20);
  });

  test("calls answer that there is no space, and the rest stays right", () => {
    let short = 0;
    for (let left = 0; left < 40; ++left) {
      const program = new Caller(setting);
      const { kernel } = program;
      const taken: bigint[] = [];
      while (kernel.mmStat(MmStat.FREE) > left) taken.push(kernel.frameAlloc(0));
      const answers = live(program).map(Math.abs);
      for (const answer of answers) expect(EXCUSES).toContain(answer);
      short += Number(answers.includes(Errno.NOSPC));
      for (const frame of taken) kernel.frameFree(frame, 0);
      program.end();
      expect(kernel.mmStat(MmStat.PROGRAM)).toBe(0);
    }
    expect(short).toBeGreaterThan(10);
    expect(live(new Caller(setting)).every((answer) => answer === 0)).toBe(true);
  });
});
