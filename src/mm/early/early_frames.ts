/**
 * The early frame allocator: contiguous, aligned frames before anything else exists.
 *
 * It works straight on the memory map, allocates from the top of the largest free extent that
 * fits (so that low memory, which devices may need, stays whole) and records each allocation as a
 * reservation. Page tables are written while the loader's own are in use, so their frames are taken
 * where the direct map shows them. There is no way to give frames back: what a boot takes this
 * early it keeps, and a boot that fails does not go on.
 */

import { ErrorCode } from "../../../abi/error_code";
import { Reason } from "../../../abi/reservation_reason";
import { pageRoot } from "../../boot/shim";
import { alignDown, FRAME_SIZE, frameAddress, frameOf } from "../frames";
import { viewVersion } from "../map/memory_map";
import { skipMapped, skipUnmapped } from "./direct_map";
import { setFrameSource } from "./frame_source";
import { Extent, nextFreeExtent, openFreeExtents } from "./free_extents";
import { reserve, skipReserved, skipUnreserved } from "./reservations";

const extent = changetype<Extent>(memory.data(16));

/** The request that is being served: see `TakeFrames`. */
let wanted: u64 = 0;
let unit: u64 = 1;
let remainder: u64 = 0;

/** The root of the tables that have to map the frame; 0 if it need not be mapped. */
let mappedBy: u64 = 0;

/** The highest place in the frames `[first, past)`, which are free; 0 if there is none. */
function placeIn(first: u64, past: u64): u64 {
  if (mappedBy) return mappedFrameIn(frameAddress(first), frameAddress(past));
  if (past < first + wanted || past - wanted < remainder) return 0;
  const start = alignDown(past - wanted - remainder, unit) + remainder;
  return start >= first ? start : 0;
}

/** A single frame of `[base, end)` that is mapped, the last if it is; 0 if there is none. */
function mappedFrameIn(base: u64, end: u64): u64 {
  const last = end - FRAME_SIZE;
  if (skipMapped(mappedBy, last, end) == end) return frameOf(last);
  const from = skipUnmapped(mappedBy, base, end);
  return from < end ? frameOf(skipMapped(mappedBy, from, end) - FRAME_SIZE) : 0;
}

/** The highest place in `extent` that is not reserved; 0 if there is none. */
function placeInExtent(): u64 {
  let place: u64 = 0;
  const end = frameAddress(extent.past);
  for (let from = frameAddress(extent.first); (from = skipReserved(from, end)) < end;) {
    const to = skipUnreserved(from, end);
    const here = placeIn(frameOf(from), frameOf(to));
    if (here) place = here;
    from = to;
  }
  return place;
}

/** The largest extent of the view with version `largestOf`: it serves nearly every request. */
let largestFirst: u64 = 0;
let largestPast: u64 = 0;
let largestOf: u32 = 0;

/** The place in the largest extent that has one; 0 if none has. */
function bestPlace(): u64 {
  if (largestOf == viewVersion()) {
    extent.first = largestFirst;
    extent.past = largestPast;
    const place = placeInExtent();
    if (place) return place;
  }
  let best: u64 = 0;
  let size: u64 = 0;
  largestOf = viewVersion();
  largestFirst = 0;
  largestPast = 0;
  openFreeExtents();
  while (nextFreeExtent(extent)) {
    const frames = extent.past - extent.first;
    if (frames > largestPast - largestFirst) {
      largestFirst = extent.first;
      largestPast = extent.past;
    }
    if (frames <= size) continue;
    const place = placeInExtent();
    if (!place) continue;
    best = place;
    size = frames;
  }
  return best;
}

/** See `TakeFrames`: the frames are recorded under `reason`. For page tables `count` is 1. */
export function allocateEarly(count: u64, alignment: u64, offset: u64, reason: Reason): u64 {
  wanted = count;
  unit = alignment;
  remainder = offset;
  mappedBy = reason == Reason.PAGE_TABLES ? pageRoot() : 0;
  const start = bestPlace();
  if (!start) return 0;
  const status = reserve(frameAddress(start), frameAddress(count), reason);
  return status == ErrorCode.NONE ? start : 0;
}

/** How many frames are free, and how many there are in the largest piece. */
@unmanaged
export class EarlySurvey {
  free: u64;
  largest: u64;
}

/** Counts the frames that are free now. */
export function surveyEarly(survey: EarlySurvey): void {
  survey.free = 0;
  survey.largest = 0;
  openFreeExtents();
  while (nextFreeExtent(extent)) {
    const end = frameAddress(extent.past);
    for (let from = frameAddress(extent.first); (from = skipReserved(from, end)) < end;) {
      const to = skipUnreserved(from, end);
      survey.free += frameOf(to - from);
      survey.largest = max(survey.largest, frameOf(to - from));
      from = to;
    }
  }
}

const survey = changetype<EarlySurvey>(memory.data(16));

/** True if frames are free, but the direct map shows none of them. */
export function isNoFreeMapped(): bool {
  mappedBy = pageRoot();
  if (bestPlace()) return false;
  surveyEarly(survey);
  return survey.free != 0;
}

function largestEarly(): u64 {
  surveyEarly(survey);
  return survey.largest;
}

function keepEarly(start: u64, count: u64): void {}

/** Makes the early allocator the source of frames. */
export function useEarlyFrames(): void {
  setFrameSource(allocateEarly, keepEarly, largestEarly);
}
