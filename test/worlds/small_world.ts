/**
 * A running kernel whose whole free memory is a handful of frames, or of blocks of one size, and the
 * calls there are to make on it.
 *
 * The kernel boots on memory far above; the handful is the boot loader's, so that bring-up takes
 * nothing of it before it is reclaimed at the end. Then all other free memory is reserved. What the
 * kernel can do from there on, it must do with these frames.
 */

import { expect } from "vitest";
import { MemoryType } from "../../abi/memory_type.ts";
import { MmStat } from "../../abi/mm_stat.ts";
import { type KernelExports } from "../../sim/kernel.ts";
import { type Machine } from "../../sim/machine.ts";
import { type MemoryMapEntry } from "../../sim/memory_map.ts";
import { withExportedGlobals } from "../support/module_parts.ts";
import { bootKernel } from "../support/booted_kernel.ts";
import { KernelDuel } from "../support/kernel_duel.ts";
import { kernelBytes } from "../support/kernel_module.ts";
import { type Call, type World, WorldModel } from "./world_model.ts";

const FRAME = 4096n;

/** Where the kernel lives: 4 MiB at 256 GiB. */
const ELSEWHERE: MemoryMapEntry = {
  base: 1n << 38n,
  length: 4n << 20n,
  type: MemoryType.USABLE,
};

/** Answers of `managed_run` and `reserved_region` go here, below all static data. */
const SCRATCH = 512;

/** Where static data begins: what lies below is no state. */
export const STATE_START = 1024;

/** Refused whatever the state: leaves the same trace of a last refusal in every state. */
const REFUSED_ORDER = 99;

export interface Shape {
  readonly name: string;
  /** Number of the first frame. */
  readonly first: number;
  /** As in world_model.ts: `.` for each place, ` ` for each one that is not there. */
  readonly frames: World;
  /** The order of a place, 0 if not given: then it is a frame. */
  readonly grain?: number;
}

interface Range {
  readonly base: bigint;
  readonly length: bigint;
}

let instrumented: WebAssembly.Module | undefined;

/** Frames to each side of the shape that are the firmware's, so that nothing is placed there. */
const MARGIN = 512;

function entry(start: number, end: number, type: number): MemoryMapEntry {
  return { base: BigInt(start) * FRAME, length: BigInt(end - start) * FRAME, type };
}

/** The memory map around the shape. */
function entriesOf({ first, frames, grain = 0 }: Shape): MemoryMapEntry[] {
  const size = 2 ** grain;
  const end = first + frames.length * size;
  const ours = [...frames.matchAll(/\.+/g)].map(({ index, 0: run }) => {
    const start = first + index * size;
    return entry(start, start + run.length * size, MemoryType.BOOTLOADER_RECLAIMABLE);
  });
  return [
    entry(Math.max(first - MARGIN, 0), first, MemoryType.RESERVED),
    ...ours,
    entry(end, Math.min(end + MARGIN, 2 ** 32), MemoryType.RESERVED),
  ];
}

export class SmallWorld {
  readonly name: string;
  /** What there is at first: the shape, and a place to each side. */
  readonly start: World;
  readonly model: WorldModel;
  readonly exports: KernelExports;
  readonly calls: readonly Call[];
  readonly #machine: Machine;
  /** What is managed and what is reserved besides the shape's frames. */
  readonly #otherRuns: readonly Range[];
  readonly #otherRegions: readonly Range[];
  readonly #otherFrames: number;
  readonly #importCalls: number;
  /** The physical address at each place, as the engine wants it. */
  readonly #addresses: readonly bigint[];
  /** The bytes of each number of places. */
  readonly #bytes: readonly bigint[];

