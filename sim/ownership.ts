/**
 * Who owns each frame as far as the loader's map says, and hence what the kernel may do to it.
 *
 * Where entries overlap the stricter class wins, and a frame counts as usable only if one entry
 * covers it whole: what the map leaves in doubt, the kernel must not write.
 */

import { FRAME_BYTES } from "../abi/frame.ts";
import { MemoryType } from "../abi/memory_type.ts";
import { type MemoryMapEntry } from "./memory_map.ts";
import { PHYSICAL_LIMIT } from "./physical_memory.ts";

/** Classes of frames, the stricter the larger. */
export const Owner = {
  /** Not in the map at all: there is no memory there. */
  NOBODY: 0,
  /** Free for the kernel from the start. */
  KERNEL: 1,
  /** The loader's tables and stack: the kernel's once it stands on its own page tables. */
  LOADER: 2,
  FRAMEBUFFER: 3,
  /** Firmware, devices, or the image and its module: never to be written through the HHDM. */
  OTHERS: 4,
} as const;

export type Owner = (typeof Owner)[keyof typeof Owner];

/** Frames `[start, end)` belong to `owner`. */
export interface OwnedRun {
  readonly start: number;
  readonly end: number;
  readonly owner: Owner;
}

/** Where the count of entries of one class changes. */
interface Border {
  readonly frame: number;
  readonly owner: Owner;
  readonly step: 1 | -1;
}

const FRAME_LIMIT = PHYSICAL_LIMIT / FRAME_BYTES;

function classOf(type: number): Owner {
  switch (type) {
    case MemoryType.USABLE:
      return Owner.KERNEL;
    case MemoryType.BOOTLOADER_RECLAIMABLE:
      return Owner.LOADER;
    case MemoryType.FRAMEBUFFER:
      return Owner.FRAMEBUFFER;
    default:
      return Owner.OTHERS;
  }
}

/** The frames that `[base, base + length)` touches, or with `whole` those it covers. */
export function framesOf(entry: { base: bigint; length: bigint }, whole: boolean) {
  const end = entry.base + entry.length;
  const up = (address: bigint) => Number((address + BigInt(FRAME_BYTES - 1)) / BigInt(FRAME_BYTES));
  const down = (address: bigint) => Number(address / BigInt(FRAME_BYTES));
  const frames = whole
    ? { start: up(entry.base), end: down(end) }
    : { start: down(entry.base), end: up(end) };
  frames.end = entry.length === 0n ? frames.start : Math.min(frames.end, FRAME_LIMIT);
  return frames;
}

function borders(map: readonly MemoryMapEntry[]): Border[] {
  const found: Border[] = [];
  const add = (start: number, end: number, owner: Owner) => {
    if (start >= end) return;
    found.push({ frame: start, owner, step: 1 }, { frame: end, owner, step: -1 });
  };
  for (const entry of map) {
    const owner = classOf(entry.type);
    const touched = framesOf(entry, false);
    if (owner === Owner.OTHERS) {
      add(touched.start, touched.end, owner);
      continue;
    }
    const covered = framesOf(entry, true);
    add(covered.start, covered.end, owner);
    if (owner === Owner.KERNEL) continue;
    // Somebody other than the kernel uses part of these frames.
    add(touched.start, Math.min(covered.start, touched.end), Owner.OTHERS);
    add(Math.max(covered.end, touched.start), touched.end, Owner.OTHERS);
  }
  return found.sort((a, b) => a.frame - b.frame);
}

export class Ownership {
  /** Sorted, disjoint and maximal; nobody's frames are left out. */
  readonly runs: readonly OwnedRun[];

  constructor(map: readonly MemoryMapEntry[]) {
    const runs: OwnedRun[] = [];
    const covering = [0, 0, 0, 0, 0];
    let from = 0;
    for (const border of borders(map)) {
      const owner = covering.findLastIndex((entries) => entries > 0) as Owner | -1;
      if (owner > Owner.NOBODY && from < border.frame) {
        const last = runs.at(-1);
        if (last?.end === from && last.owner === owner) {
          runs[runs.length - 1] = { ...last, end: border.frame };
        } else {
          runs.push({ start: from, end: border.frame, owner: owner as Owner });
        }
      }
      covering[border.owner]! += border.step;
      from = border.frame;
    }
    this.runs = runs;
  }

  /** Index of the first run that ends after `frame`. */
  #runAt(frame: number): number {
    let low = 0;
    let high = this.runs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.runs[middle]!.end <= frame) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  of(frame: number): Owner {
    const run = this.runs[this.#runAt(frame)];
    return run && run.start <= frame ? run.owner : Owner.NOBODY;
  }

  /** The owned and unowned pieces of frames `[start, end)`, in order, without a gap. */
  *pieces(start: number, end: number): Generator<OwnedRun> {
    for (let index = this.#runAt(start); start < end; ++index) {
      const run = this.runs[index];
      const next = Math.min(run?.start ?? end, end);
      if (start < next) yield { start, end: next, owner: Owner.NOBODY };
      if (!run || next === end) return;
      const stop = Math.min(run.end, end);
      yield { start: Math.max(start, run.start), end: stop, owner: run.owner };
      start = stop;
    }
  }
}
