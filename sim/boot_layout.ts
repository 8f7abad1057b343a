/**
 * Where a boot loader puts the image, the module and its own tables, and what the memory map says
 * about it afterwards.
 */

import { FRAME_BYTES } from "../abi/frame.ts";
import { BootRegion } from "../abi/machine.ts";
import { MemoryType } from "../abi/memory_type.ts";
import { SimulationError } from "./errors.ts";
import { type MemoryMapEntry, type MemoryRange } from "./memory_map.ts";
import { Owner, Ownership } from "./ownership.ts";
import { HHDM_OFFSET, IMAGE_BASE } from "./page_entry.ts";

/** What `boot_region` answers for one kind; addresses and bytes. */
export interface BootRegionRecord {
  readonly physical: bigint;
  readonly length: bigint;
  readonly virtual: bigint;
}

/** Bytes of what is placed; multiples of 4 KiB except for the module. */
export interface BootSizes {
  readonly text: number;
  readonly rodata: number;
  /** The whole data segment, stack and first linear memory included. */
  readonly data: number;
  readonly stack: number;
  /** The first linear memory, without the header page below it. */
  readonly linearMemory: number;
  readonly module: number;
}

const KIB = 1024;
const GIB = 1024 ** 3;

/** About what the real shim has. */
export const DEFAULT_SIZES: BootSizes = {
  text: 200 * KIB,
  rodata: 40 * KIB,
  data: 2048 * KIB,
  stack: 64 * KIB,
  linearMemory: 64 * KIB,
  module: 128 * KIB,
};

/** `.data` proper, which the stack and linear memory follow. */
const INITIALISED_DATA = 64 * KIB;

/** A loader's stack, memory map and responses. */
const LOADER_BYTES = 128 * KIB;

/** Hidden memory holds the tables of the largest machine without 1 GiB pages, and the image. */
const HIDDEN_BYTES = 96 * KIB * KIB;

/** The kernel manages 16 TiB. */
const REACH = 1n << 44n;

/** Where memory hides if the map leaves no gap below 16 TiB: what lies above does not count. */
const HIDDEN_ABOVE = 2 ** 45;

/**
 * How boot memory is placed:
 *
 *   - `loader`: at the top of usable memory below 4 GiB, as a loader does; the map then says so;
 *   - `unlisted`: where the map says nothing, so that the map stays exactly as given;
 *   - `none`: `unlisted`, and without an image: `boot_region` knows nothing.
 */
export type Placement = "loader" | "unlisted" | "none";

/** Hands out frames top-down and remembers what it gave. */
export class BootFrames {
  /** Memory that exists without being in the map: bytes `[base, base + length)`. */
  readonly hidden: { readonly base: number; readonly length: number } | null;
  readonly #map: readonly MemoryMapEntry[];
  /** Free frames, sorted; only their ends move. */
  readonly #free: { start: number; end: number }[] = [];
  /** What was given; adjacent gifts of one type are one. */
  readonly #taken: { start: number; end: number; type: number }[] = [];

  /** `unmapped` is memory to keep off, `extra` bytes that hidden memory holds beyond the usual ones. */
  constructor(
    map: readonly MemoryMapEntry[],
    placement: Placement,
    unmapped: readonly MemoryRange[] = [],
    extra = 0,
  ) {
    this.#map = map;
    this.hidden = placement === "loader" ? null : hiddenGap(map, HIDDEN_BYTES + wholeFrames(extra));
    if (this.hidden) {
      const start = this.hidden.base / FRAME_BYTES;
      this.#free.push({ start, end: start + this.hidden.length / FRAME_BYTES });
    } else {
      const limit = (4 * GIB) / FRAME_BYTES;
      const holes = unmapped.map((hole) => ({ ...hole, type: MemoryType.RESERVED }));
      for (const run of new Ownership([...map, ...holes]).runs) {
        const free = { start: Math.max(run.start, 1), end: Math.min(run.end, limit) };
        if (run.owner === Owner.KERNEL && free.start < free.end) this.#free.push(free);
      }
    }
  }

  /** Physical address of `bytes` bytes, whole frames, which the map will list with `type`. */
  take(bytes: number, type: number): number {
    const frames = Math.ceil(bytes / FRAME_BYTES);
    const run = this.#free.findLast(({ start, end }) => end - start >= frames);
    if (!run) {
      throw new SimulationError(
        `no ${bytes} contiguous usable bytes below 4 GiB are left for the loader; ` +
          'a map this small boots with placement "unlisted"',
      );
    }
    const end = run.end;
    run.end -= frames;
    const last = this.#taken.at(-1);
    if (last?.start === end && last.type === type) last.start = run.end;
    else this.#taken.push({ start: run.end, end, type });
    return run.end * FRAME_BYTES;
  }