  constructor(shape: Shape) {
    instrumented ??= new WebAssembly.Module(withExportedGlobals(kernelBytes()));
    this.name = shape.name;
    this.start = ` ${shape.frames} `;
    const { first, frames, grain = 0 } = shape;
    const size = 2 ** grain;
    this.model = new WorldModel(first - size, grain);
    const memoryMap = [...entriesOf(shape), ELSEWHERE];
    const booted = bootKernel({ memoryMap, options: "selftest=off" }, instrumented);
    expect(booted.status, booted.log.at(-1)).toBe(0);
    this.#machine = booted.machine;
    this.exports = booted.kernel.exports;

    const isOurs = (frame: number) => frame >= first && frame < first + frames.length * size;
    const duel = new KernelDuel(booted);
    for (;;) {
      const rest = duel.model.freeRuns().find(({ start }) => !isOurs(start));
      if (!rest) break;
      expect(duel.reserve(rest.start, rest.end)).toBe(0);
    }
    const isElsewhere = ({ base }: Range) => !isOurs(Number(base / FRAME));
    this.#otherRuns = booted.kernel.managedRuns().filter(isElsewhere);
    this.#otherRegions = booted.kernel.reservedRegions();
    this.#otherFrames = this.#otherRuns.reduce(
      (sum, { length }) => sum + Number(length / FRAME),
      0,
    );
    this.#addresses = [...this.start].map((_, place) => BigInt(this.model.frameAt(place)) * FRAME);
    this.#bytes = Array.from(
      { length: this.start.length + 1 },
      (_, count) => BigInt(count * size) * FRAME,
    );
    this.calls = [...this.#listCalls()];
    this.settle();
    this.#importCalls = this.#machine.calls;
    expect(this.complaint(this.start)).toBe("");
  }

  /** Every call with every argument that could matter, and that divides no place. */
  *#listCalls(): Generator<Call> {
    const { grain } = this.model;
    const orders = [0, 1, 2, 3, 4].map((order) => order + grain);
    for (const flags of [0, 2, 4]) {
      for (const order of new Set([...orders, 18, 19])) yield { kind: "alloc", order, flags };
    }
    yield { kind: "alloc", order: grain, flags: 8 };
    for (let place = 0; place < this.start.length; ++place) {
      for (const order of new Set([0, 1, 6, 9, ...orders, 18, 19])) {
        yield { kind: "free", place, order };
      }
      yield { kind: "retain", place };
      for (let count = 0; place + count <= this.start.length; ++count) {
        yield { kind: "reserve", place, count };
      }
    }
  }

  /** Makes `call`: a physical address after an allocation, else an error code. */
  make(call: Call): bigint | number {
    switch (call.kind) {
      case "alloc":
        return this.exports.frame_alloc(call.order, call.flags);
      case "free":
        return this.exports.frame_free(this.#addresses[call.place]!, call.order);
      case "retain":
        return this.exports.frame_retain(this.#addresses[call.place]!);
      case "reserve":
        return this.exports.range_reserve(this.#addresses[call.place]!, this.#bytes[call.count]!);
    }
  }

  /** Makes the state forget which refusal was the last: that is no part of what is explored. */
  settle(): void {
    this.exports.frame_alloc(REFUSED_ORDER, 0);
  }

  /** Why the figures and lists of the kernel are not those of `world`; "" if they are. */
  complaint(world: World): string {
    const count = (letters: RegExp) => world.replaceAll(letters, "").length * 2 ** this.model.grain;
    const free = count(/[^.]/g);
    const managed = count(/[ x]/g) + this.#otherFrames;
    const runs = [...this.#ranges(world, /[^ x]+/g), ...this.#otherRuns];
    const regions = [...this.#ranges(world, /x+/g), ...this.#otherRegions];
    const told = (kind: number) => Number(this.exports.mm_stat(kind));
    return (
      differs("managed frames", told(MmStat.MANAGED), managed) ||
      differs("free frames", told(MmStat.FREE), free) ||
      differs("allocated frames", told(MmStat.ALLOCATED), managed - free) ||
      differs("the buddy's frames", told(MmStat.BUDDY_TOTAL), managed) ||
      differs("free and cached", told(MmStat.BUDDY_FREE) + told(MmStat.CACHED), free) ||
      differs("largest order", told(MmStat.LARGEST_FREE_ORDER), this.model.largestOrder(world)) ||
      differs("runs", told(MmStat.MANAGED_RUNS), runs.length) ||
      differs("regions", told(MmStat.RESERVED_REGIONS), regions.length) ||
      this.#listComplaint("managed_run", runs) ||
      this.#listComplaint("reserved_region", regions) ||
      differs("calls of imports", this.#machine.calls, this.#importCalls)
    );
  }

  #ranges(world: World, letters: RegExp): Range[] {
    return [...world.matchAll(letters)].map(({ index, 0: run }) => ({
      base: this.#addresses[index]!,
      length: this.#bytes[run.length]!,
    }));
  }

  /** All addresses are below 2^63: signed and unsigned are the same. */
  #listComplaint(list: "managed_run" | "reserved_region", expected: readonly Range[]): string {
    const record = new BigInt64Array(this.exports.memory.buffer, SCRATCH, 3);
    const sorted = expected.toSorted((a, b) => Number(a.base - b.base));
    for (const [index, { base, length }] of sorted.entries()) {
      const isThere = this.exports[list](index, SCRATCH) === 1;
      if (!isThere || record[0] !== base || record[1] !== length) {
        return `${list}(${index}): 0x${record[0]!.toString(16)}, ${record[1]} bytes`;
      }
    }
    return this.exports[list](expected.length, SCRATCH) === 0 ? "" : `${list} goes on`;
  }
}

function differs(what: string, real: number, expected: number): string {
  return real === expected ? "" : `${what}: ${real}, should be ${expected}`;
}
