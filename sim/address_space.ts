/**
 * What the processor sees: virtual addresses translated by the page tables that lie in simulated
 * physical memory. Read on every use, so that it always tells what the tables hold now.
 *
 * Virtual addresses come as their 48 translated bits (`translatedBits`), which fit a number.
 */

import { FRAME_BYTES } from "../abi/frame.ts";
import { hex } from "./errors.ts";
import { Owner, type Ownership } from "./ownership.ts";
import {
  type CpuFeatures,
  ENTRY_SPAN,
  LARGE,
  NO_EXECUTE,
  PRESENT,
  TABLE_ENTRIES,
  WRITABLE,
} from "./page_entry.ts";
import { type PhysicalMemory } from "./physical_memory.ts";

export interface Translation {
  readonly physical: number;
  /** Bytes of the page that maps the address: 4 KiB, 2 MiB or 1 GiB. */
  readonly pageBytes: number;
  readonly writable: boolean;
  readonly executable: boolean;
}

/** Width of physical addresses; bits 51 to here are reserved in entries. */
const PHYSICAL_ADDRESS_BITS = 52;
const ADDRESS_HIGH_MASK = 2 ** (PHYSICAL_ADDRESS_BITS - 32) - 1;

/** The frame address in an entry. */
function entryAddress(low: number, high: number): number {
  return (high & ADDRESS_HIGH_MASK) * 2 ** 32 + ((low & ~(FRAME_BYTES - 1)) >>> 0);
}

export class AddressSpace {
  /** Physical address of the top-level table. */
  readonly root: number;
  readonly #memory: PhysicalMemory;
  readonly #ownership: Ownership;
  readonly #features: CpuFeatures;

  constructor(memory: PhysicalMemory, ownership: Ownership, features: CpuFeatures, root: number) {
    this.#memory = memory;
    this.#ownership = ownership;
    this.#features = features;
    this.root = root;
  }

  /** The translation of `virtual`, or a phrase that says why the processor would fault. */
  translate(virtual: number): Translation | string {
    let table = this.root;
    let writable = true;
    let executable = true;
    for (let level = 3; ; --level) {
      if (this.#ownership.of(table / FRAME_BYTES) === Owner.NOBODY) {
        return `the level-${level + 1} table at ${hex(table)} is not memory`;
      }
      const span = ENTRY_SPAN[level]!;
      const index = Math.floor(virtual / span) % TABLE_ENTRIES;
      const { halves } = this.#memory.page(table / FRAME_BYTES);
      const low = halves[2 * index]!;
      const high = halves[2 * index + 1]!;
      if (!(low & PRESENT)) return `its level-${level + 1} entry is not present`;
      const reserved = this.#reservedBit(level, low, high);
      if (reserved) return `its level-${level + 1} entry sets a reserved bit: ${reserved}`;
      writable &&= (low & WRITABLE) !== 0;
      executable &&= (high & NO_EXECUTE) === 0;
      const address = entryAddress(low, high);
      if (level === 0 || low & LARGE) {
        // The PAT bit of a large page lies where a small one has address bit 12.
        const base = address - (address % span);
        return { physical: base + (virtual % span), pageBytes: span, writable, executable };
      }
      table = address;
    }
  }

  /** The reserved bit that an entry sets, or "" (SDM vol. 3A, 4.5, tables 4-15 to 4-20). */
  #reservedBit(level: number, low: number, high: number): string {
    if (high & NO_EXECUTE && !this.#features.nx) return "bit 63 without NX";
    if (level === 0 || !(low & LARGE)) return "";
    if (level === 3) return "bit 7 of a top-level entry";
    if (level === 2 && !this.#features.pages1G) return "bit 7 without 1 GiB pages";
    const below = low & (ENTRY_SPAN[level]! - 1) & ~0x1fff;
    return below ? "address bits below the page size" : "";
  }

  /** Physical addresses of all tables that the root reaches, the root first. */
  tables(): number[] {
    const found = [this.root];
    this.#collect(this.root, 3, found);
    return found;
  }

  #collect(table: number, level: number, found: number[]): void {
    const { halves } = this.#memory.page(table / FRAME_BYTES);
    for (let index = 0; index < TABLE_ENTRIES; ++index) {
      const low = halves[2 * index]!;
      if (!(low & PRESENT) || low & LARGE) continue;
      const next = entryAddress(low, halves[2 * index + 1]!);
      found.push(next);
      if (level > 1) this.#collect(next, level - 1, found);
    }
  }
}
