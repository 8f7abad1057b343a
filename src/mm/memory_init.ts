/**
 * The order of bring-up: from the firmware's memory map to a runtime allocator that owns every
 * frame.
 *
 * Read from top to bottom: each step prepares what the next one needs. Called once by
 * `kernel_main`; a step that fails prints the panic line and its error code ends the boot.
 */

import { ErrorCode } from "../../abi/error_code";
import { BootRegion } from "../../abi/machine";
import { Reason, reasonName } from "../../abi/reservation_reason";
import { debug, info, warn } from "../boot/log";
import { panic } from "../boot/panic";
import { bootFile, bootRegion, clock } from "../boot/shim";
import {
  buddyFreeFrames,
  buddyLargestFreeOrder,
  buddyTotalFrames,
  MAX_ORDER,
} from "./buddy/buddy_alloc";
import { setDirectMap } from "./early/direct_map";
import { isNoFreeMapped, useEarlyFrames } from "./early/early_frames";
import { usableFrames } from "./early/free_extents";
import { reservation, reservationCount, reserve, resetReservations } from "./early/reservations";
import { frameAddress } from "./frames";
import { logEntries, logRegions, logSanitised, logTotals } from "./map/map_log";
import {
  copyMemoryMap,
  entry,
  ENTRY_BYTES,
  entryCount,
  openMemoryMap,
  setRegions,
} from "./map/memory_map";
import { mostRegions, sanitise, sanitiseScratchBytes } from "./map/sanitise";
import { linearMemoryBytes, openLinearMemory } from "./paging/linear_memory";
import { tablesInUse } from "./paging/page_table";
import { installIdentityPaging } from "./paging/paging";
import {
  carve,
  carveAllocatorTables,
  carveOptionStorage,
  Chunk,
  metadataBytes,
  resetCarving,
  runtimeStorage,
} from "./runtime/carve";
import { managedRunCount } from "./runtime/managed_runs";
import {
  initializeRuntimeAllocator,
  PhysicalAllocator,
  runtimeAllocatorStatus,
  withRuntimeAllocator,
} from "./runtime/physical_allocator";
import { reclaimBootMemory } from "./runtime/reclaim";
import { runtimeStoragePlan } from "./runtime/storage_plan";
import { selfTest } from "./self_test/self_test";

const record: usize = memory.data(24);
const piece = changetype<Chunk>(memory.data(24));

/** When bring-up began, by `clock`. */
let started: u64 = 0;

/** Microseconds since bring-up began. */
function elapsed(): u64 {
  return (clock() - started) / 1000;
}

/** Looks at the firmware's list: is there anything to work with? */
function probeMemoryMap(memmapEntries: u32): ErrorCode {
  started = clock();
  openMemoryMap(memmapEntries);
  if (!entryCount()) {
    return panic("memmap", "the loader's memory map is empty", ErrorCode.EMPTY_MEMORY_MAP);
  }
  logEntries();
  for (let index: u32 = 0; index < entryCount(); ++index) {
    if (usableFrames(entry(index))) return ErrorCode.NONE;
  }
  return panic("memmap", "no entry has a whole usable frame", ErrorCode.NO_USABLE_MEMORY);
}

function reserveBootRegion(kind: BootRegion, reason: Reason): ErrorCode {
  if (!bootRegion(kind, record)) return ErrorCode.NONE;
  return reserve(load<u64>(record), load<u64>(record + 8), reason);
}

/**
 * Reserves what the loader brought for the program. Limine before version 12 has its modules in memory that
 * it calls reclaimable.
 */
function reserveBootFiles(): ErrorCode {
  let status: ErrorCode = ErrorCode.NONE;
  for (let index: u32 = 0; !status && bootFile(index, record); ++index) {
    status = reserve(load<u64>(record, 16), load<u64>(record), Reason.BOOT_FILE);
  }
  return status;
}

/**
 * Reserves what the loader placed and the kernel needs. The image comes first: its stack and its
 * linear memory lie inside and have reasons of their own.
 */
function reserveBootRegions(): ErrorCode {
  resetReservations();
  let status = reserveBootRegion(BootRegion.IMAGE_TEXT, Reason.KERNEL_IMAGE);
  if (!status) status = reserveBootRegion(BootRegion.IMAGE_RODATA, Reason.KERNEL_IMAGE);
  if (!status) status = reserveBootRegion(BootRegion.IMAGE_DATA, Reason.KERNEL_IMAGE);
  if (!status) status = reserveBootRegion(BootRegion.LINEAR_MEMORY, Reason.FIRST_LINEAR_MEMORY);
  if (!status) status = reserveBootRegion(BootRegion.BOOT_STACK, Reason.BOOT_STACK);
  if (!status) status = reserveBootRegion(BootRegion.FRAMEBUFFER, Reason.FRAMEBUFFER);
  if (!status) status = reserveBootRegion(BootRegion.WASM_MODULE, Reason.WASM_MODULE);
  if (!status) status = reserveBootFiles();
  return status ? panic("mm", "cannot reserve the boot regions", status) : ErrorCode.NONE;
}

/** Makes the early allocator the source of frames and puts linear memory where it can grow. */
function openStorage(): ErrorCode {
  resetCarving();
  useEarlyFrames();
  if (isNoFreeMapped()) {
    return panic("memmap", "the loader maps no usable frame", ErrorCode.NO_USABLE_MEMORY);
  }
  const status = openLinearMemory();
  return status ? panic("mm", "cannot open the linear-memory window", status) : ErrorCode.NONE;
}

/** Copies the firmware's list into frames of the kernel's own; it is not read again. */
function copyMap(): ErrorCode {
  const status = carve(u64(entryCount()) * ENTRY_BYTES, Reason.MAP_COPY, piece);
  if (status) return panic("mm", "no storage for the copy of the memory map", status);
  copyMemoryMap(piece.linear);
  return ErrorCode.NONE;
}

