/**
 * Drives the allocator core and the model side by side, step by step.
 *
 * A step is drawn without knowledge of the state: the numbers in it choose among what there is, so
 * that any list of steps is valid and fast-check can shrink it.
 */

import fc from "fast-check";
import { Allocator, Code, MAX_ORDER, type Run, SHARING_BYTES } from "./allocator_harness.ts";
import { AllocatorModel } from "./allocator_model.ts";
import { checkTables } from "./allocator_tables.ts";

export type Step =
  | { readonly do: "alloc"; readonly order: number; readonly zone: number; readonly times: number }
  | { readonly do: "page"; readonly zone: number; readonly times: number }
  | { readonly do: "free"; readonly pick: number; readonly stride: number; readonly times: number }
  | {
      readonly do: "free at";
      readonly pick: number;
      readonly offset: number;
      readonly order: number;
    }
  | { readonly do: "page at"; readonly pick: number; readonly offset: number }
  | { readonly do: "retain"; readonly pick: number; readonly offset: number }
  | {
      readonly do: "take" | "insert";
      readonly pick: number;
      readonly offset: number;
      readonly count: number;
    }
  | { readonly do: "flush" };

/** Mostly small numbers, of both signs, and those around the sizes of word, pageblock and gigablock. */
const offset = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -3, max: 3 }) },
  { weight: 2, arbitrary: fc.integer({ min: -70, max: 70 }) },
  { weight: 1, arbitrary: fc.constantFrom(-512, -64, 64, 512, 2 ** 18, -(2 ** 18)) },
);
const count = fc.oneof(
  fc.integer({ min: 0, max: 4 }),
  fc.integer({ min: 1, max: 130 }),
  fc.constantFrom(64, 512, 513, 1024),
);
const pick = fc.nat(1 << 20);
const zone = fc.constantFrom(0, 0, 0, 1, 2);
const times = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 90 }));

/** Orders up to `most` and a little beyond. */
function order(most: number): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 5 }) },
    { weight: 4, arbitrary: fc.integer({ min: 0, max: most }) },
    { weight: 1, arbitrary: fc.constantFrom(17, MAX_ORDER, MAX_ORDER + 1, 31, 32, 0xffffffff) },
  );
}

/** Steps for windows that hold blocks of order `most`. */
export function steps(most: number, maxLength: number): fc.Arbitrary<Step[]> {
  const draw = <T extends Step["do"]>(kind: T): fc.Arbitrary<T> => fc.constant(kind);
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: draw("alloc"), order: order(most), zone, times }) },
    { weight: 6, arbitrary: fc.record({ do: draw("page"), zone, times }) },
    {
      weight: 10,
      arbitrary: fc.record({
        do: draw("free"),
        pick,
        stride: fc.constantFrom(-1, 0, 1, 7),
        times,
      }),
    },
    { weight: 6, arbitrary: fc.record({ do: draw("free at"), pick, offset, order: order(most) }) },
    { weight: 3, arbitrary: fc.record({ do: draw("page at"), pick, offset }) },
    { weight: 3, arbitrary: fc.record({ do: draw("retain"), pick, offset }) },
    { weight: 2, arbitrary: fc.record({ do: draw("take"), pick, offset, count }) },
    { weight: 2, arbitrary: fc.record({ do: draw("insert"), pick, offset, count }) },
    { weight: 1, arbitrary: fc.record({ do: draw("flush") }) },
  );
  return fc.array(step, { minLength: 1, maxLength, size: "max" });
}

export interface Thoroughness {
  /** Steps between looks at all tables and all frames near the runs. */
  readonly lookEvery: number;
}

/** The core and the model, kept in step. */
export class Duel {
  readonly real: Allocator;
  readonly model: AllocatorModel;
  readonly runs: readonly Run[];
  private sharingBytes = SHARING_BYTES;

  constructor(module: WebAssembly.Module, runs: readonly Run[]) {
    this.runs = runs;
    this.real = new Allocator(module, runs);
    this.model = new AllocatorModel(runs);
    for (const run of runs) this.insert(run.start, run.count);
  }

  private fail(what: string): never {
    throw new Error(what);
  }

  /** Compares two answers. */
  private same(what: string, real: unknown, model: unknown): void {
    if (real !== model) this.fail(`${what}: ${String(real)}, should be ${String(model)}`);
  }

  /** Compares what is true of the whole after every single operation. */
  private compareTotals(): void {
    const { real, model } = this;
    this.same("managed frames", real.managedFrames(), model.managed);
    this.same("free frames", real.freeFrames(), model.free);
    this.same("largest free order", real.core.pageLargestFreeOrder(), model.largestFree());
  }

  private compareFrame(frame: number): void {
    const { real, model } = this;
    const state = model.at(frame);
    const isBlock = typeof state !== "string";
    this.same(`frame ${frame} managed`, real.isManaged(frame), state !== "unmanaged");
    this.same(`frame ${frame} valid`, real.core.isValidFrame(frame) !== 0, state !== "unmanaged");
    this.same(`frame ${frame} free`, real.isFree(frame), state === "free");
    this.same(
      `frame ${frame} block order`,
      real.blockOrder(frame),
      isBlock && state.start === frame ? state.order : -1,
    );
    this.same(
      `frame ${frame} owners`,
      real.core.owners(frame),
      isBlock && state.order === 0 ? state.owners : 0,
    );
  }