  #gifts(): MemoryMapEntry[] {
    return this.#taken.map(({ start, end, type }) => ({
      base: BigInt(start) * BigInt(FRAME_BYTES),
      length: BigInt(end - start) * BigInt(FRAME_BYTES),
      type,
    }));
  }

  /** The map as the loader reports it now: sorted by base if the loader changed it. */
  reportedMap(): MemoryMapEntry[] {
    if (this.hidden) return [...this.#map];
    let map = [...this.#map];
    for (const gift of this.#gifts()) map = map.flatMap((entry) => cut(entry, gift));
    return [...map, ...this.#gifts()].sort((a, b) => Number(a.base > b.base) - 0.5);
  }

  /** Entries for everything that exists, listed or not, as far as the kernel may reach it. */
  existing(): MemoryMapEntry[] {
    const listed = withinReach(this.reportedMap());
    return this.hidden ? [...listed, ...this.#gifts()] : listed;
  }
}

/** `map` without what lies at or above 16 TiB, which belongs to nobody. */
export function withinReach(map: readonly MemoryMapEntry[]): MemoryMapEntry[] {
  return map
    .filter(({ base }) => base < REACH)
    .map((entry) => {
      const beyond = entry.base + entry.length - REACH;
      return beyond > 0n ? { ...entry, length: entry.length - beyond } : entry;
    });
}

/** What is left of a usable `entry` once `gift` is taken from it; others stay whole. */
function cut(entry: MemoryMapEntry, gift: MemoryMapEntry): MemoryMapEntry[] {
  const end = entry.base + entry.length;
  const giftEnd = gift.base + gift.length;
  if (entry.type !== MemoryType.USABLE || end <= gift.base || entry.base >= giftEnd) {
    return [entry];
  }
  const left = { ...entry, length: gift.base - entry.base };
  const right = { ...entry, base: giftEnd, length: end - giftEnd };
  return [left, right].filter(({ length }) => length > 0n);
}

/** `bytes` rounded up to whole frames. */
function wholeFrames(bytes: number): number {
  return Math.ceil(bytes / FRAME_BYTES) * FRAME_BYTES;
}

/** `length` bytes that no entry touches: below 4 GiB if so many lie there, or else below 16 TiB. */
function hiddenGap(
  map: readonly MemoryMapEntry[],
  length: number,
): { base: number; length: number } {
  const touched = new Ownership(map.map((entry) => ({ ...entry, type: MemoryType.RESERVED })));
  for (const limit of [4 * GIB, Number(REACH)]) {
    const gap = [...touched.pieces(0, limit / FRAME_BYTES)].findLast(
      ({ start, end, owner }) => owner === Owner.NOBODY && (end - start) * FRAME_BYTES >= length,
    );
    if (gap) return { base: gap.end * FRAME_BYTES - length, length };
  }
  return { base: HIDDEN_ABOVE, length };
}

/** Takes memory for the image and the module and says where `boot_region` finds them. */
export function placeImage(frames: BootFrames, sizes: BootSizes): Map<number, BootRegionRecord> {
  const stack = sizes.text + sizes.rodata + INITIALISED_DATA;
  const linear = stack + sizes.stack + FRAME_BYTES;
  const data = Math.max(sizes.data, linear + sizes.linearMemory - sizes.text - sizes.rodata);
  const modulePhysical = frames.take(sizes.module, MemoryType.KERNEL_AND_MODULES);
  const image = frames.take(sizes.text + sizes.rodata + data, MemoryType.KERNEL_AND_MODULES);
  frames.take(LOADER_BYTES, MemoryType.BOOTLOADER_RECLAIMABLE);
  const part = (offset: number, length: number): BootRegionRecord => ({
    physical: BigInt(image + offset),
    length: BigInt(length),
    virtual: IMAGE_BASE + BigInt(offset),
  });
  return new Map([
    [BootRegion.IMAGE_TEXT, part(0, sizes.text)],
    [BootRegion.IMAGE_RODATA, part(sizes.text, sizes.rodata)],
    [BootRegion.IMAGE_DATA, part(sizes.text + sizes.rodata, data)],
    [BootRegion.LINEAR_MEMORY, part(linear, sizes.linearMemory)],
    [BootRegion.BOOT_STACK, part(stack, sizes.stack)],
    [
      BootRegion.WASM_MODULE,
      {
        physical: BigInt(modulePhysical),
        length: BigInt(sizes.module),
        virtual: HHDM_OFFSET + BigInt(modulePhysical),
      },
    ],
  ]);
}
