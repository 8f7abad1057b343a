/**
 * Reads the raw tables of the allocator core and checks what must hold between them.
 *
 * The layout is written down here a second time, after the comments in src/mm/nodes.ts, node_table.ts
 * and free_lists.ts, and nothing of the kernel is called.
 */

import { type Allocator, TABLES_ADDRESS } from "./allocator_harness.ts";

const ENTRY_BYTES = 12;
const NODE_BYTES = 152;
const HEADER_BYTES = 24;
const WORD_BYTES = 16;
const ZONE_BYTES = 520;
const HEADS = 8;
const LINKS = 16;
const NO_BIN = 64;
const GIGABLOCK_BIN = 54;
const UNITS = 512;

/** Places for deferred frames: a pageblock has that of its number, modulo this. */
const DEFERRED_PLACES = 64;
const LOW_AREAS = 8;
const ALL = (1n << 64n) - 1n;

/** The largest aligned run of ones in the low `bits` bits of `mask`, as an order. */
function largestOrderOf(mask: bigint, bits: number): number {
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

/** The fill level of a pageblock with `free` free frames, which are counted by 16. */
function levelOf(free: number): number {
  const used = UNITS - (free - (free % 16));
  return [352, 288, 224, 160, 80].filter((border) => used <= border).length;
}

/** What a list is: its zone and its key. */
function listName(zone: number, key: number): string {
  return `list ${key} of zone ${zone}`;
}

/** Some of the units of a node, a bit each. */
interface Units {
  readonly free: bigint;
  readonly absent: bigint;
}

class Walker {
  private readonly allocator: Allocator;
  private readonly view: DataView;
  private readonly lists: number;
  /** The list that each record is in. */
  private readonly listed = new Map<number, string>();
  private inLists = 0;
  private free = 0;
  private lentWords = 0;
  private deferred = 0;

  constructor(allocator: Allocator) {
    this.allocator = allocator;
    this.view = new DataView(allocator.core.memory.buffer);
    this.lists = allocator.core.listTable();
  }

  private u8(address: number): number {
    return this.view.getUint8(address);
  }

  private u16(address: number): number {
    return this.view.getUint16(address, true);
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
    this.walkLists();
    for (let gigablock = 0; gigablock < this.allocator.gigablocks; ++gigablock) {
      const entry = TABLES_ADDRESS + gigablock * ENTRY_BYTES;
      const first = this.u16(entry + 8);
      const count = this.u16(entry + 10);
      const record = this.u32(entry + 4);
      if (!count) continue;
      const high = this.checkGranule(record, gigablock, first, count);
      const low = gigablock
        ? undefined
        : this.checkGranule(this.allocator.core.lowGigablock(), 0, 0, 8);
      for (let place = first; place < first + count; ++place) {
        const number = gigablock * UNITS + place;
        const { absent } = number < LOW_AREAS ? low! : high;
        const pageblock = (this.u32(entry) + number * NODE_BYTES) % 2 ** 32;
        this.checkArea(pageblock, number, ((absent >> BigInt(place)) & 1n) === 1n);
      }
    }
    this.expect(
      this.inLists === this.listed.size,
      `${this.listed.size} list entries, ${this.inLists} records in lists`,
    );
    this.expect(
      this.free === Number(this.allocator.core.buddyFreeFrames()),
      `${this.free} frames free, ${this.allocator.core.buddyFreeFrames()} counted`,
    );
    const lent = [false, true].filter((ofPageblocks) => this.cachedUnits(ofPageblocks) !== 0n);
    this.expect(this.lentWords === lent.length, "units lent of no word");
    this.expect(
      this.deferred === this.allocator.core.deferredCount(),
      `${this.deferred} of ${this.allocator.core.deferredCount()} deferred frames found`,
    );
  }

  /** Follows all lists, and notes where every record is. */
  private walkLists(): void {
    for (let zone = 0; zone < 3; ++zone) {
      const base = this.lists + zone * ZONE_BYTES;
      for (let key = 0; key < NO_BIN; ++key) {
        const name = listName(zone, key);
        const head = base + HEADS + key * 8 - LINKS;
        const isEmpty = this.u32(head + LINKS) === head;
        const isMarked = ((this.u64(base) >> BigInt(key)) & 1n) === 1n;
        this.expect(isMarked === !isEmpty, `${name} is marked wrongly`);
        let before = head;
        for (let node = this.u32(head + LINKS); node !== head; node = this.u32(node + LINKS)) {
          this.expect(!this.listed.has(node), `record ${node} is listed twice`);
          this.expect(this.u32(node + LINKS + 4) === before, `link back of ${node}`);
          this.listed.set(node, name);
          before = node;
        }
        this.expect(this.u32(head + LINKS + 4) === before, `${name} ends elsewhere`);
      }
    }
  }

  private isOpen(node: number): boolean {
    return this.u64(node) !== 0n || this.u8(node + 10) !== 0;
  }

  /** Checks what is known about the record of a gigablock with pageblocks from place `first` on. */
  private checkGranule(node: number, number: number, first: number, count: number): Units {
    const where = `gigablock ${number}`;
    if (!this.isOpen(node)) {
      this.checkClosed(node, where);
      return { free: 0n, absent: (1n << 512n) - 1n };
    }
    const isLow = node === this.allocator.core.lowGigablock();
    const units = this.checkUnits(node, where, true);
    const zone = isLow ? 2 : number < 4 ? 1 : 0;
    const largest = largestOrderOf(units.free, UNITS);
    const key = largest < 0 ? NO_BIN : GIGABLOCK_BIN + largest;
    this.expect(this.u16(node + 8) === 0, `${where}: counts frames`);
    this.expect(this.u32(node + 12) === number, `${where}: wrong number`);
    this.checkList(node, listName(zone, key), key, where);
    const places = ((1n << BigInt(count)) - 1n) << BigInt(first);
    this.expect((units.free & ~places) === 0n, `${where}: free where there is no record`);
    this.free += ones(units.free) * UNITS;
    return units;
  }

  /** Checks the record of a pageblock, which its gigablock withholds or not. */
  private checkArea(node: number, number: number, isWithheld: boolean): void {
    const where = `pageblock ${number}`;
    if (!this.isOpen(node)) {
      this.checkClosed(node, where);
      return;
    }
    this.expect(isWithheld, `${where}: open, but free or allocated as a whole`);
    this.expect(this.u32(node + 12) === number, `${where}: wrong number`);
    const { free, absent } = this.checkUnits(node, where, false);
    const frames = ones(free);
    this.checkLazy(node, number, frames);
    this.expect(this.u16(node + 8) === frames, `${where}: ${frames} frames free`);
    this.expect(frames < UNITS, `${where}: open, but all of it is free`);
    if (ones(absent) === UNITS) {
      const isShared = Array.from({ length: UNITS }, (_, i) => number * UNITS + i).some(
        (frame) => this.allocator.core.owners(frame) > 1,
      );
      this.expect(isShared, `${where}: open, but nothing is managed`);
    }
    const largest = largestOrderOf(free, UNITS);
    const zone = number < LOW_AREAS ? 2 : number < 2048 ? 1 : 0;
    const key = largest < 0 ? NO_BIN : 9 * levelOf(frames) + largest;
    this.checkList(node, listName(zone, key), key, where);
    this.free += frames;
  }

  private checkClosed(node: number, where: string): void {
    this.expect(!this.listed.has(node), `${where}: closed, but in ${this.listed.get(node)}`);
    for (let word = 0; word < 2 * 8; ++word) {
      this.expect(this.u64(node + HEADER_BYTES + word * 8) === 0n, `${where}: closed, not clear`);
    }
  }

  private checkList(node: number, list: string, key: number, where: string): void {
    this.expect(this.u8(node + 10) === key, `${where}: key ${this.u8(node + 10)}, not ${key}`);
    if (key === NO_BIN) {
      this.expect(
        !this.listed.has(node),
        `${where}: in ${this.listed.get(node)}, should be in none`,
      );
      return;
    }
    ++this.inLists;
    const told = this.listed.get(node);
    this.expect(told === list, `${where}: in ${told}, should be in ${list}`);
  }

  /** Checks the masks and `runs` of an open record; what is free and what absent. */
  private checkUnits(node: number, where: string, ofPageblocks: boolean): Units {
    let free = 0n;
    let absent = 0n;
    let runs = 0n;
    const inBlocks = this.wordsInBlocks(node, where);
    for (let index = 0; index < 8; ++index) {
      const word = node + HEADER_BYTES + index * WORD_BYTES;
      const taken = this.u64(word);
      const continuation = this.u64(word + 8);
      const at = `${where}, word ${index}`;
      this.checkBlocks(taken, continuation, at);
      let usable = ~(taken | continuation) & ALL;
      if (inBlocks.has(index)) {
        this.expect(usable === ALL, `${at}: in a block of words, and split`);
        usable = 0n;
      }
      this.checkLent(ofPageblocks, word, taken, at);
      for (let order = 0; order <= largestOrderOf(usable, 64); ++order) {
        runs |= 1n << BigInt(8 * order + index);
      }
      free |= usable << BigInt(64 * index);
      absent |= (continuation & ~taken & ALL) << BigInt(64 * index);
    }
    this.expect(this.u64(node) === runs, `${where}: runs ${this.u64(node).toString(16)}`);
    return { free, absent };
  }

  /** The words that blocks of several words hold, by the node's starts. */
  private wordsInBlocks(node: number, where: string): Set<number> {
    const starts = this.u8(node + 11);
    const words = new Set<number>();
    const blocks: [bit: number, index: number, count: number][] = [
      [0, 0, 2],
      [2, 2, 2],
      [4, 4, 2],
      [6, 6, 2],
      [1, 0, 4],
      [5, 4, 4],
      [3, 0, 8],
    ];
    this.expect(!(starts & 0x80), `${where}: starts ${starts}`);
    for (const [bit, index, count] of blocks) {
      if (!((starts >> bit) & 1)) continue;
      for (let word = index; word < index + count; ++word) {
        this.expect(!words.has(word), `${where}: word ${word} in two blocks`);
        words.add(word);
      }
    }
    return words;
  }

  /** The units of a lent word are allocated to its record, as single ones. */
  private checkLent(ofPageblocks: boolean, word: number, taken: bigint, where: string): void {
    const units = this.cachedUnits(ofPageblocks);
    if (!units || this.allocator.core.cachedAddress(Number(ofPageblocks)) !== word) return;
    ++this.lentWords;
    this.expect((units & ~taken & ALL) === 0n, `${where}: lent, but free`);
  }

  /** The deferred frame of a pageblock is a single allocated one to its record, and not all that is left. */
  private checkLazy(node: number, number: number, free: number): void {
    const frame = this.allocator.core.deferredFrameAt(number % DEFERRED_PLACES) >>> 0;
    if (!frame || Math.floor(frame / UNITS) !== number) return;
    ++this.deferred;
    const where = `pageblock ${number}, deferred frame ${frame}`;
    const word = node + HEADER_BYTES + Math.floor((frame % UNITS) / 64) * WORD_BYTES;
    const flag = 1n << BigInt(frame % 64);
    const taken = this.u64(word);
    const continuation = this.u64(word + 8);
    this.expect((taken & flag) !== 0n, `${where}: not allocated`);
    const others = continuation & (flag | (taken & ((flag << 1n) & ALL)));
    this.expect(others === 0n, `${where}: in a larger block`);
    this.expect(free < UNITS - 1, `${where}: all else is free`);
    const lent = this.allocator.core.cachedAddress(0);
    const isCached = node <= lent && lent < node + NODE_BYTES;
    this.expect(!isCached, `${where}: in the pageblock of the lent word`);
  }

  private cachedUnits(ofPageblocks: boolean): bigint {
    return BigInt.asUintN(64, this.allocator.core.cachedUnits(Number(ofPageblocks)));
  }

  /** Checks that what continues in a word continues a block. */
  private checkBlocks(taken: bigint, continuation: bigint, where: string): void {
    const continued = taken & continuation;
    const bits = Array.from({ length: 64 }, (_, i) => (continued >> BigInt(i)) & 1n);
    this.expect(bits[0] === 0n, `${where}: the first unit continues a block`);
    bits.forEach((bit, i) => {
      if (!bit || bits[i - 1]) return;
      const end = bits.indexOf(0n, i);
      const length = (end < 0 ? 64 : end) - (i - 1);
      this.expect(
        Number.isInteger(Math.log2(length)) && (i - 1) % length === 0,
        `${where}: a block of ${length} units at ${i - 1}`,
      );
      const isFirst = ((taken & ~continuation) >> BigInt(i - 1)) & 1n;
      this.expect(isFirst === 1n, `${where}: a block begins with a unit that is not taken`);
    });
  }
}

/** Throws where the tables of `allocator` contradict themselves. */
export function checkTables(allocator: Allocator): void {
  new Walker(allocator).check();
}
