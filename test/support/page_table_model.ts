/**
 * What page tables must hold, as a plain list of pages: each call of map adds those that the rule
 * about page sizes gives, each call of unmap takes some away. Knows nothing of tables but how many
 * there must be.
 */

import { type Mapping } from "./page_walker.ts";
import { Access, Code, type Cpu } from "./page_table_harness.ts";

const PAGE = 1n << 12n;
const LARGE_PAGE = 1n << 21n;
const HUGE_PAGE = 1n << 30n;
const TOP_ENTRY = 1n << 39n;
const HALF = 1n << 47n;
const ADDRESS_SPACE = 1n << 64n;
const PHYSICAL_LIMIT = 1n << 52n;

interface Page {
  readonly physical: bigint;
  readonly size: bigint;
  readonly access: number;
}

/** True if all of `[virtual, virtual + bytes)` is in the lower or in the upper canonical half. */
function isCanonical(virtual: bigint, bytes: bigint): boolean {
  const end = virtual + bytes;
  return end <= HALF || (virtual >= ADDRESS_SPACE - HALF && end <= ADDRESS_SPACE);
}

export class PageTableModel {
  /** By virtual address. */
  readonly pages: ReadonlyMap<bigint, Page>;
  readonly #cpu: Cpu;

  constructor(cpu: Cpu, pages: ReadonlyMap<bigint, Page> = new Map()) {
    this.#cpu = cpu;
    this.pages = pages;
  }

  /** The largest page that may begin at `virtual` in a range that ends at `end`. */
  #pageSize(virtual: bigint, physical: bigint, end: bigint): bigint {
    const sizes = this.#cpu.pages1G ? [HUGE_PAGE, LARGE_PAGE] : [LARGE_PAGE];
    const fits = (size: bigint) =>
      virtual % size === 0n && physical % size === 0n && virtual + size <= end;
    return sizes.find(fits) ?? PAGE;
  }

  #overlaps(virtual: bigint, bytes: bigint): boolean {
    return [...this.pages].some(
      ([start, { size }]) => start < virtual + bytes && virtual < start + size,
    );
  }

  /** How many tables it takes to hold the pages, the root included. */
  get tables(): number {
    const tables = new Set<string>(["root"]);
    for (const [virtual, { size }] of this.pages) {
      tables.add(`3:${virtual / TOP_ENTRY}`);
      if (size < HUGE_PAGE) tables.add(`2:${virtual / HUGE_PAGE}`);
      if (size < LARGE_PAGE) tables.add(`1:${virtual / LARGE_PAGE}`);
    }
    return tables.size;
  }

  /** Why the range cannot be mapped, or the model with it; `frames` are there for tables. */
  map(
    virtual: bigint,
    physical: bigint,
    bytes: bigint,
    access: number,
    frames: number,
  ): PageTableModel | readonly number[] {
    if (bytes === 0n || virtual % PAGE || bytes % PAGE) return [Code.INVALID_DESCRIPTOR];
    if (!isCanonical(virtual, bytes)) return [Code.INVALID_ADDRESS];
    if (physical % PAGE || physical + bytes > PHYSICAL_LIMIT) return [Code.INVALID_DESCRIPTOR];
    const isBoth = access & Access.WRITE && access & Access.EXECUTE;
    if (isBoth) return [Code.INVALID_DESCRIPTOR];
    const pages = new Map(this.pages);
    const end = virtual + bytes;
    for (let at = virtual; at < end;) {
      const target = physical + at - virtual;
      const size = this.#pageSize(at, target, end);
      pages.set(at, { physical: target, size, access });
      at += size;
    }
    const mapped = new PageTableModel(this.#cpu, pages);
    const isBusy = this.#overlaps(virtual, bytes);
    const isShort = mapped.tables - this.tables > frames;
    // Which of two obstacles is met first is the code's affair.
    if (isBusy) return frames === Infinity ? [Code.BUSY] : [Code.BUSY, Code.OUT_OF_FRAMES];
    return isShort ? [Code.OUT_OF_FRAMES] : mapped;
  }

  /** Why the range cannot be unmapped, or the model without it. */
  unmap(virtual: bigint, bytes: bigint): PageTableModel | readonly number[] {
    if (bytes === 0n || virtual % PAGE || bytes % PAGE) return [Code.INVALID_DESCRIPTOR];
    if (!isCanonical(virtual, bytes)) return [Code.INVALID_ADDRESS];
    const end = virtual + bytes;
    const isInside = (address: bigint) =>
      [...this.pages].some(([start, { size }]) => start < address && address < start + size);
    if (isInside(virtual) || isInside(end)) return [Code.INVALID_ADDRESS];
    const kept = [...this.pages].filter(([start]) => start < virtual || start >= end);
    return new PageTableModel(this.#cpu, new Map(kept));
  }

  /** Physical address behind `virtual`, or null. */
  translate(virtual: bigint): bigint | null {
    for (const [start, { physical, size }] of this.pages) {
      if (start <= virtual && virtual < start + size) return physical + virtual - start;
    }
    return null;
  }

  /** What a walk must find. */
  mappings(): Mapping[] {
    const found: Mapping[] = [];
    const sorted = [...this.pages].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [virtual, { physical, size, access }] of sorted) {
      const page: Mapping = {
        virtual,
        physical,
        bytes: size,
        pageSize: size,
        writable: (access & Access.WRITE) !== 0,
        executable: (access & Access.EXECUTE) !== 0 || !this.#cpu.nx,
        user: false,
        pat: access & Access.WRITE_COMBINING ? 5 : 0,
        global: false,
      };
      const last = found.at(-1);
      const carriesOn =
        last !== undefined &&
        last.virtual + last.bytes === virtual &&
        last.physical + last.bytes === physical &&
        last.pageSize === size &&
        last.writable === page.writable &&
        last.executable === page.executable &&
        last.pat === page.pat;
      if (carriesOn) found[found.length - 1] = { ...last, bytes: last.bytes + size };
      else found.push(page);
    }
    return found;
  }
}
