/**
 * The simulated machine's own parts against models that are too simple to be wrong: tests of the
 * kernel are worth what the machine under it is worth.
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import { LoaderTables } from "../../sim/loader_tables.ts";
import { AddressSpace } from "../../sim/address_space.ts";
import { Machine } from "../../sim/machine.ts";
import { type MemoryMapEntry } from "../../sim/memory_map.ts";
import { Owner, Ownership } from "../../sim/ownership.ts";
import { PhysicalMemory } from "../../sim/physical_memory.ts";
import { hostileMemoryMap, memoryType } from "../support/arbitraries.ts";
import { mappingAt, walkPageTables } from "../support/page_walker.ts";
import { sanitise } from "../support/reference_sanitiser.ts";
import { draws } from "../support/seeds.ts";

const SEED = 0x510b05;
const PAGE = 4096;
const U64 = (1n << 64n) - 1n;

test("physical memory is an array of bytes", () => {
  // 160 pages, so that fills of more than 64 pages become background, between untouched pages.
  const SIZE = 160 * PAGE;
  const near = fc
    .tuple(fc.integer({ min: 0, max: 159 }), fc.constantFrom(0, 1, 8, 100, 4088, 4095))
    .map(([page, offset]) => page * PAGE + offset);
  const length = fc.oneof(
    fc.integer({ min: 0, max: 20 }),
    fc.constantFrom(PAGE, 2 * PAGE, 64 * PAGE, 65 * PAGE, 130 * PAGE),
  );
  const step = fc.oneof(
    fc.record({ kind: fc.constant("store" as const), at: near, value: fc.bigInt(0n, U64) }),
    fc.record({ kind: fc.constant("load" as const), at: near }),
    fc.record({
      kind: fc.constant("fill" as const),
      at: near,
      bytes: length,
      byte: fc.integer({ min: 0, max: 255 }),
    }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const memory = new PhysicalMemory(0xa5);
      const model = new DataView(new ArrayBuffer(SIZE + 130 * PAGE + 8));
      new Uint8Array(model.buffer).fill(0xa5);
      for (const one of steps) {
        if (one.kind === "store") {
          memory.store(one.at, one.value);
          model.setBigUint64(one.at, one.value, true);
        } else if (one.kind === "fill") {
          memory.fill(one.at, one.bytes, one.byte);
          new Uint8Array(model.buffer, one.at, one.bytes).fill(one.byte);
        } else {
          expect(memory.load(one.at)).toBe(model.getBigUint64(one.at, true));
        }
      }
      for (let at = 0; at < SIZE; at += PAGE) {
        for (const offset of [0, 8, 96, 4088]) {
          expect(memory.load(at + offset)).toBe(model.getBigUint64(at + offset, true));
        }
      }
    }),
    draws(SEED, 300),
  );
});

test("each frame's owner is what the entries that touch it say", () => {
  const entry: fc.Arbitrary<MemoryMapEntry> = fc.record({
    base: fc.bigInt(0n, 40n).map((value) => value * 0x800n),
    length: fc.bigInt(0n, 20n).map((value) => value * 0x400n),
    type: memoryType,
  });
  const ownerOf = (frame: bigint, map: readonly MemoryMapEntry[]): number => {
    let owner: number = Owner.NOBODY;
    for (const { base, length, type } of map) {
      const touches = base < (frame + 1n) * 4096n && base + length > frame * 4096n && length > 0n;
      const covers = base <= frame * 4096n && base + length >= (frame + 1n) * 4096n;
      const whole = { 0: Owner.KERNEL, 5: Owner.LOADER, 7: Owner.FRAMEBUFFER }[type];
      if (covers) owner = Math.max(owner, whole ?? Owner.OTHERS);
      else if (touches && type !== 0) owner = Owner.OTHERS;
    }
    return owner;
  };
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 8 }), (map) => {
      const ownership = new Ownership(map);
      for (let frame = 0; frame < 32; ++frame) {
        expect(ownership.of(frame), `frame ${frame}`).toBe(ownerOf(BigInt(frame), map));
      }
      for (const [index, run] of ownership.runs.entries()) {
        expect(run.start).toBeLessThan(run.end);
        const next = ownership.runs[index + 1];
        if (next?.start === run.end) expect(next.owner).not.toBe(run.owner);
        else if (next) expect(next.start).toBeGreaterThan(run.end);
      }
    }),
    draws(SEED, 2000),
  );
});

test("the machine's walker and the manual's agree on tables of random entries", () => {
  const ROOT = 0x1000;
  const bit = (shift: bigint) => fc.boolean().map((set) => (set ? 1n << shift : 0n));
  const entry = fc
    .tuple(
      fc.nat({ max: 15 }).map((frame) => BigInt(frame) << 12n),
      fc.constantFrom(1n, 1n, 1n, 0n),
      bit(1n),
      fc.constantFrom(0n, 0n, 0n, 1n << 7n),
      fc.constantFrom(0n, 1n << 21n, 1n << 30n),
      bit(63n),
    )
    .map((bits) => bits.reduce((sum, one) => sum | one, 0n));
  // Tables at each level have frames of their own; entries that point elsewhere stay absent.
  const levels = fc.tuple(entry, entry, entry, entry);
  fc.assert(
    fc.property(levels, fc.boolean(), fc.boolean(), (entries, nx, pages1G) => {
      const memory = new PhysicalMemory();
      const everything = [{ base: 0n, length: 1n << 44n, type: 0 }];
      const space = new AddressSpace(memory, new Ownership(everything), { nx, pages1G }, ROOT);
      for (const [depth, value] of entries.entries()) {
        const isTable = depth < 3 && !(value & (1n << 7n));
        const address = isTable ? BigInt(ROOT + (depth + 1) * PAGE) : value & 0x000ffffffffff000n;
        memory.store(ROOT + depth * PAGE, (value & ~0x000ffffffffff000n) | address);
      }
      const read = (address: bigint) => memory.load(Number(address));
      const mine = space.translate(0);
      let manual;
      try {
        manual = mappingAt(walkPageTables(read, BigInt(ROOT), { nx, pages1G }), 0n);
      } catch {
        expect(mine).toMatch(/reserved bit/);
        return;
      }
      if (!manual) {
        expect(mine).toMatch(/not present/);
      } else {
        expect(mine).toEqual({
          physical: Number(manual.physical),
          pageBytes: Number(manual.pageSize),
          writable: manual.writable,
          executable: manual.executable,
        });
      }
    }),
    draws(SEED, 3000),
  );
});

test("what the loader maps is mapped, with the rights asked for, and nothing else", () => {
  const run = fc.record({
    page: fc.integer({ min: 0, max: 1500 }),
    pages: fc.oneof(fc.integer({ min: 1, max: 600 }), fc.constantFrom(512, 1024, 262144)),
    write: fc.boolean(),
    execute: fc.boolean(),
  });
  fc.assert(
    fc.property(run, fc.boolean(), ({ page, pages, ...permissions }, pages1G) => {
      const memory = new PhysicalMemory(0xa5);
      let next = 2 ** 40;
      const tables = new LoaderTables(memory, { nx: true, pages1G }, () => (next += PAGE));
      tables.map(page * PAGE, page * PAGE, pages * PAGE, permissions);
      const read = (address: bigint) => memory.load(Number(address));
      const { mappings } = walkPageTables(read, BigInt(tables.root), { pages1G });
      expect(mappings[0]!.virtual).toBe(BigInt(page * PAGE));
      let at = mappings[0]!.virtual;
      for (const { virtual, physical, bytes, writable, executable } of mappings) {
        expect([virtual, physical]).toEqual([at, at]);
        expect({ write: writable, execute: executable }).toEqual(permissions);
        at += bytes;
      }
      expect(at).toBe(BigInt((page + pages) * PAGE));
    }),
    draws(SEED, 100),
  );
});

test("a machine can be built on any map, and tells it unchanged or with the loader's share", () => {
  fc.assert(
    fc.property(hostileMemoryMap(), (memoryMap) => {
      const machine = new Machine({ memoryMap });
      if (machine.placement === "unlisted") {
        expect(machine.memoryMap).toEqual(memoryMap);
        return;
      }
      const before = sanitise(memoryMap);
      const after = sanitise(machine.memoryMap);
      const frames = (runs: typeof before, ...types: number[]) =>
        runs
          .filter(({ type }) => types.includes(type))
          .reduce((sum, { start, end }) => sum + end - start, 0);
      expect(frames(after, 0, 5, 6)).toBe(frames(before, 0, 5, 6));
      expect(frames(after, 1, 2, 3, 4, 7)).toBe(frames(before, 1, 2, 3, 4, 7));
    }),
    draws(SEED, 300),
  );
});
