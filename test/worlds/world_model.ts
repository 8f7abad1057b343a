/**
 * What the allocator's exports must answer in a world of a few places, in the plainest way: the
 * world is a string, and every question is answered by looking at its letters. Shares nothing with
 * the kernel, and nothing with the other models of this suite.
 *
 * A place is a frame, or an aligned block of 2^`grain` frames that no call divides: then the letters
 * tell what becomes of larger blocks. A letter for each place, lowest first:
 *
 *     ' '       not managed
 *     '.'       free
 *     'x'       reserved by a call
 *     '0'…'9'   first place of an allocated block of 2^0…2^9 places, with one owner
 *     '-'       one of its other places
 *     'A', 'B'… a frame with two owners, three…
 */

import { ErrorCode } from "../../abi/error_code.ts";
import { FrameFlag } from "../../abi/frame.ts";

export type World = string;

/** A call. Places and their count begin at the first letter; orders are of frames. */
export type Call =
  | { readonly kind: "alloc"; readonly order: number; readonly flags: number }
  | { readonly kind: "free"; readonly place: number; readonly order: number }
  | { readonly kind: "retain"; readonly place: number }
  | { readonly kind: "reserve"; readonly place: number; readonly count: number };

const MAX_ORDER = 18;
const FRAMES_16M = 2 ** 12;
const FRAMES_4G = 2 ** 20;
const FRAMES = 2 ** 32;

/** The first frame of each zone, best one first, and the first behind it. */
const ZONES: readonly (readonly [from: number, to: number])[] = [
  [FRAMES_4G, FRAMES],
  [FRAMES_16M, FRAMES_4G],
  [0, FRAMES_16M],
];

/** How many calls of `free` a block takes whose first letter is `letter`. */
export function ownersOf(letter: string): number {
  return letter >= "A" && letter <= "Z" ? letter.charCodeAt(0) - "A".charCodeAt(0) + 2 : 1;
}

function letterFor(owners: number): string {
  return owners > 1 ? String.fromCharCode("A".charCodeAt(0) + owners - 2) : "0";
}

export class WorldModel {
  /** The frame that the first letter stands for. */
  readonly first: number;
  /** The order of a place; no call asks for less. */
  readonly grain: number;

  constructor(first: number, grain = 0) {
    this.first = first;
    this.grain = grain;
  }

  /** The first frame of a place. */
  frameAt(place: number): number {
    return this.first + place * 2 ** this.grain;
  }

  /** Where a free block of 2^`order` frames lies inside `[from, to)`, all places. */
  #places(world: World, order: number, from: number, to: number): number[] {
    const size = 2 ** order;
    const free = ".".repeat(2 ** (order - this.grain));
    const places: number[] = [];
    for (let place = 0; place + free.length <= world.length; ++place) {
      const frame = this.frameAt(place);
      if (frame % size !== 0 || frame < from || frame + size > to) continue;
      if (world.startsWith(free, place)) places.push(place);
    }
    return places;
  }

  /** Where `alloc` may serve from: the places of the best zone that has any. */
  servedFrom(world: World, order: number, flags: number): number[] {
    if (order > MAX_ORDER) return [];
    let limit = FRAMES;
    if (flags & FrameFlag.BELOW_16M) limit = FRAMES_16M;
    else if (flags & FrameFlag.BELOW_4G) limit = FRAMES_4G;
    for (const [from, to] of ZONES) {
      if (to > limit) continue;
      const places = this.#places(world, order, from, to);
      if (places.length > 0) return places;
    }
    return [];
  }

  /** The largest order that `alloc` would serve, -1 if none. */
  largestOrder(world: World): number {
    for (
      let order = Math.floor(Math.log2(world.length)) + this.grain;
      order >= this.grain;
      --order
    ) {
      if (this.servedFrom(world, order, 0).length > 0) return order;
    }
    return -1;
  }

  /** The code that `call` must answer, or leave in `last_error`. */
  code(world: World, call: Call): number {
    switch (call.kind) {
      case "alloc":
        if (call.order > MAX_ORDER) return ErrorCode.INVALID_ORDER;
        if (call.flags > 7) return ErrorCode.UNSUPPORTED;
        return this.servedFrom(world, call.order, call.flags).length > 0
          ? ErrorCode.NONE
          : ErrorCode.OUT_OF_FRAMES;
      case "free":
        return this.#freeCode(world, call.place, call.order);
      case "retain":
        return this.#ownedCode(world, call.place, 0);
      case "reserve":
        return this.#reserveCode(world, call.place, call.count);
    }
  }

  #freeCode(world: World, place: number, order: number): number {
    if (order > MAX_ORDER) return ErrorCode.INVALID_ORDER;
    if (world[place] !== "x" && this.frameAt(place) % 2 ** order !== 0) {
      return ErrorCode.INVALID_ADDRESS;
    }
    return this.#ownedCode(world, place, order);
  }

  /** What is wrong with the belief that a block of `order` begins at `place`. */
  #ownedCode(world: World, place: number, order: number): number {
    const letter = world[place] ?? " ";
    if (letter === "x") return ErrorCode.RESERVED;
    if (letter === " ") return ErrorCode.INVALID_ADDRESS;
    if (letter === ".") return ErrorCode.NOT_ALLOCATED;
    if (letter === "-") return ErrorCode.ORDER_MISMATCH;
    const isIt = (ownersOf(letter) > 1 ? 0 : Number(letter) + this.grain) === order;
    return isIt ? ErrorCode.NONE : ErrorCode.ORDER_MISMATCH;
  }

  #reserveCode(world: World, place: number, count: number): number {
    if (count === 0 || this.frameAt(place + count) > FRAMES) return ErrorCode.INVALID_DESCRIPTOR;
    const letters = world.slice(place, place + count);
    if (letters.includes("x")) return ErrorCode.RESERVED;
    if (letters.includes(" ")) return ErrorCode.INVALID_ADDRESS;
    return letters === ".".repeat(count) ? ErrorCode.NONE : ErrorCode.BUSY;
  }

  /** The world after `call`, which is served; an allocation got the block at `place`. */
  after(world: World, call: Call, place: number): World {
    const put = (at: number, letters: string) =>
      world.slice(0, at) + letters + world.slice(at + letters.length);
    switch (call.kind) {
      case "alloc": {
        const order = call.order - this.grain;
        return put(place, `${order}`.padEnd(2 ** order, "-"));
      }
      case "free": {
        const owners = ownersOf(world[call.place]!);
        if (owners > 1) return put(call.place, letterFor(owners - 1));
        return put(call.place, ".".repeat(2 ** (call.order - this.grain)));
      }
      case "retain":
        return put(call.place, letterFor(ownersOf(world[call.place]!) + 1));
      case "reserve":
        return put(call.place, "x".repeat(call.count));
    }
  }
}
