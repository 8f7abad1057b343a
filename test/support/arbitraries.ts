/**
 * Generators for fast-check: memory maps and operations that interact. Uniform noise over 2^64
 * never hits anything; what is drawn here lies near the borders where allocators go wrong.
 */

import fc from "fast-check";
import { MemoryType } from "../../abi/memory_type.ts";
import { type MemoryMapEntry } from "../../sim/memory_map.ts";

const KIB = 1n << 10n;
const MIB = 1n << 20n;
const GIB = 1n << 30n;
const TIB = 1n << 40n;
const U64_MAX = (1n << 64n) - 1n;

/** Addresses around which windows are laid. */
export const BORDERS = {
  zero: 0n,
  word: 16n * MIB + 64n * 4n * KIB,
  low: 16n * MIB,
  pageblock: 64n * MIB,
  gigablock: 1n * GIB,
  fourGiB: 4n * GIB,
  sixteenTiB: 16n * TIB,
} as const;

const BORDER_ADDRESSES: readonly bigint[] = Object.values(BORDERS);

/** Granularities that matter: less than a frame, frame, word of 64 frames, 2 MiB, 1 GiB. */
const GRAINS: readonly bigint[] = [0x200n, 4n * KIB, 256n * KIB, 2n * MIB, GIB];

/** Types that have a name. */
const KNOWN_TYPES = Array.from({ length: MemoryType.UNKNOWN }, (_, type) => type);

/** Half of what is drawn is usable, so that there is something to manage. */
export const memoryType: fc.Arbitrary<number> = fc.oneof(
  { weight: 5, arbitrary: fc.constant(MemoryType.USABLE) },
  { weight: 2, arbitrary: fc.constant(MemoryType.BOOTLOADER_RECLAIMABLE) },
  { weight: 4, arbitrary: fc.constantFrom(...KNOWN_TYPES) },
  { weight: 1, arbitrary: fc.constantFrom(8, 9, 0x1000, 0xffffffff) },
);

/** A small multiple of some grain, now and then a byte off. */
function offset(max: number): fc.Arbitrary<bigint> {
  return fc
    .tuple(
      fc.constantFrom(...GRAINS),
      fc.integer({ min: 0, max }),
      fc.oneof({ weight: 6, arbitrary: fc.constant(0n) }, fc.constantFrom(-1n, 1n, 0x800n)),
    )
    .map(([grain, count, slip]) => {
      const value = grain * BigInt(count) + slip;
      return value < 0n ? 0n : value;
    });
}

function clampU64(value: bigint): bigint {
  if (value < 0n) return 0n;
  return value > U64_MAX ? U64_MAX : value;
}

/** An entry in a dense window: near `border`, a few grains long, so that neighbours collide. */
function entryNear(border: bigint): fc.Arbitrary<MemoryMapEntry> {
  return fc
    .tuple(offset(12), fc.boolean(), offset(12), memoryType)
    .map(([distance, below, length, type]) => ({
      base: clampU64(below ? border - distance : border + distance),
      length,
      type,
    }));
}

/** Shapes that no firmware should produce, and some do. */
const oddEntry: fc.Arbitrary<MemoryMapEntry> = fc.oneof(
  fc.record({ base: fc.bigInt(0n, U64_MAX), length: fc.constant(0n), type: memoryType }),
  // The sum overflows.
  fc.record({
    base: fc.bigInt(U64_MAX - 16n * MIB, U64_MAX),
    length: fc.bigInt(0n, U64_MAX),
    type: memoryType,
  }),
  // Ends exactly at the end of the address space.
  fc
    .tuple(fc.bigInt(1n, 64n * MIB), memoryType)
    .map(([length, type]) => ({ base: U64_MAX - length + 1n, length, type })),
  // Far beyond what frame numbers reach.
  fc.record({
    base: fc.bigInt(16n * TIB - 4n * MIB, 64n * TIB),
    length: fc.bigInt(0n, 4n * TIB),
    type: memoryType,
  }),
);

export interface HostileMapOptions {
  readonly maxEntries?: number;
  /** Entries that exist besides the drawn ones, for instance memory enough to boot. */
  readonly always?: readonly MemoryMapEntry[];
}

