/**
 * Builds page tables as a boot loader does: real entries in simulated physical memory.
 */

import { FRAME_BYTES } from "../abi/frame.ts";
import {
  type CpuFeatures,
  ENTRY_SPAN,
  LARGE,
  NO_EXECUTE,
  PAT_4K,
  PAT_LARGE,
  PRESENT,
  TABLE_ENTRIES,
  WRITABLE,
  WRITE_THROUGH,
} from "./page_entry.ts";
import { type PhysicalMemory } from "./physical_memory.ts";

export interface Permissions {
  readonly write: boolean;
  readonly execute: boolean;
  /** Map write-combining: entry 5 of the PAT that the boot protocol sets up (PAT and PWT). */
  readonly combine?: boolean;
}

export class LoaderTables {
  /** Physical address of the top-level table. */
  readonly root: number;
  readonly #memory: PhysicalMemory;
  readonly #features: CpuFeatures;
  readonly #takeFrame: () => number;

  /**
   * @param takeFrame gives the physical address of a frame for one more table
   * @param root a top-level table to go on with; by default a new one
   */
  constructor(
    memory: PhysicalMemory,
    features: CpuFeatures,
    takeFrame: () => number,
    root?: number,
  ) {
    this.#memory = memory;
    this.#features = features;
    this.#takeFrame = takeFrame;
    this.root = root ?? this.#newTable();
  }

  /**
   * Maps `bytes` bytes from `virtual` (48 translated bits) on to `physical`, in the largest pages
   * that fit; all three are multiples of 4 KiB. What was mapped there before is replaced, unless it
   * lies in a larger page, which stays.
   */
  map(virtual: number, physical: number, bytes: number, permissions: Permissions): void {
    while (bytes > 0) {
      let level = this.#features.pages1G ? 2 : 1;
      while (
        level > 0 &&
        (virtual % ENTRY_SPAN[level]! ||
          physical % ENTRY_SPAN[level]! ||
          bytes < ENTRY_SPAN[level]!)
      ) {
        --level;
      }
      this.#mapPage(level, virtual, physical, permissions);
      const span = ENTRY_SPAN[level]!;
      virtual += span;
      physical += span;
      bytes -= span;
    }
  }

  #mapPage(level: number, virtual: number, physical: number, permissions: Permissions): void {
    let table = this.root;
    for (let above = 3; above > level; --above) {
      const next = this.#tableBelow(table, above, virtual);
      if (next < 0) return;
      table = next;
    }
    let low = PRESENT | (physical % 2 ** 32);
    if (permissions.write) low |= WRITABLE;
    if (level > 0) low |= LARGE;
    if (permissions.combine) low |= WRITE_THROUGH | (level > 0 ? PAT_LARGE : PAT_4K);
    let high = Math.floor(physical / 2 ** 32);
    if (!permissions.execute && this.#features.nx) high |= NO_EXECUTE;
    const { halves } = this.#memory.page(table / FRAME_BYTES);
    const index = Math.floor(virtual / ENTRY_SPAN[level]!) % TABLE_ENTRIES;
    if (level > 0 && halves[2 * index]! & PRESENT) return;
    halves[2 * index] = low;
    halves[2 * index + 1] = high;
  }

  /** The table that the entry for `virtual` names, made if absent; -1 if a page lies there. */
  #tableBelow(table: number, level: number, virtual: number): number {
    const { halves } = this.#memory.page(table / FRAME_BYTES);
    const index = Math.floor(virtual / ENTRY_SPAN[level]!) % TABLE_ENTRIES;
    const low = halves[2 * index]!;
    if (low & PRESENT) {
      if (low & LARGE) return -1;
      return halves[2 * index + 1]! * 2 ** 32 + ((low & ~(FRAME_BYTES - 1)) >>> 0);
    }
    const made = this.#newTable();
    // Permissions of all levels add up, so that the last entry alone decides.
    halves[2 * index] = PRESENT | WRITABLE | (made % 2 ** 32);
    halves[2 * index + 1] = Math.floor(made / 2 ** 32);
    return made;
  }

  #newTable(): number {
    const frame = this.#takeFrame();
    this.#memory.fill(frame, FRAME_BYTES, 0);
    return frame;
  }
}
