/**
 * Reads the raw tables of the allocator core and checks what must hold between them.
 *
 * The layout is written down here a second time, after the comments in src/mm/areas.ts, granules.ts
 * and free_lists.ts, and nothing of the kernel is called.
 */

import { type Allocator, TABLES_ADDRESS } from "./allocator_harness.ts";

const GRANULE_BYTES = 12;
const AREA_BYTES = 216;
const RECORD_BYTES = 24;
const ZONE_BYTES = 264;
const LINKS = 16;
const BLOCK_KEY = 54;
const FULL = 32;
const LENT = 33;
const OPEN = 64;
const ALL = (1n << 64n) - 1n;

/** The largest aligned run of ones in the low `bits` bits of `mask`, as an order. */
function largestRun(mask: bigint, bits: number): number {
  let largest = -1;
  for (let order = 0; 2 ** order <= bits; ++order) {
    const run = (1n << BigInt(2 ** order)) - 1n;
    for (let start = 0; start < bits; start += 2 ** order) {
      if (((mask >> BigInt(start)) & run) === run) largest = order;
    }
  }
  return largest;
}

function ones(mask: bigint): number {
  return mask.toString(2).replaceAll("0", "").length;
}

/** What the lists say about a record: the key of the list it is in. */
type Listed = Map<number, number>;

class Walker {
  private readonly allocator: Allocator;
  private readonly view: DataView;
  private readonly lists: number;
  private readonly lentFrames: bigint;
  private free = 0;
  private lentWords = 0;

  constructor(allocator: Allocator) {
    this.allocator = allocator;
    this.view = new DataView(allocator.core.memory.buffer);
    this.lists = allocator.core.listTable();
    this.lentFrames = BigInt.asUintN(64, allocator.core.lentFrames());
  }

  private u8(address: number): number {
    return this.view.getUint8(address);
  }

  private u32(address: number): number {
    return this.view.getUint32(address, true);
  }

  private u64(address: number): bigint {
    return this.view.getBigUint64(address, true);
  }

  private expect(condition: boolean, what: string): asserts condition {
    if (!condition) throw new Error(`tables: ${what}`);
  }

  check(): void {
    const listed = this.walkLists();
    let found = 0;
    const granules = this.allocator.core.buddyGranules();
    for (let granule = 0; granule < granules; ++granule) {
      const entry = TABLES_ADDRESS + granule * GRANULE_BYTES;
      const first = this.view.getUint16(entry + 4, true);
      const count = this.view.getUint16(entry + 6, true);
      for (let place = first; place < first + count; ++place) {
        const number = granule * 512 + place;
        const area = (this.u32(entry) + number * AREA_BYTES) % 2 ** 32;
        found += this.checkArea(area, number, listed);
      }
    }
    this.expect(found === listed.size, `${listed.size} list entries, ${found} records in lists`);
    this.expect(
      this.free === Number(this.allocator.core.buddyFreeFrames()),
      `${this.free} frames free, ${this.allocator.core.buddyFreeFrames()} counted`,
    );
    this.expect(this.lentWords <= 1, "two words are lent");
    this.expect(this.lentWords === 1 || this.lentFrames === 0n, "frames lent of no word");
  }

  /** Follows all lists; returns the key of every entry. */
  private walkLists(): Listed {
    const listed: Listed = new Map();
    for (let zone = 0; zone < 3; ++zone) {
      const base = this.lists + zone * ZONE_BYTES;
      for (let key = 0; key < 64; ++key) {
        const head = this.u32(base + 8 + key * 4);
        const isMarked = ((this.u64(base) >> BigInt(key)) & 1n) === 1n;
        this.expect(isMarked === (head !== 0), `list ${key} of zone ${zone} is marked wrongly`);
        let before = 0;
        for (let entry = head; entry; entry = this.u32(entry - (entry % 8))) {
          this.expect(!listed.has(entry), `entry ${entry} is listed twice`);
          this.expect(this.u32(entry - (entry % 8) + 4) === before, `link back of ${entry}`);
          listed.set(entry, zone * 64 + key);
          before = entry;
        }
      }
    }
    return listed;
  }

