/**
 * The cached words: free units outside the lists, kept where they are quickest to reach.
 *
 * Single frames, and blocks of 2 MiB, are what a kernel asks for most. Allocating one of them is
 * taking a bit from a mask, freeing one puts it back; nothing else is touched. There is a cached
 * word of each kind: one of frames, in a pageblock, and one of pageblocks, in a gigablock. While a
 * word is cached nothing of it is in a list, and its record shows all of its units as allocated;
 * the mask here alone knows which are free. The word lies in the highest zone that has free units,
 * so whatever zone a request allows, a cached word inside it is the right one to use.
 */

import { Frame } from "../frames";
import { Cache, clearCacheZone, setCacheZone } from "./cache_zones";
import { ZoneIndex } from "./free_lists";
import { Node, NODE_ORDER, Word, wordAt } from "./nodes";
import { busyUnits, WORD_ORDER, WORD_UNITS } from "./word_masks";

/** The kinds of units that are cached, by the order of one. */
export const FRAMES: u32 = 0;
export const PAGEBLOCKS: u32 = NODE_ORDER;

/**
 * A cached word. The two records are at fixed addresses: their fields are read and written with a
 * single instruction each, where a field of the word's own record takes a pointer first.
 *
 *     0       8        16      20     24     28     32
 *     | mask  | busy | first | node | word | zone |
 */
@unmanaged
class CachedWord {
  /** The free units of the word; 0 if none is cached. */
  mask: u64;
  /**
   * The units that are not allocated blocks of one unit by the record; all if no word is cached.
   */
  busy: u64;
  /** The first frame of the word. */
  first: u32;
  /** Address of the node of the word, 0 if none is cached. */
  node: u32;
  /** Address of the word in it, 0 if none is cached. */
  word: u32;
  /** The zone that the units of the word are in. */
  zone: ZoneIndex;
}

const RECORD_BYTES: usize = 32;

const records: usize = memory.data(64, 8);


@inline
function cached(kind: u32): CachedWord {
  return changetype<CachedWord>(kind == FRAMES ? records : records + RECORD_BYTES);
}


@inline
function cacheOf(kind: u32): Cache {
  return kind == FRAMES ? Cache.FRAMES : Cache.PAGEBLOCKS;
}

/** Nothing of `kind` is cached from now on. */
export function forgetCachedWord(kind: u32): void {
  cached(kind).mask = 0;
  cached(kind).busy = u64.MAX_VALUE;
  cached(kind).first = 0;
  clearCacheZone(cacheOf(kind));
  cached(kind).node = 0;
  cached(kind).word = 0;
}

/**
 * Caches word `index` of `node`, in `zone`. Its free units are `units`, each of which its record
 * shows as allocated.
 */
@inline
export function setCachedWord(
  kind: u32,
  zone: ZoneIndex,
  node: Node,
  index: u32,
  units: u64,
): void {
  const first = ((node.number << NODE_ORDER) | (index << WORD_ORDER)) << kind;
  cached(kind).mask = units;
  cached(kind).first = first;
  setCacheZone(cacheOf(kind), zone);
  cached(kind).zone = zone;
  cached(kind).node = u32(changetype<usize>(node));
  cached(kind).word = u32(changetype<usize>(wordAt(node, index)));
  refreshBusy(kind);
}

/** Reads again which units of the cached word are busy; after a change of its record. */
@inline
export function refreshBusy(kind: u32): void {
  const word = changetype<Word>(usize(cached(kind).word));
  cached(kind).busy = busyUnits(word.taken, word.continuation);
}

/** True if a word is cached, even if it has no free unit left. */
@inline
export function isAnythingCached(kind: u32): bool {
  return cached(kind).node != 0;
}

/** The node of the cached word; at address 0 if none is cached. */
@inline
export function cachedNode(kind: u32): Node {
  return changetype<Node>(usize(cached(kind).node));
}

/** The first frame of the cached word. */
@inline
export function cachedFirst(kind: u32): Frame {
  return cached(kind).first;
}

/** Address of the cached word, 0 if none is cached. */
@inline
export function cachedWordAddress(kind: u32): usize {
  return usize(cached(kind).word);
}

/** True if `word` is cached. */
@inline
export function isCachedWord(kind: u32, word: Word): bool {
  return changetype<usize>(word) == cachedWordAddress(kind);
}

/** The free units of the cached word, 0 if none is cached. */
@inline
export function cachedMask(kind: u32): u64 {
  return cached(kind).mask;
}

/** True if the cached word lies in `zone` and in no zone that it includes, and has a free unit. */
@inline
export function isCachedIn(kind: u32, zone: ZoneIndex): bool {
  return cached(kind).mask != 0 && cached(kind).zone == zone;
}

/** The zone of the cached word. */
@inline
export function cachedZone(kind: u32): u32 {
  return cached(kind).zone;
}

/** True if the cached word has a free unit in `zone` or those it includes. */
@inline
export function canServe(kind: u32, zone: ZoneIndex): bool {
  return cached(kind).mask != 0 && cached(kind).zone >= zone;
}

/** Takes the lowest free unit of the cached word, which has one; its first frame. */
@inline
export function takeCached(kind: u32): Frame {
  const mask = cached(kind).mask;
  cached(kind).mask = mask & (mask - 1);
  return cached(kind).first + (u32(ctz(mask)) << kind);
}

/**
 * Puts the unit that begins at `frame` back, if it is an allocated single one of the cached word;
 * false if it is not.
 */
@inline
export function returnCached(kind: u32, frame: Frame): bool {
  // What does not begin a unit has low bits, which make the distance large.
  const place = rotr(frame - cached(kind).first, kind);
  if (place >= WORD_UNITS) return false;
  const flag = u64(1) << u64(place);
  const mask = cached(kind).mask;
  if ((mask | cached(kind).busy) & flag) return false;
  cached(kind).mask = mask | flag;
  return true;
}

/** Adds `units` to the free ones of the cached word, whose record shows each as allocated. */
@inline
export function addCached(kind: u32, units: u64): void {
  cached(kind).mask |= units;
  refreshBusy(kind);
}
