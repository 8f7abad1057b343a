/**
 * Blocks of order 9 to 18, which are whole areas, and the areas that are opened for smaller ones.
 *
 * A granule knows which of its areas are free or allocated as a whole; their own records are closed
 * then and not looked at. So a block of any size is taken, freed and merged without visiting what is
 * inside it.
 */

import { countFree } from "./frame_totals";
import { closeArea, fileGranule, firstOf, listsOf, zoneOf } from "./free_lists";
import {
  areaNumber,
  areaPlace,
  GRANULE_ORDER,
  granuleOf,
  knownArea,
  knownGranuleOf,
} from "./node_table";
import { addLent, AREAS, isLentWord, lentMask } from "./cached_word";
import { bestWord, freeRun, freeWordsOf, isRun, takeRun, takeWords } from "./node_blocks";
import {
  bitIndex,
  Node,
  NODE_ORDER,
  NODE_UNITS,
  NO_LIST,
  RUNS_OF_FREE,
  withWord,
  Word,
  wordAt,
  wordIndex,
} from "./nodes";
import { freeUnits, runUnits, WORD_ORDER } from "./word_masks";

/** Allocates a block of `order` 9 to 18 from list `key` of `zone`, whose entries have one. */
export function takeAreas(zone: u32, key: u32, order: u32): u32 {
  const granule = firstOf(listsOf(zone), key);
  const size = order - NODE_ORDER;
  const unit = size <= WORD_ORDER ? takeRun(granule, size) : takeWords(granule, size);
  countFree(-(1 << order));
  fileGranule(granule, zone);
  return (granule.number << GRANULE_ORDER) | (unit << NODE_ORDER);
}

/** Frees the block of `order` 9 to 18 at `frame`; false if there is no such block. */
export function releaseAreas(frame: u32, order: u32): bool {
  const granule = granuleOf(frame);
  if (!granule) return false;
  const number = areaNumber(frame);
  const unit = areaPlace(number);
  const size = order - NODE_ORDER;
  if (size <= WORD_ORDER) {
    const word = wordAt(granule, wordIndex(unit));
    const run = runUnits(size);
    if (!isRun(word, unit, run)) return false;
    const areas = run << u64(bitIndex(unit));
    if (isLentWord(AREAS, word)) return releaseLent(AREAS, word, areas);
    freeRun(granule, unit, word, areas);
  } else if (!freeWordsOf(granule, unit, size)) {
    return false;
  }
  countFree(1 << order);
  fileGranule(granule, zoneOf(number));
  return true;
}

/**
 * Opens an area that is free as a whole, of the first granule of list `key` of `zone`, for smaller
 * blocks. All its frames are free, and it is in no list yet.
 */
export function openArea(zone: u32, key: u32): Node {
  const granule = firstOf(listsOf(zone), key);
  const index = bestWord(granule.runs, 0);
  const word = wordAt(granule, index);
  const bit = u32(ctz(freeUnits(word.taken, word.continuation)));
  return openAreaAt((granule.number << NODE_ORDER) | (index << WORD_ORDER) | bit);
}

/** Opens area `number`, which is free as a whole; as `openArea`. */
export function openAreaAt(number: u32): Node {
  const granule = knownGranuleOf(number << NODE_ORDER);
  const index = wordIndex(number);
  const word = wordAt(granule, index);
  word.continuation |= u64(1) << u64(bitIndex(number));
  granule.runs = withWord(granule.runs, index, freeUnits(word.taken, word.continuation));
  fileGranule(granule, zoneOf(number));
  const area = knownArea(number);
  area.runs = RUNS_OF_FREE;
  area.free = u16(NODE_UNITS);
  area.heads = 0;
  area.number = number;
  area.key = u8(NO_LIST);
  return area;
}

/** Makes an open area, all of whose frames are free, a free one of its granule. */
export function joinArea(area: Node): void {
  closeArea(area);
  const number = area.number;
  const granule = knownGranuleOf(number << NODE_ORDER);
  const word = wordAt(granule, wordIndex(number));
  const unit = u64(1) << u64(bitIndex(number));
  if (isLentWord(AREAS, word)) {
    word.continuation &= ~unit;
    word.taken |= unit;
    countFree(-i32(NODE_UNITS));
    addLent(AREAS, unit);
    return;
  }
  freeRun(granule, number, word, unit);
  fileGranule(granule, zoneOf(number));
}

/** Frees `units`, which the record of the lent word shows as an allocated block; false if not. */
export function releaseLent(kind: u32, word: Word, units: u64): bool {
  if (lentMask(kind) & units) return false;
  word.continuation &= ~units;
  addLent(kind, units);
  return true;
}