  /** Checks a record; returns how many of its entries are in lists. */
  private checkArea(area: number, number: number, listed: Listed): number {
    const stock = this.u8(area + 10);
    const key = this.u8(area + 11);
    const states = Array.from({ length: 8 }, (_, i) => this.u8(area + i));
    const zone = number < 8 ? 2 : number < 2048 ? 1 : 0;
    const where = `area ${number}`;
    if (!stock && !key && states.every((state) => state === 0)) {
      this.expect(this.view.getUint16(area + 8, true) === 0, `${where}: clear, but frames free`);
      return 0;
    }
    this.expect(this.u32(area + 12) === number, `${where}: wrong number`);
    let found = 0;
    if (key) {
      this.expect(listed.get(area + LINKS) === zone * 64 + key, `${where}: not in list ${key}`);
      ++found;
    }
    if (key >= BLOCK_KEY) {
      this.expect(!stock && states.every((state) => state === 0), `${where}: block, not clear`);
      this.checkBlock(area, number, key - 45);
      return found;
    }
    this.expect((key !== 0) === (stock !== 0), `${where}: free words, but not listed`);
    this.expect(stock !== 255, `${where}: all words free, but not a block`);
    if (stock) {
      this.expect((key % 9) - 6 === largestRun(BigInt(stock), 8), `${where}: class of key ${key}`);
    }
    let free = ones(BigInt(stock)) * 64;
    states.forEach((state, i) => {
      this.expect(!((stock >> i) & 1) || state === 0, `${where}: word ${i} free and in use`);
      if (state < FULL) return;
      const word = area + RECORD_BYTES * (i + 1);
      free += this.checkWord(word, state, `${where}, word ${i}`);
      if (state < OPEN) return;
      this.expect(
        listed.get(word + LINKS + i) === zone * 64 + state - OPEN,
        `${where}: word ${i} not in list ${state - OPEN}`,
      );
      ++found;
    });
    this.expect(this.view.getUint16(area + 8, true) === free, `${where}: ${free} frames free`);
    this.free += free;
    return found;
  }

  /** Checks a free block of whole areas. */
  private checkBlock(area: number, number: number, order: number): void {
    const size = 2 ** (order - 9);
    this.expect(number % size === 0, `area ${number}: block not aligned`);
    this.free += 2 ** order;
    for (let i = 1; i < size; ++i) {
      const inner = area + i * AREA_BYTES;
      const isClear = this.u64(inner) === 0n && this.u32(inner + 8) === 0;
      this.expect(isClear, `area ${number + i}: inside a free block, not clear`);
    }
  }

  /** Checks the masks of a split word against its state; returns its free frames. */
  private checkWord(word: number, state: number, where: string): number {
    const free = this.u64(word);
    const continuation = this.u64(word + 8);
    const usable = free & ~continuation & ALL;
    const continued = continuation & ~free & ALL;
    const bits = Array.from({ length: 64 }, (_, i) => (continued >> BigInt(i)) & 1n);
    this.expect(bits[0] === 0n, `${where}: the first frame continues a block`);
    bits.forEach((bit, i) => {
      if (!bit || bits[i - 1]) return;
      const end = bits.indexOf(0n, i);
      const length = (end < 0 ? 64 : end) - (i - 1);
      this.expect(
        Number.isInteger(Math.log2(length)) && length < 64 && (i - 1) % length === 0,
        `${where}: a block of ${length} frames at ${i - 1}`,
      );
      this.expect(
        ((free >> BigInt(i - 1)) & 1n) === 0n,
        `${where}: a block begins with a free frame`,
      );
    });
    this.expect(usable !== ALL, `${where}: split, but all of it is free`);
    if (state === LENT) {
      ++this.lentWords;
      this.expect(usable === 0n, `${where}: lent, but its frames are free`);
      this.expect((this.lentFrames & (free | continuation)) === 0n, `${where}: lent frames in use`);
    } else if (state === FULL) {
      this.expect(usable === 0n, `${where}: full, but frames are free`);
    } else {
      this.expect(
        (state - OPEN) % 9 === largestRun(usable, 64),
        `${where}: class of state ${state}`,
      );
    }
    return ones(usable);
  }
}

/** Throws where the tables of `allocator` contradict themselves. */
export function checkTables(allocator: Allocator): void {
  new Walker(allocator).check();
}
