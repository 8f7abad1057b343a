/**
 * Whether an allocator does its duty, before it is timed: random requests, judged by a list of who
 * owns which frame that shares nothing with any allocator.
 */

import { type V8Instance } from "./v8_engine.ts";
import { type Allocator } from "./allocators.ts";
import { LARGE_ORDER } from "../tools/judge/workloads/workloads.ts";

/** Frames that an allocator is checked with, and requests. */
const FRAMES = 1 << 14;
const REQUESTS = 40_000;

interface Block {
  readonly frame: number;
  readonly order: number;
}

/** An allocator broke a rule; the message says which. */
export class SelfCheckError extends Error {}

/** Numbers from 0 to 2^32 - 1: the generator of Lehmer with 48271, twice. */
function randomNumbers(): (limit: number) => number {
  let state = 20_261_121;
  return (limit) => {
    state = (state * 48_271) % 2_147_483_647;
    return Math.floor((state / 2_147_483_647) * limit);
  };
}

/** Who owns what; frames by number. */
class Owners {
  readonly #owned = new Set<number>();
  readonly #title: string;

  constructor(title: string) {
    this.#title = title;
  }

  get frames(): number {
    return this.#owned.size;
  }

  add({ frame, order }: Block): void {
    const count = 2 ** order;
    if (frame % count)
      throw new SelfCheckError(`${this.#title}: ${frame} is not aligned to 2^${order}`);
    for (let each = frame; each < frame + count; ++each) {
      if (this.#owned.has(each))
        throw new SelfCheckError(`${this.#title}: frame ${each} given twice`);
      this.#owned.add(each);
    }
    if (this.#owned.size > FRAMES)
      throw new SelfCheckError(`${this.#title}: more frames than there are`);
  }

  remove({ frame, order }: Block): void {
    for (let each = frame; each < frame + 2 ** order; ++each) this.#owned.delete(each);
  }
}

/**
 * Allocates and frees at random, then frees everything; after that every frame must be there again,
 * as single frames and as 2 MiB blocks, and a second free of a block must be refused. Throws a
 * `SelfCheckError` at the first thing that is wrong.
 */
export function selfCheck(allocator: Allocator, instance: Pick<V8Instance, "callNow">): void {
  const { title } = allocator;
  const random = randomNumbers();
  const owners = new Owners(title);
  const blocks: Block[] = [];
  const call = (name: string, ...args: number[]) => instance.callNow(name, ...args).value;
  const allocate = (order: number): boolean => {
    const frame = call("alloc", order);
    if (frame === allocator.refusal) return false;
    blocks.push({ frame, order });
    owners.add({ frame, order });
    return true;
  };
  const release = (index: number): void => {
    const block = blocks[index]!;
    blocks[index] = blocks.at(-1)!;
    blocks.pop();
    if (!call("release", block.frame, block.order)) {
      throw new SelfCheckError(`${title}: free of ${block.frame}, order ${block.order}, refused`);
    }
    owners.remove(block);
    if (call("release", block.frame, block.order)) {
      throw new SelfCheckError(`${title}: ${block.frame}, order ${block.order}, freed twice`);
    }
  };

  call(allocator.init, FRAMES);
  for (let request = 0; request < REQUESTS; ++request) {
    const load = owners.frames / FRAMES;
    if (blocks.length && random(100) < load * 100) release(random(blocks.length));
    else if (!allocate(random(LARGE_ORDER + 1)) && !load)
      throw new SelfCheckError(`${title}: nothing to allocate`);
  }
  while (blocks.length) release(random(blocks.length));
  for (const order of [0, LARGE_ORDER]) {
    while (allocate(order));
    if (owners.frames !== FRAMES)
      throw new SelfCheckError(`${title}: ${owners.frames} frames left of ${FRAMES}`);
    while (blocks.length) release(blocks.length - 1);
  }
}