/** Maps of dense windows at one to three borders, with odd entries, in any order. */
export function hostileMemoryMap({
  maxEntries = 16,
  always = [],
}: HostileMapOptions = {}): fc.Arbitrary<MemoryMapEntry[]> {
  return fc
    .uniqueArray(fc.constantFrom(...BORDER_ADDRESSES), { minLength: 1, maxLength: 3 })
    .chain((borders) => {
      const dense = fc.oneof(...borders.map(entryNear));
      const entry = fc.oneof({ weight: 8, arbitrary: dense }, { weight: 1, arbitrary: oddEntry });
      return fc.array(entry, { maxLength: maxEntries });
    })
    .chain((entries) => {
      const all = [...always, ...entries];
      return fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length });
    });
}

/**
 * Usable frames `[start, end)` of a small machine: runs a few frames to a few pageblocks long, with
 * holes of a few frames, around a border. Sorted, disjoint, not adjacent.
 */
export function denseRuns(
  border: bigint,
  maxRuns = 6,
): fc.Arbitrary<{ start: number; end: number }[]> {
  const length = fc.oneof(
    fc.integer({ min: 1, max: 70 }),
    fc.constantFrom(1, 2, 63, 64, 65, 511, 512, 513, 1024),
  );
  const gap = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(63, 64, 512));
  return fc
    .tuple(
      fc.array(fc.tuple(gap, length), { minLength: 1, maxLength: maxRuns }),
      fc.integer({ min: 0, max: 1100 }),
    )
    .map(([pieces, before]) => {
      let at = Math.max(Number(border / (4n * KIB)) - before, 1);
      const runs: { start: number; end: number }[] = [];
      for (const [hole, frames] of pieces) {
        const start = at + hole;
        at = start + frames;
        if (at <= 2 ** 32) runs.push({ start, end: at });
      }
      return runs;
    })
    .filter((runs) => runs.length > 0);
}

/**
 * One call into the allocator. `pick` chooses among what is there when the call is made (modulo
 * the number of blocks, or of frames), so that a sequence stays meaningful while it shrinks.
 */
export type Operation =
  | { readonly kind: "alloc"; readonly order: number; readonly flags: number }
  /** Frees an allocated block properly. */
  | { readonly kind: "free"; readonly pick: number }
  /** Frees with a wrong order, or from `shift` frames off the block's start. */
  | {
      readonly kind: "bogus-free";
      readonly pick: number;
      readonly order: number;
      readonly shift: number;
    }
  /** Frees or retains at an address near a border of the managed runs, `slip` bytes off. */
  | { readonly kind: "stray"; readonly pick: number; readonly shift: number; readonly slip: number }
  | { readonly kind: "retain"; readonly pick: number }
  /** Reserves `frames` frames, `shift` frames from a border of a free run. */
  | {
      readonly kind: "reserve";
      readonly pick: number;
      readonly shift: number;
      readonly frames: number;
    };

const pick = fc.nat({ max: 0xffff });
const shift = fc.integer({ min: -3, max: 3 });
const order = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 6 }) },
  { weight: 3, arbitrary: fc.integer({ min: 7, max: 10 }) },
  { weight: 1, arbitrary: fc.constantFrom(11, 17, 18, 19, 31, 32, 63) },
);
const flags = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.constantFrom(1, 2, 3, 4, 5, 6));

/** Sequences of operations: mostly allocations and frees, every kind of misuse among them. */
export function operations(maxLength = 200): fc.Arbitrary<Operation[]> {
  const operation: fc.Arbitrary<Operation> = fc.oneof(
    {
      weight: 10,
      arbitrary: fc.record({ kind: fc.constant("alloc" as const), order, flags }),
    },
    { weight: 8, arbitrary: fc.record({ kind: fc.constant("free" as const), pick }) },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant("bogus-free" as const), pick, order, shift }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("stray" as const),
        pick,
        shift,
        slip: fc.constantFrom(0, 1, 8, 0x800, 0xfff),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("retain" as const), pick }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("reserve" as const),
        pick,
        shift,
        frames: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom(63, 64, 65, 512)),
      }),
    },
  );
  return fc.array(operation, { maxLength });
}
