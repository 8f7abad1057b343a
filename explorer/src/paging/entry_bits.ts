/**
 * The bits of a page-table entry in words, each with what its value means in this place (Intel SDM
 * vol. 3A, 4.5, tables 4-15 to 4-20).
 */

import { formatBytes } from "../format.ts";
import { entryFlags, LEVELS, mapsPage, memoryTypeIndex } from "../machine/page_entry.ts";

/** A bit, or what the bits of the memory type come to. */
export interface EntryBit {
  /** The manual's name. */
  readonly name: string;
  /** Its number; null for several bits together. */
  readonly bit: number | null;
  readonly isSet: boolean;
  readonly meaning: string;
}

/** What a bit means when it is set, and when it is not. */
const MEANINGS: Readonly<Record<string, readonly [set: string, clear: string]>> = {
  P: ["present: the processor uses this entry", "not present: every access faults"],
  "R/W": ["writing is allowed, if every level allows it", "writing faults"],
  "U/S": ["user programs may get here, if every level lets them", "for the supervisor only"],
  PWT: ["write-through; part of the memory type", "part of the memory type"],
  PCD: ["not cached; part of the memory type", "part of the memory type"],
  A: ["accessed: the processor has used this entry", "not used since it was cleared"],
  D: ["dirty: the page has been written to", "not written to since it was cleared"],
  G: ["global: stays in the TLB when the root changes", "leaves the TLB when the root changes"],
  PAT: ["part of the memory type", "part of the memory type"],
  XD: [
    "instructions may not be fetched here",
    "instructions may be fetched, if every level lets them",
  ],
};

/** The page attribute table as the boot protocol sets it, by index. */
const MEMORY_TYPES = [
  "write-back",
  "write-through",
  "uncached unless the MTRRs say write-combining",
  "uncached",
  "write-protected",
  "write-combining",
  "left open by the protocol",
  "left open by the protocol",
] as const;

/** The bits of `entry` in a table of `level` (0 is PML4); only the first one if it is not present. */
export function explainEntry(entry: bigint, level: number): EntryBit[] {
  const isPage = mapsPage(entry, level);
  const large =
    level === 1 || level === 2
      ? ([
          `maps a page of ${formatBytes(2 ** LEVELS[level]!.shift)} itself`,
          "leads to a table of the next level",
        ] as const)
      : undefined;
  const bits = entryFlags(entry, level).map(({ name, mask }) => {
    const isSet = (entry & mask) !== 0n;
    const [set, clear] = (name === "PS" ? large : undefined) ?? MEANINGS[name]!;
    return { name, bit: mask.toString(2).length - 1, isSet, meaning: isSet ? set : clear };
  });
  if (!bits[0]!.isSet) return bits.slice(0, 1);
  if (!isPage) return bits;
  const type = memoryTypeIndex(entry, level);
  const meaning = `PAT, PCD and PWT together are ${type}: ${MEMORY_TYPES[type]}`;
  return [...bits, { name: "Memory type", bit: null, isSet: type !== 0, meaning }];
}
