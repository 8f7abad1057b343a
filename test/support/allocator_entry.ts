/**
 * The allocator core as a module of its own, for the tests: its functions, and the two cuts through
 * it that no caller in the kernel needs.
 */

export {
  buddyAlloc,
  buddyBlockOrder,
  buddyFree,
  buddyFreeBlocks,
  buddyFreeFrames,
  buddyFrameLimit,
  buddyGranules,
  buddyInsertRun,
  buddyIsFree,
  buddyIsManaged,
  buddyLargestFreeOrder,
  buddyMetadataBytes,
  buddyTableBytes,
  buddyTakeRange,
  buddyTotalFrames,
  buddyWords,
  initBuddyAllocator,
} from "../../src/mm/buddy/buddy_alloc";
export {
  cachedFrames,
  flushPageCache,
  initPageAllocator,
  isValidFrame,
  moveSharing,
  pageAlloc,
  pageFree,
  pageLargestFreeOrder,
  pageOwners,
  pageRetain,
  sharingNeedsGrowth,
  sharingTableBytes,
} from "../../src/mm/buddy/page_alloc";

export { lazyCount, lazyFrameAt } from "../../src/mm/buddy/deferred_frames";

import { AREAS, FRAMES, lentMask, lentWordAddress } from "../../src/mm/buddy/cached_word";
import { listsOf } from "../../src/mm/buddy/free_lists";
import { knownGranuleOf } from "../../src/mm/buddy/node_table";

/** Address of the list heads of all zones. */
export function listTable(): usize {
  return changetype<usize>(listsOf(0));
}

/** Address of the record of the first 16 MiB. */
export function lowGranule(): usize {
  return changetype<usize>(knownGranuleOf(1));
}

/** The free units of the lent word of frames, or of areas. */
export function lentUnits(ofAreas: bool): u64 {
  return ofAreas ? lentMask(AREAS) : lentMask(FRAMES);
}

/** Address of that word's record. */
export function lentAddress(ofAreas: bool): usize {
  return ofAreas ? lentWordAddress(AREAS) : lentWordAddress(FRAMES);
}
