/**
 * Where bring-up and paging get frames: from the early allocator before the handoff, from the
 * runtime allocator after it. They ask here and need not know which. Each installs itself, since
 * the runtime allocator stands on a higher floor.
 */

import { Reason } from "../../../abi/reservation_reason";

/**
 * Hands out `count` contiguous frames whose first number is `offset` modulo `alignment` (frames, a
 * power of two) and returns that number; 0 if it cannot. They are not zeroed. The runtime allocator
 * knows natural alignment only, so after the handoff an `offset` other than 0 is refused.
 */
export type TakeFrames = (count: u64, alignment: u64, offset: u64, reason: Reason) => u64;

/**
 * Takes back what `TakeFrames` handed out. The early allocator cannot: there the frames stay taken.
 */
export type GiveFrames = (start: u64, count: u64) => void;

/**
 * How many contiguous frames can be had, for a caller that takes many in pieces where it must; 0 if
 * the source does not support that.
 */
export type LargestPiece = () => u64;

function takeNone(count: u64, alignment: u64, offset: u64, reason: Reason): u64 {
  return 0;
}

function giveNone(start: u64, count: u64): void {}

/** The `LargestPiece` of a source that does not support pieces. */
export function noPiece(): u64 {
  return 0;
}

let take: TakeFrames = takeNone;
let give: GiveFrames = giveNone;
let largest: LargestPiece = noPiece;

/** Makes these three the source from now on. */
export function setFrameSource(taker: TakeFrames, giver: GiveFrames, asker: LargestPiece): void {
  take = taker;
  give = giver;
  largest = asker;
}

/** See `TakeFrames`. */
export function takeFrames(count: u64, alignment: u64, offset: u64, reason: Reason): u64 {
  return take(count, alignment, offset, reason);
}

/** See `GiveFrames`. */
export function giveFrames(start: u64, count: u64): void {
  give(start, count);
}

/** See `LargestPiece`. */
export function largestPiece(): u64 {
  return largest();
}
