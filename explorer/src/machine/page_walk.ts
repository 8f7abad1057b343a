/**
 * Walks page tables as the processor does, from raw bytes of the simulated memory: for one address
 * with every entry on the way, or for all of them. Intel SDM vol. 3A, 4.5 (4-level paging) and 4.6
 * (access rights). Reads only; the kernel and the machine have walkers of their own.
 */

import {
  entryAddress,
  EXECUTE_DISABLE,
  flagNames,
  LEVELS,
  mapsPage,
  memoryTypeIndex,
  PRESENT,
  reservedBits,
  TABLE_ENTRIES,
  USER,
  WRITABLE,
} from "./page_entry.ts";
import { type AddressWalk, type MappedRun, type WalkStep } from "./protocol.ts";

/** Answers the 8 bytes at a physical address. */
export type ReadWord = (address: number) => bigint;

/** Rights that every level must grant. */
interface Rights {
  writable: boolean;
  executable: boolean;
  user: boolean;
}

function withEntry(rights: Rights, entry: bigint): Rights {
  return {
    writable: rights.writable && (entry & WRITABLE) !== 0n,
    executable: rights.executable && (entry & EXECUTE_DISABLE) === 0n,
    user: rights.user && (entry & USER) !== 0n,
  };
}

const ALL_RIGHTS: Rights = { writable: true, executable: true, user: true };

/** True if bits 63 to 47 of the address are equal (SDM vol. 1, 3.3.7.1). */
function isCanonical(virtual: bigint): boolean {
  return BigInt.asUintN(64, BigInt.asIntN(48, virtual)) === virtual;
}

/** What the processor makes of `virtual` (a u64) with the tables below `root`. */
export function walkAddress(read: ReadWord, root: number, virtual: bigint): AddressWalk {
  const steps: WalkStep[] = [];
  const faulting = (fault: string): AddressWalk => ({ virtual, steps, page: null, fault });
  if (!isCanonical(virtual)) {
    return faulting("#GP: not canonical, bits 63 to 47 are not all equal");
  }
  let table = root;
  let rights = ALL_RIGHTS;
  for (const [level, { name, shift }] of LEVELS.entries()) {
    const index = Number((virtual >> BigInt(shift)) & BigInt(TABLE_ENTRIES - 1));
    const entry = read(table + 8 * index);
    const address = entryAddress(entry, level);
    const flags = flagNames(entry, level);
    const step = { level: name, table, index, entry, flags, address };
    if (!(entry & PRESENT)) {
      steps.push({ ...step, outcome: "not present" });
      return faulting(`#PF: the ${name} entry is not present`);
    }
    if (reservedBits(entry, level)) {
      steps.push({ ...step, outcome: "reserved bit" });
      return faulting(`#PF: the ${name} entry sets a reserved bit`);
    }
    rights = withEntry(rights, entry);
    if (mapsPage(entry, level)) {
      steps.push({ ...step, outcome: "page" });
      const pageBytes = 2 ** shift;
      const offset = Number(virtual & ((1n << BigInt(shift)) - 1n));
      return {
        virtual,
        steps,
        page: { physical: address + offset, pageBytes, ...rights },
        fault: "",
      };
    }
    steps.push({ ...step, outcome: "next table" });
    table = address;
  }
  throw new RangeError("a last-level entry maps a page or is not present");
}

/** Everything that the tables map, in the order of virtual addresses, and where the tables lie. */
export function walkAll(read: ReadWord, root: number): { runs: MappedRun[]; tables: number[] } {
  const runs: MappedRun[] = [];
  const tables: number[] = [];
  const visit = (table: number, level: number, base: bigint, above: Rights): void => {
    tables.push(table);
    const { shift } = LEVELS[level]!;
    for (let index = 0; index < TABLE_ENTRIES; ++index) {
      const entry = read(table + 8 * index);
      if (!(entry & PRESENT) || reservedBits(entry, level)) continue;
      const virtual = base + (BigInt(index) << BigInt(shift));
      const rights = withEntry(above, entry);
      const address = entryAddress(entry, level);
      if (!mapsPage(entry, level)) {
        visit(address, level + 1, virtual, rights);
        continue;
      }
      append(runs, {
        virtual: BigInt.asUintN(64, BigInt.asIntN(48, virtual)),
        physical: address,
        bytes: 2 ** shift,
        pageBytes: 2 ** shift,
        writable: rights.writable,
        executable: rights.executable,
        memoryType: memoryTypeIndex(entry, level),
      });
    }
  };
  visit(root, 0, 0n, ALL_RIGHTS);
  return { runs, tables };
}

/** Adds `page` to the last run if it carries on there with the same size, rights and type. */
function append(runs: MappedRun[], page: MappedRun): void {
  const last = runs.at(-1);
  if (
    last &&
    last.virtual + BigInt(last.bytes) === page.virtual &&
    last.physical + last.bytes === page.physical &&
    last.pageBytes === page.pageBytes &&
    last.writable === page.writable &&
    last.executable === page.executable &&
    last.memoryType === page.memoryType
  ) {
    runs[runs.length - 1] = { ...last, bytes: last.bytes + page.bytes };
  } else {
    runs.push(page);
  }
}