/**
 * Memory that the plan may write its ranges to: what sanitising used as scratch, which is larger.
 * An entry has at most eight events of 8 bytes there, and adds at most two ranges of 8 bytes.
 */
let rangeScratch: usize = 0;

/** Sanitises the copy. */
function sanitiseMap(): ErrorCode {
  const regionBytes = mostRegions() * ENTRY_BYTES;
  const status = carve(regionBytes + sanitiseScratchBytes(), Reason.MAP_COPY, piece);
  if (status) return panic("mm", "no storage for the sanitised memory map", status);
  rangeScratch = piece.linear + usize(regionBytes);
  const report = sanitise(piece.linear, rangeScratch);
  setRegions(piece.linear, report.regions);
  logSanitised(report);
  logRegions();
  logTotals();
  return ErrorCode.NONE;
}

function logReservations(): void {
  for (let index: u32 = 0; index < reservationCount(); ++index) {
    const reserved = reservation(index);
    debug("mm")
      .text("reserved")
      .range(reserved.base, reserved.end)
      .word("reason", reasonName(u32(reserved.reason)))
      .num("bytes", reserved.length)
      .end();
  }
}

/** Plans, carves and hands off. */
function handOff(): ErrorCode {
  const plan = runtimeStoragePlan(rangeScratch);
  if (!plan) {
    return panic("memmap", "no entry leaves a whole usable frame", ErrorCode.NO_USABLE_MEMORY);
  }
  if (plan.unmapped) {
    warn("mm")
      .text("usable memory that the loader does not map, managed later:")
      .num("frames", plan.unmapped)
      .num("ranges", plan.unmappedRanges)
      .end();
  }
  let status = carveOptionStorage(plan);
  if (status) return panic("mm", "no storage for the lists of runs and reservations", status);
  status = carveAllocatorTables(plan);
  if (status) return panic("mm", "no storage for the allocators' tables", status);
  logReservations();
  status = initializeRuntimeAllocator(plan, runtimeStorage());
  if (status) return panic("mm", "the runtime allocator did not start", status);
  info("mm")
    .text("runtime allocator initialized:")
    .num("free_runs", managedRunCount())
    .num("reserved", reservationCount())
    .num("elapsed_us", elapsed())
    .end();
  return ErrorCode.NONE;
}

/** Checks that all counts of frames agree, and logs them. */
function crossCheck(allocator: PhysicalAllocator): ErrorCode {
  const managed = allocator.managedFrames();
  info("page_alloc")
    .num("frames", managed)
    .num("bytes", frameAddress(managed))
    .num("free", allocator.freeFrames())
    .end();
  info("buddy_alloc")
    .num("frames", buddyTotalFrames())
    .num("free", buddyFreeFrames())
    .num("max_order", MAX_ORDER)
    .num("largest_free_order", u64(buddyLargestFreeOrder()))
    .end();
  if (!allocator.totalsMatch()) {
    return panic("mm", "the allocators count different totals", ErrorCode.INVARIANT);
  }
  info("mm")
    .text("totals match:")
    .num("managed", managed)
    .num("free", allocator.freeFrames())
    .num("allocated", allocator.allocatedFrames())
    .end();
  return ErrorCode.NONE;
}

/** Puts the kernel on page tables of its own, made of the allocator's frames and nothing else. */
function installPaging(allocator: PhysicalAllocator): ErrorCode {
  const allocated = allocator.allocatedFrames();
  const shared = tablesInUse();
  const status = installIdentityPaging();
  const made = status ? 0 : u64(tablesInUse() - shared);
  assert(allocator.allocatedFrames() - allocated == made, "a frame that is no page table");
  return status;
}

/** Takes what the loader did not map, now that the kernel's tables do. */
function manageUnmapped(allocator: PhysicalAllocator): ErrorCode {
  const frames = allocator.manageUnmapped();
  if (frames) {
    info("mm").text("managed memory that the loader did not map:").num("frames", frames).end();
  }
  return ErrorCode.NONE;
}

function logReady(allocator: PhysicalAllocator): ErrorCode {
  info("mm")
    .text("ready:")
    .num("usable", allocator.usable)
    .num("managed", allocator.managedFrames())
    .num("free", allocator.freeFrames())
    .num("metadata_bytes", metadataBytes())
    .num("linear_bytes", linearMemoryBytes())
    .num("elapsed_us", elapsed())
    .end();
  return ErrorCode.NONE;
}

/**
 * Brings memory up from a map that the loader says has `memmapEntries` entries, with physical
 * memory mapped at `directMap`. Returns the error code of the step that failed, after its panic
 * line; ALREADY_INITIALIZED, without a change, where there is a runtime allocator already.
 */
export function initializeMemory(directMap: u64, memmapEntries: u32): ErrorCode {
  if (runtimeAllocatorStatus() != ErrorCode.NOT_READY) {
    return panic("mm", "memory is up already", ErrorCode.ALREADY_INITIALIZED);
  }
  setDirectMap(directMap);
  let status = probeMemoryMap(memmapEntries);
  if (!status) status = reserveBootRegions();
  if (!status) status = openStorage();
  if (!status) status = copyMap();
  if (!status) status = sanitiseMap();
  if (!status) status = handOff();
  if (!status) status = withRuntimeAllocator(crossCheck);
  if (!status) status = withRuntimeAllocator(installPaging);
  if (!status) status = withRuntimeAllocator(manageUnmapped);
  if (!status) status = withRuntimeAllocator(reclaimBootMemory);
  if (!status) status = withRuntimeAllocator(selfTest);
  if (!status) status = withRuntimeAllocator(logReady);
  return status;
}
