/**
 * The unreserved parts of the sanitised map: what is not reserved of the regions of one type, in
 * address order.
 *
 * That is what the runtime allocator takes under management, first of usable memory and later of
 * the loader's. One loop at a time; the reservations must not change meanwhile.
 */

import { MemoryType } from "../../../abi/memory_type";
import { region, regionCount } from "../map/memory_map";
import { skipReserved, skipUnreserved } from "./reservations";

/** A range of physical memory: bytes `[base, end)`, frame-aligned. */
@unmanaged
export class AddressRange {
  base: u64;
  end: u64;
}

let wanted: MemoryType = MemoryType.USABLE;
let index: u32 = 0;

/** Where the search goes on; not below the base of region `index`. */
let position: u64 = 0;

/** Starts over with the regions of `type`. */
export function openUnreserved(type: MemoryType): void {
  wanted = type;
  index = 0;
  position = 0;
}

/** Sets `range` to the next part, which is not empty; false if there is none. */
export function nextUnreserved(range: AddressRange): bool {
  for (; index < regionCount(); ++index) {
    const source = region(index);
    if (source.type != wanted) continue;
    const end = source.base + source.length;
    range.base = skipReserved(max(position, source.base), end);
    if (range.base >= end) continue;
    range.end = skipUnreserved(range.base, end);
    position = range.end;
    return true;
  }
  return false;
}
