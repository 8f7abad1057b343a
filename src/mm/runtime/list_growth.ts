/**
 * Lists that grow: reservations, managed runs and sharing counts move to larger storage when they
 * are full.
 *
 * Used by the runtime allocator before it changes anything: if a list cannot grow, the operation is
 * refused.
 */

import { ErrorCode } from "../../../abi/error_code";
import { Reason } from "../../../abi/reservation_reason";
import { moveSharing, sharingTableBytes } from "../buddy/page_alloc";
import {
  moveReservations,
  reservationCount,
  reservationsFit,
  RESERVED_REGION_BYTES,
} from "../early/reservations";
import { FRAME_RANGE_BYTES } from "../frames";
import { carve, Chunk } from "./carve";
import { managedRunCount, managedRunSlots, moveManagedRuns } from "./managed_runs";

/** Bytes of the largest list: it does not grow beyond. */
const LARGEST_LIST_BYTES: u64 = 1 << 30;

/** Storage that a list moves to. */
const grown = changetype<Chunk>(memory.data(24));

/** Carves storage of at least twice `bytes`, a power of two from 64 KiB on, into `grown`. */
function carveTwice(bytes: u64, reason: Reason): ErrorCode {
  const wanted = max<u64>(u64(1) << (64 - clz(bytes * 2 - 1)), 65536);
  return wanted > LARGEST_LIST_BYTES ? ErrorCode.STORAGE_EXHAUSTED : carve(wanted, reason, grown);
}

/**
 * Makes room for two more reservations. To be called before reserving or carving, which take room
 * for one; the other is left for this function itself, whose carving may have to record what it
 * took.
 */
export function growReservations(): ErrorCode {
  if (reservationsFit(2)) return ErrorCode.NONE;
  const bytes = u64(reservationCount()) * RESERVED_REGION_BYTES;
  const status = carveTwice(bytes, Reason.RESERVED_REGION_STORAGE);
  if (!status) moveReservations(grown.linear, u32(grown.bytes / RESERVED_REGION_BYTES));
  return status;
}

/** Makes room for one more managed run. */
export function growManagedRuns(): ErrorCode {
  if (managedRunCount() < managedRunSlots()) return ErrorCode.NONE;
  let status = growReservations();
  if (!status)
    status = carveTwice(u64(managedRunSlots()) * FRAME_RANGE_BYTES, Reason.FREE_RUN_STORAGE);
  if (!status) moveManagedRuns(grown.linear, u32(grown.bytes / FRAME_RANGE_BYTES));
  return status;
}

/** Moves the sharing counts to a table twice as large. */
export function growSharing(): ErrorCode {
  let status = growReservations();
  if (!status) status = carveTwice(sharingTableBytes(), Reason.PAGE_ALLOCATOR_TABLES);
  return status ? status : moveSharing(grown.linear, u32(grown.bytes));
}
