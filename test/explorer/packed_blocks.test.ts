/**
 * Blocks of a moment, packed by the worker and looked up by the page: every address of every block, and
 * of what is between managed runs, against a plain list.
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import { BlockState } from "../../abi/frame.ts";
import { blockAt, BlockPacker } from "../../explorer/src/program/packed_blocks.ts";

const FRAME = 4096;

/** Runs: frames that are not managed before each, and the order and state of each of its blocks. */
const machine = fc.array(
  fc.record({
    gap: fc.integer({ min: 0, max: 3 }),
    blocks: fc.array(fc.record({ order: fc.integer({ min: 0, max: 3 }), isFree: fc.boolean() }), {
      minLength: 1,
      maxLength: 12,
    }),
  }),
  { maxLength: 5 },
);

test("an address is in the block of the list that holds it, and in none between runs", () => {
  fc.assert(
    fc.property(machine, (parts) => {
      const list: { base: number; end: number; isFree: boolean }[] = [];
      const runs: { base: number; end: number }[] = [];
      const packer = new BlockPacker();
      let at = 0;
      for (const { gap, blocks } of parts) {
        const base = at + gap * FRAME;
        at = base;
        for (const { order, isFree } of blocks) {
          const end = at + FRAME * 2 ** order;
          list.push({ base: at, end, isFree });
          packer.add({ order, state: isFree ? BlockState.FREE : BlockState.ALLOCATED });
          at = end;
        }
        runs.push({ base, end: at });
      }
      const packed = packer.packed();
      for (let address = 0; address <= at; address += FRAME) {
        for (const byte of [address, address + FRAME - 1]) {
          const expected = list.find(({ base, end }) => base <= byte && byte < end) ?? null;
          expect(blockAt(runs, packed, byte)).toEqual(expected);
        }
      }
    }),
  );
});

test("blocks of one kind share a word", () => {
  const packer = new BlockPacker();
  for (let block = 0; block < 5000; ++block) packer.add({ order: 0, state: BlockState.ALLOCATED });
  for (let block = 0; block < 70; ++block) packer.add({ order: 18, state: BlockState.FREE });
  const packed = packer.packed();
  expect(packed.length).toBe(2);
  const end = 5000 * FRAME + 70 * 2 ** 30;
  expect(blockAt([{ base: 0, end }], packed, end - 1)).toEqual({
    base: end - 2 ** 30,
    end,
    isFree: true,
  });
});
