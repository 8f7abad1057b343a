/**
 * Lists that grow: reservations, managed runs and sharing counts move to larger storage when they
 * are full, so that no list has a fixed size.
 *
 * Used by the runtime allocator before it changes anything: what cannot grow is refused.
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

/** Where growth of a list ends: one more record than this many bytes hold is refused. */
const LARGEST_LIST_BYTES: u64 = 1 << 30;

/** Storage that a list moves to. */
const grown = changetype<Chunk>(memory.data(24));

/** Carves storage of twice `bytes`, a power of two at least 64 KiB, into `grown`. */
function carveTwice(bytes: u64, reason: Reason): ErrorCode {
  const wanted = max<u64>(u64(1) << (64 - clz(bytes * 2 - 1)), 65536);
  return wanted > LARGEST_LIST_BYTES ? ErrorCode.STORAGE_EXHAUSTED : carve(wanted, reason, grown);
}

/**
 * Makes room for two more reservations. Whoever reserves or carves calls this first and makes one:
 * the other stays for this function, whose own carving may have to record what it took.
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
