/**
 * The kernel's own address space: which tables it stands on, what they map and why.
 *
 *     0 …         physical memory 1:1: all mapped memory below 1 GiB, and above it the
 *                 identity ranges (image, boot stack, wasm module, copy of the map, framebuffer)
 *     hhdm …      the direct map: all memory that mapping_policy.ts lets be mapped
 *     window      linear memory, through the very tables that were made when it was opened
 *     image       at its link address: text R-X, read-only data R--, data RW-
 *
 * Nothing else is mapped. Frame 0 is mapped nowhere, so a null pointer faults, whether virtual
 * or physical. No page is writable and executable, nor is any frame through two of its mappings
 * (see mapping_policy.ts).
 */

import { ErrorCode } from "../../../abi/error_code";
import { BootRegion } from "../../../abi/machine";
import { Reason } from "../../../abi/reservation_reason";
import { debug, info } from "../../boot/log";
import { panic } from "../../boot/panic";
import { bootRegion, pageRoot, setPageRoot } from "../../boot/shim";
import { directMapAddress } from "../early/direct_map";
import { reservationIn } from "../early/reservations";
import { linearMemoryBase } from "./linear_memory";
import { nextPhysicalRange, openMappingPolicy, PhysicalRange } from "./mapping_policy";
import {
  Access,
  mapRange,
  newTable,
  releaseTables,
  setTopEntry,
  tablesInUse,
  topEntry,
} from "./page_table";

/** Below this address all mapped memory is mapped 1:1 as well. */
const LOW_MEMORY_END: u64 = 1 << 30;

const record: usize = memory.data(24);
const range = changetype<PhysicalRange>(memory.data(24));

/** True if what is reserved for `reason` is mapped 1:1 wherever it lies. */
function isIdentityRange(reason: u64): bool {
  switch (u32(reason)) {
    case Reason.KERNEL_IMAGE:
    case Reason.BOOT_STACK:
    case Reason.FIRST_LINEAR_MEMORY:
    case Reason.FRAMEBUFFER:
    case Reason.WASM_MODULE:
    case Reason.MAP_COPY:
      return true;
    default:
      return false;
  }
}

/** Maps `[base, end)` 1:1; an empty range is a no-op. */
function mapOneToOne(root: u64, base: u64, end: u64, access: i32): ErrorCode {
  return base < end ? mapRange(root, base, base, end - base, access) : ErrorCode.NONE;
}

/** Maps 1:1 what `part` has of low memory and of identity ranges. */
function mapIdentity(root: u64, part: PhysicalRange): ErrorCode {
  const access = part.access;
  let status = mapOneToOne(root, part.base, min(part.end, LOW_MEMORY_END), access);
  // Ranges that touch are mapped as one, so that they can share large pages.
  let base: u64 = 0;
  let end: u64 = 0;
  for (let from = max(part.base, LOW_MEMORY_END); !status && from < part.end;) {
    const reserved = reservationIn(from, part.end);
    if (!reserved) break;
    const start = max(reserved.base, from);
    from = min(reserved.end, part.end);
    if (!isIdentityRange(reserved.reason)) continue;
    if (start != end) {
      status = mapOneToOne(root, base, end, access);
      base = start;
    }
    end = from;
  }
  return status ? status : mapOneToOne(root, base, end, access);
}

/** The name of an access in the log. */
function accessName(access: i32): string {
  if (access & Access.WRITE_COMBINING) return "write_combining";
  return access & Access.WRITE ? "write" : "read";
}

/** Maps physical memory in the direct map, and part of it 1:1 as well (`mapIdentity`). */
function mapPhysicalMemory(root: u64): ErrorCode {
  openMappingPolicy();
  while (nextPhysicalRange(range)) {
    const bytes = range.end - range.base;
    debug("paging")
      .text("direct map")
      .range(range.base, range.end)
      .word("access", accessName(range.access))
      .num("bytes", bytes)
      .end();
    let status = mapRange(root, directMapAddress(range.base), range.base, bytes, range.access);
    if (!status) status = mapIdentity(root, range);
    if (status) return status;
  }
  return ErrorCode.NONE;
}

/** Maps a segment of the image where it is linked; a machine without one is no error. */
function mapSegment(root: u64, kind: BootRegion, access: i32): ErrorCode {
  if (!bootRegion(kind, record)) return ErrorCode.NONE;
  return mapRange(root, load<u64>(record, 16), load<u64>(record), load<u64>(record, 8), access);
}

/**
 * Maps the image, each segment with its own permissions. The boot stack begins right above the
 * read-only data, so that an overflow faults before it does harm.
 */
function mapImage(root: u64): ErrorCode {
  let status = mapSegment(root, BootRegion.IMAGE_TEXT, Access.EXECUTE);
  if (!status) status = mapSegment(root, BootRegion.IMAGE_RODATA, Access.READ);
  if (!status) status = mapSegment(root, BootRegion.IMAGE_DATA, Access.WRITE);
  return status;
}

/**
 * Carries the window over by its top-level entry: linear memory stays where it is, and both roots
 * share the tables below. BUSY if the new root maps something else there.
 */
function keepWindow(root: u64): ErrorCode {
  const window = linearMemoryBase();
  if (topEntry(root, window)) return ErrorCode.BUSY;
  setTopEntry(root, window, topEntry(pageRoot(), window));
  return ErrorCode.NONE;
}

/**
 * Builds the kernel's tables from frames of the frame source and makes the processor use them.
 * Linear memory must be open. To be called once, after the handoff.
 *
 * Errors, all with every frame given back and the loader's tables in use: OUT_OF_FRAMES, or what
 * `mapRange` returns for a machine whose regions cannot be mapped. They end in the panic line.
 */
export function installIdentityPaging(): ErrorCode {
  const root = newTable();
  if (!root) {
    return panic("paging", "no frame for the top-level page table", ErrorCode.OUT_OF_FRAMES);
  }
  let status = mapPhysicalMemory(root);
  if (!status) status = mapImage(root);
  // Nothing can fail once the window is shared: its tables are not the new root's alone.
  if (!status) status = keepWindow(root);
  if (status) {
    releaseTables(root);
    return panic("paging", "cannot build the kernel's page tables", status);
  }
  setPageRoot(root);
  info("paging")
    .text("identity paging installed:")
    .hex("root", root)
    .num("tables", tablesInUse())
    .end();
  return ErrorCode.NONE;
}
