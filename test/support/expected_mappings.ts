/**
 * What the kernel's page tables must map, from the rules of the design alone: which frames, where,
 * and with which rights. Shares nothing with the kernel.
 *
 *   1. The direct map shows usable and reclaimable memory (writable), framebuffers (writable,
 *      write-combining), and the image, modules and ACPI's memory (read-only). What the loader put
 *      somewhere for the kernel counts as what it is, wherever the map has it.
 *   2. Of the image, data is writable, text and read-only data are not.
 *   3. The same, 1:1, up to 1 GiB, and above that for the identity ranges. Frame 0 in neither.
 *   4. The image at its link address: text executable, read-only data neither, data writable.
 *   5. Linear memory and the page below it, in a window of its own.
 *   6. Nothing else.
 */

import { BootRegion } from "../../abi/machine.ts";
import { MemoryType } from "../../abi/memory_type.ts";
import { type BootRegionRecord } from "../../sim/boot_layout.ts";
import { type ReservedRegion } from "../../sim/kernel.ts";
import { type MemoryMapEntry } from "../../sim/memory_map.ts";
import { type Interval, IntervalSet } from "./interval_set.ts";
import { type Mapping } from "./page_walker.ts";
import { sanitise } from "./reference_sanitiser.ts";

const FRAME = 4096n;
const GIB = 1n << 30n;
const EVERYTHING = { start: FRAME, end: 1n << 52n };

/** Entry of the page attribute table that the boot protocol sets to write-combining. */
const WRITE_COMBINING = 5;

/** Reasons of reservations that are identity ranges: image, stack, first linear memory,
 * framebuffer, module, map copy. */
const IDENTITY_REASONS: readonly number[] = [1, 2, 3, 4, 5, 8];

/** A mapping, whatever its page sizes. */
export type Extent = Pick<
  Mapping,
  "virtual" | "physical" | "bytes" | "writable" | "executable" | "pat"
>;

type Rights = Pick<Mapping, "writable" | "executable" | "pat">;

const READ: Rights = { writable: false, executable: false, pat: 0 };
const WRITE: Rights = { writable: true, executable: false, pat: 0 };
const EXECUTE: Rights = { writable: false, executable: true, pat: 0 };
const COMBINE: Rights = { writable: true, executable: false, pat: WRITE_COMBINING };

export interface Situation {
  readonly memoryMap: readonly MemoryMapEntry[];
  readonly bootRegions: ReadonlyMap<number, BootRegionRecord>;
  readonly reservedRegions: readonly ReservedRegion[];
  /** Virtual address of physical address 0. */
  readonly directMap: bigint;
  /** Virtual address of linear memory's data, and the frames under it from the page below it on. */
  readonly window: bigint;
  readonly linearFrames: readonly number[];
  readonly nx: boolean;
}

/** Frames that `{base, length}` touches, as addresses. */
function touched(base: bigint, length: bigint): Interval {
  const end = base + length;
  return { start: base - (base % FRAME), end: end + ((FRAME - (end % FRAME)) % FRAME) };
}

function regionsOf(situation: Situation, ...kinds: readonly number[]): IntervalSet {
  const found = kinds.flatMap((kind) => situation.bootRegions.get(kind) ?? []);
  return new IntervalSet(found.map(({ physical, length }) => touched(physical, length)));
}

function memoryOf(situation: Situation, ...types: readonly number[]): IntervalSet {
  const runs = sanitise(situation.memoryMap).filter(({ type }) => types.includes(type));
  return new IntervalSet(
    runs.map(({ start, end }) => ({ start: BigInt(start) * FRAME, end: BigInt(end) * FRAME })),
  );
}

/** Physical memory by what may be done with it; the sets are disjoint. */
function physicalView(situation: Situation): readonly (readonly [IntervalSet, Rights])[] {
  const text = regionsOf(situation, BootRegion.IMAGE_TEXT, BootRegion.IMAGE_RODATA);
  const data = regionsOf(situation, BootRegion.IMAGE_DATA).subtract(text);
  const module = regionsOf(situation, BootRegion.WASM_MODULE);
  const screen = regionsOf(situation, BootRegion.FRAMEBUFFER);
  const placed = text.union(data).union(module).union(screen);
  const rest = (...types: readonly number[]) => memoryOf(situation, ...types).subtract(placed);
  const read = rest(
    MemoryType.KERNEL_AND_MODULES,
    MemoryType.ACPI_RECLAIMABLE,
    MemoryType.ACPI_NVS,
  );
  return [
    [rest(MemoryType.USABLE, MemoryType.BOOTLOADER_RECLAIMABLE).union(data), WRITE],
    [rest(MemoryType.FRAMEBUFFER).union(screen), COMBINE],
    [read.union(text).union(module), READ],
  ];
}

/** Addresses that are mapped 1:1 if there is anything. */
function oneToOne({ reservedRegions }: Situation): IntervalSet {
  const identity = reservedRegions.filter(({ reason }) => IDENTITY_REASONS.includes(reason));
  return new IntervalSet([
    { start: 0n, end: GIB },
    ...identity.map(({ base, length }) => ({ start: base, end: base + length })),
  ]);
}

/** All that must be mapped, sorted by virtual address, maximal. */
export function expectedExtents(situation: Situation): Extent[] {
  const found: Extent[] = [];
  const add = (physical: bigint, bytes: bigint, virtual: bigint, rights: Rights) => {
    const executable = rights.executable || !situation.nx;
    found.push({ virtual, physical, bytes, ...rights, executable });
  };
  const identity = oneToOne(situation);
  for (const [all, rights] of physicalView(situation)) {
    const memory = all.intersect(new IntervalSet([EVERYTHING]));
    for (const { start, end } of memory.intervals) {
      add(start, end - start, situation.directMap + start, rights);
    }
    for (const { start, end } of memory.intersect(identity).intervals) {
      add(start, end - start, start, rights);
    }
  }
  for (const [kind, rights] of [
    [BootRegion.IMAGE_TEXT, EXECUTE],
    [BootRegion.IMAGE_RODATA, READ],
    [BootRegion.IMAGE_DATA, WRITE],
  ] as const) {
    const part = situation.bootRegions.get(kind);
    if (part) add(part.physical, part.length, part.virtual, rights);
  }
  for (const [page, frame] of situation.linearFrames.entries()) {
    add(BigInt(frame) * FRAME, FRAME, situation.window + BigInt(page - 1) * FRAME, WRITE);
  }
  return joined(found);
}

/** `extents` sorted, and joined where one carries on another, whatever their page sizes. */
export function joined(extents: readonly Extent[]): Extent[] {
  const result: Extent[] = [];
  for (const one of [...extents].sort((a, b) => (a.virtual < b.virtual ? -1 : 1))) {
    const { virtual, physical, bytes, writable, executable, pat } = one;
    const last = result.at(-1);
    const carriesOn =
      last !== undefined &&
      last.virtual + last.bytes === virtual &&
      last.physical + last.bytes === physical &&
      last.writable === writable &&
      last.executable === executable &&
      last.pat === pat;
    if (carriesOn) result[result.length - 1] = { ...last, bytes: last.bytes + bytes };
    else result.push({ virtual, physical, bytes, writable, executable, pat });
  }
  return result;
}
