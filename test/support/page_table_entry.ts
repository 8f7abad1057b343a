/**
 * The page-table code as a module of its own, for the tests, which lend it its frames.
 */

import { Reason } from "../../abi/reservation_reason";
import { noPiece, setFrameSource } from "../../src/mm/early/frame_source";

export {
  mapRange,
  newTable,
  releaseTables,
  setTopEntry,
  tablesInUse,
  topEntry,
  translate,
  unmapRange,
} from "../../src/mm/paging/page_table";

/** The number of a frame that nobody owns; 0 if there is none. */
@external("test", "take_frame")
declare function takeFrame(): u64;


@external("test", "give_frame")
declare function giveFrame(frame: u64): void;

function take(count: u64, alignment: u64, phase: u64, reason: Reason): u64 {
  return count == 1 && reason == Reason.PAGE_TABLES ? takeFrame() : 0;
}

function give(start: u64, count: u64): void {
  if (count == 1) giveFrame(start);
}

/** Makes the test the source of frames. */
export function useTestFrames(): void {
  setFrameSource(take, give, noPiece);
}
