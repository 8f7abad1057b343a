/**
 * What the memory manager costs: the bytes that it keeps for itself.
 */

import { WASM_PAGE_BYTES, linearMemoryBytes } from "../paging/linear_memory";
import { Reason, reservation, reservationCount } from "../early/reservations";

/**
 * Bytes of all storage behind linear memory but the first page, which lies in the image, and of the
 * page tables that were made to reach it.
 */
export function metadataBytes(): u64 {
  let bytes = linearMemoryBytes() - WASM_PAGE_BYTES;
  for (let index: u32 = 0; index < reservationCount(); ++index) {
    if (reservation(index).reason == Reason.PAGE_TABLES) bytes += reservation(index).length;
  }
  return bytes;
}
