/**
 * The tree of an allocation or a free against a model of a buddy system that keeps its free blocks in a
 * set: every block of the tree is there, in the state that the tree says.
 */

import { describe, expect, test } from "vitest";
import { blockChange } from "../../explorer/src/allocator/block_change.ts";
import { splitTree } from "../../explorer/src/allocator/split_tree.tsx";
import { Random } from "../../tools/trace/random.ts";

const FRAME = 4096;
const MAX_ORDER = 10;

/** Free blocks as "order:address", merged as far as they go. */
class Model {
  readonly free = new Set<string>([`${MAX_ORDER}:0`, `${MAX_ORDER}:${FRAME * 1024}`]);

  counts(): number[] {
    const counts = new Array<number>(MAX_ORDER + 1).fill(0);
    for (const block of this.free) ++counts[Number(block.split(":")[0])]!;
    return counts;
  }

  allocate(order: number): number {
    const fitting = [...this.free]
      .map((block) => block.split(":").map(Number) as [number, number])
      .filter(([of]) => of >= order)
      .sort(([a], [b]) => a - b);
    if (fitting.length === 0) return 0;
    const [of, address] = fitting[0]!;
    this.free.delete(`${of}:${address}`);
    // The upper half is taken each time.
    let base = address;
    for (let at = of - 1; at >= order; --at) {
      this.free.add(`${at}:${base}`);
      base += FRAME * 2 ** at;
    }
    return base;
  }

  release(address: number, order: number): void {
    const size = FRAME * 2 ** order;
    const buddy = Math.floor(address / size) % 2 ? address - size : address + size;
    if (order < MAX_ORDER && this.free.delete(`${order}:${buddy}`)) {
      this.release(Math.min(address, buddy), order + 1);
    } else {
      this.free.add(`${order}:${address}`);
    }
  }
}

describe("the tree of an operation", () => {
  test("shows which halves are free, for allocations and frees", () => {
    const model = new Model();
    const random = new Random(3);
    const held: [address: number, order: number][] = [];
    let deepest = 0;
    for (let step = 0; step < 2000; ++step) {
      const before = model.counts();
      const freeBefore = new Set(model.free);
      const allocates = held.length === 0 || random.below(2) === 0;
      const [address, order] = allocates
        ? ([0, random.below(5)] as const)
        : held.splice(random.below(held.length), 1)[0]!;
      const at = allocates ? model.allocate(order) : address;
      if (!allocates) model.release(address, order);
      if (at === 0 && allocates) continue;
      if (allocates) held.push([at, order]);
      const kind = allocates ? "allocate" : "free";
      const last = { kind, order, address: at } as const;
      // The block at 0 is the model's, but the page's word for a refusal.
      if (at === 0) continue;
      const tree = splitTree(last, blockChange(before, model.counts()))!;
      const whole = allocates ? freeBefore : model.free;
      const halves = allocates ? model.free : freeBefore;
      expect(whole.has(`${tree.top}:${tree.address}`)).toBe(true);
      let lit = tree.address;
      for (const row of tree.rows) {
        expect(row.halves.filter(({ isLit }) => isLit)).toHaveLength(1);
        const size = FRAME * 2 ** row.order;
        expect(row.halves.map((half) => half.address)).toEqual([lit, lit + size]);
        const other = row.halves.find(({ isLit }) => !isLit)!;
        expect(halves.has(`${row.order}:${other.address}`)).toBe(true);
        lit = row.halves.find(({ isLit }) => isLit)!.address;
      }
      expect(lit).toBe(at);
      deepest = Math.max(deepest, tree.rows.length);
    }
    expect(deepest).toBeGreaterThan(5);
  });

  test("is none for a refusal, and none where more happened than one operation does", () => {
    expect(splitTree({ kind: "allocate", order: 0, address: 0 }, [0, 0])).toBe(null);
    expect(splitTree({ kind: "allocate", order: 0, address: FRAME }, [1, -2])).toBe(null);
    expect(splitTree({ kind: "free", order: 1, address: 2 * FRAME }, [1, 0])).toBe(null);
  });
});
