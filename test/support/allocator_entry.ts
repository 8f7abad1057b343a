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
} from "../../src/mm/buddy_alloc";
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
} from "../../src/mm/page_alloc";

import { lentMask } from "../../src/mm/lent_word";
import { listsOf } from "../../src/mm/free_lists";

/** Address of the list heads of all zones. */
export function listTable(): usize {
  return changetype<usize>(listsOf(0));
}

/** The free frames of the lent word. */
export function lentFrames(): u64 {
  return lentMask();
}
