/**
 * The words that are lent to the front ends, kept where they are quickest to reach.
 *
 * Single frames, and blocks of 2 MiB, are what a kernel asks for most. Allocating one of them is
 * taking a bit from a mask, freeing one puts it back; nothing else is touched. There is a lent word of
 * each kind: one of frames, in an area, and one of areas, in a granule. While a word is lent nothing
 * of it is in a list, and its record shows all of its units as allocated; the mask here alone knows
 * which are free. The word lies in the highest zone that has free units, so whatever zone a request
 * allows, a lent word inside it is the right one to use.
 */

import { Holder, holdZone, leaveZone } from "./cache_zones";
import { Node, NODE_ORDER, Word, wordAt } from "./nodes";
import { barredUnits, WORD_ORDER, WORD_UNITS } from "./word_masks";

/** The kinds of units that are lent, by the order of one. */
export const FRAMES: u32 = 0;
export const AREAS: u32 = NODE_ORDER;

/**
 * A lent word. The two records are at fixed addresses: their fields are read and written with a
 * single instruction each, where a field of the word's own record takes a pointer first.
 *
 *     0       8        16      20     24     28     32
 *     | mask  | barred | first | node | word | zone |
 */
@unmanaged
class LentWord {
  /** The free units of the word; 0 if none is lent. */
  mask: u64;
  /** The units that are not allocated blocks of one unit, `mask` apart; all if no word is lent. */
  barred: u64;
  /** The first frame of the word. */
  first: u32;
  /** Address of the node of the word, 0 if none is lent. */
  node: u32;
  /** Address of the word in it, 0 if none is lent. */
  word: u32;
  /** The zone that the units of the word are in. */
  zone: u32;
}

const RECORD_BYTES: usize = 32;

const records: usize = memory.data(64, 8);


@inline
function lent(kind: u32): LentWord {
  return changetype<LentWord>(kind == FRAMES ? records : records + RECORD_BYTES);
}


@inline
function holderOf(kind: u32): Holder {
  return kind == FRAMES ? Holder.LENT_FRAMES : Holder.LENT_AREAS;
}

/** Nothing of `kind` is lent from now on. */
export function forgetLentWord(kind: u32): void {
  lent(kind).mask = 0;
  lent(kind).barred = u64.MAX_VALUE;
  lent(kind).first = 0;
  leaveZone(holderOf(kind));
  lent(kind).node = 0;
  lent(kind).word = 0;
}

/** Lends word `index` of `node`, in `zone`, whose free units are `units` and allocated by its record. */
@inline
export function setLentWord(kind: u32, zone: u32, node: Node, index: u32, units: u64): void {
  const first = ((node.number << NODE_ORDER) | (index << WORD_ORDER)) << kind;
  lent(kind).mask = units;
  lent(kind).first = first;
  holdZone(holderOf(kind), zone);
  lent(kind).zone = zone;
  lent(kind).node = u32(changetype<usize>(node));
  lent(kind).word = u32(changetype<usize>(wordAt(node, index)));
  refreshBarred(kind);
}

/** Reads again which units of the lent word are barred; after a change of its record. */
@inline
export function refreshBarred(kind: u32): void {
  const word = changetype<Word>(usize(lent(kind).word));
  lent(kind).barred = barredUnits(word.taken, word.continuation);
}


@inline
export function isAnythingLent(kind: u32): bool {
  return lent(kind).node != 0;
}


@inline
export function lentNode(kind: u32): Node {
  return changetype<Node>(usize(lent(kind).node));
}

/** The first frame of the lent word. */
@inline
export function lentFirst(kind: u32): u32 {
  return lent(kind).first;
}

/** Address of the lent word, 0 if none is lent. */
@inline
export function lentWordAddress(kind: u32): usize {
  return usize(lent(kind).word);
}

/** True if `word` is lent. */
@inline
export function isLentWord(kind: u32, word: Word): bool {
  return changetype<usize>(word) == lentWordAddress(kind);
}

/** The free units of the lent word, 0 if none is lent. */
@inline
export function lentMask(kind: u32): u64 {
  return lent(kind).mask;
}

/** True if the lent word lies in `zone` and in none behind it, and has a free unit. */
@inline
export function isLentFrom(kind: u32, zone: u32): bool {
  return lent(kind).mask != 0 && lent(kind).zone == zone;
}

/** The zone of the lent word. */
@inline
export function lentZone(kind: u32): u32 {
  return lent(kind).zone;
}

/** True if the lent word has a free unit in `zone` or those it includes. */
@inline
export function canLend(kind: u32, zone: u32): bool {
  return lent(kind).mask != 0 && lent(kind).zone >= zone;
}

/** Takes the lowest free unit of the lent word, which has one; its first frame. */
@inline
export function takeLent(kind: u32): u32 {
  const mask = lent(kind).mask;
  lent(kind).mask = mask & (mask - 1);
  return lent(kind).first + (u32(ctz(mask)) << kind);
}

/**
 * Puts the unit that begins at `frame` back, if it is an allocated single one of the lent word;
 * false if it is not.
 */
@inline
export function returnLent(kind: u32, frame: u32): bool {
  // What does not begin a unit has low bits, which make the distance large.
  const place = rotr(frame - lent(kind).first, kind);
  if (place >= WORD_UNITS) return false;
  const flag = u64(1) << u64(place);
  const mask = lent(kind).mask;
  if ((mask | lent(kind).barred) & flag) return false;
  lent(kind).mask = mask | flag;
  return true;
}

/** Adds `units`, which the record of the lent word shows as single allocated ones by now. */
@inline
export function addLent(kind: u32, units: u64): void {
  lent(kind).mask |= units;
  refreshBarred(kind);
}