  /** Looks at the tables, and at `most` frames of every run and around it. */
  look(most = 5000): void {
    checkTables(this.real);
    for (const { start, count } of this.runs) {
      const from = Math.max(0, start - 70);
      const to = Math.min(2 ** 32 - 1, start + count + 70);
      const step = Math.max(1, Math.floor((to - from) / most));
      for (let frame = from; frame <= to; frame += step) this.compareFrame(frame);
    }
  }

  /** Runs `operation`, whose code must be `expected`; if that is a refusal, nothing may change. */
  private refusable(what: string, expected: number, operation: () => number): void {
    const before = expected === Code.NONE ? "" : this.real.checksum();
    const code = operation();
    if (code !== expected) this.fail(`${what}: code ${code}, should be ${expected}`);
    if (before && this.real.checksum() !== before)
      this.fail(`${what}: refused, but changed something`);
    this.compareTotals();
  }

  insert(start: number, count: number): void {
    const expected = this.model.insertRun(start, count);
    this.refusable(`insert ${start}+${count}`, expected, () => this.real.insertRun(start, count));
  }

  take(start: number, count: number): void {
    const expected = this.model.takeRange(start, count);
    this.refusable(`take ${start}+${count}`, expected, () => this.real.takeRange(start, count));
  }

  alloc(order: number, zone: number): number {
    return this.checkAllocated(this.real.alloc(order, zone), order, zone);
  }

  page(zone: number): number {
    return this.checkAllocated(this.real.pageAlloc(zone), 0, zone);
  }

  private checkAllocated(frame: number, order: number, zone: number): number {
    const wrong = this.model.allocated(frame, order, zone);
    if (wrong) this.fail(`order ${order} in zone ${zone} gave frame ${frame}: ${wrong}`);
    this.compareTotals();
    if (frame) this.compareFrame(frame);
    return frame;
  }

  free(frame: number, order: number): void {
    const expected = this.model.freeBlock(frame, order);
    this.refusable(`free ${frame}/${order}`, expected, () => this.real.free(frame, order));
  }

  pageFree(frame: number): void {
    const expected = this.model.freePage(frame);
    this.refusable(`page free ${frame}`, expected, () => this.real.pageFree(frame));
  }

  /** Retains, and grows the sharing table once if it is full. */
  retain(frame: number): void {
    const slots = ((this.sharingBytes / 8) * 3) / 4;
    const expected = this.model.retainPage(frame, slots);
    this.refusable(`retain ${frame}`, expected, () => this.real.pageRetain(frame));
    if (expected !== Code.STORAGE_EXHAUSTED) return;
    this.sharingBytes *= 2;
    this.same("moving the sharing table", this.real.growSharing(this.sharingBytes), Code.NONE);
    this.retain(frame);
  }

  /** A frame that matters: of a block, or of a run's ends. */
  private spot(pick: number, offset: number): number {
    const blocks = [...this.model.blocks.keys()];
    const ends = this.runs.flatMap(({ start, count }) => [start, start + count - 1]);
    const spots = pick % 3 && blocks.length ? blocks : ends;
    const frame = (spots[pick % spots.length] ?? 0) + offset;
    return Math.min(2 ** 32 - 1, Math.max(0, frame));
  }

  private freeSeveral(pick: number, stride: number, times: number): void {
    for (let i = 0; i < times; ++i) {
      const blocks = [...this.model.blocks.values()];
      const at = blocks.length + ((pick + i * stride) % blocks.length);
      const block = blocks[at % blocks.length];
      if (!block) return;
      if (block.order === 0) this.pageFree(block.start);
      else this.free(block.start, block.order);
    }
  }

  step(step: Step): void {
    switch (step.do) {
      case "alloc":
        for (let i = 0; i < step.times; ++i) if (!this.alloc(step.order, step.zone)) return;
        return;
      case "page":
        for (let i = 0; i < step.times; ++i) if (!this.page(step.zone)) return;
        return;
      case "free":
        return this.freeSeveral(step.pick, step.stride, step.times);
      case "free at":
        return this.free(this.spot(step.pick, step.offset), step.order);
      case "page at":
        return this.pageFree(this.spot(step.pick, step.offset));
      case "retain":
        return this.retain(this.spot(step.pick, step.offset));
      case "take":
        return this.take(this.spot(step.pick, step.offset), step.count);
      case "insert":
        return this.insert(this.spot(step.pick, step.offset), step.count);
      case "flush":
        this.real.flush();
        return this.compareTotals();
    }
  }

  run(list: readonly Step[], { lookEvery }: Thoroughness): void {
    list.forEach((step, i) => {
      this.step(step);
      if (i % lookEvery === lookEvery - 1) this.look();
    });
    this.look();
  }

  /** Frees everything; then the memory is as it was at first, or less what was taken. */
  drain(): void {
    for (const block of [...this.model.blocks.values()]) {
      while (this.model.blocks.has(block.start)) {
        if (block.order === 0) this.pageFree(block.start);
        else this.free(block.start, block.order);
      }
    }
    this.real.flush();
    this.look();
  }
}
