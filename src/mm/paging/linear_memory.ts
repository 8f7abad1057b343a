/**
 * Linear memory on frames that the kernel chose.
 *
 * A wasm module's memory is one array that grows at its end. The first of it lies in the shim's
 * image; this file puts the rest onto frames of the memory map. It opens a window in an unused part
 * of the address space, maps the first pages there a second time, and maps further frames after
 * them, so that the array stays contiguous however scattered its frames are:
 *
 *     window                        base                 base + 64 KiB
 *     | unused … | runtime's header | first linear memory | frames … | frames … |
 *                  \__ same frames as in the image's data __/
 *
 * The shim moves to the window at the first growth and never again. Growth beyond what was
 * committed fails in the shim; the kernel asks for it only here, after mapping and committing it.
 */

import { ErrorCode } from "../../../abi/error_code";
import { BootRegion } from "../../../abi/machine";
import { bootRegion, commitLinearMemory, pageRoot } from "../../boot/shim";
import { FRAME_SHIFT, FRAME_SIZE, frameAddress, frameOf } from "../frames";
import { Access, mapRange, topEntry, translate, unmapRange } from "./page_table";

/** Bytes of one page of linear memory: the unit in which it grows. */
export const WASM_PAGE_BYTES: u64 = 65536;

/** Frames of one page of linear memory. */
export const WASM_PAGE_FRAMES: u64 = WASM_PAGE_BYTES >> FRAME_SHIFT;

/** Most pages that the runtime accepts: one less than wasm allows. */
const LARGEST_PAGES: u64 = 65535;

/** Frames of a 2 MiB page. */
const LARGE_PAGE_FRAMES: u64 = 512;

/** Bytes that one top-level entry spans. */
const TOP_ENTRY_BYTES: u64 = 1 << 39;

/** Top-level entry tried first; a loader's direct map starts at 256, its image lies in 511. */
const FIRST_CHOICE: u64 = 384;
const HIGHER_HALF: u64 = 0xffff000000000000;
const LAST_ENTRY: u64 = 511;
const FIRST_HIGHER_ENTRY: u64 = 256;

/**
 * Where the data begins in its top-level entry: above a page for the header, and two wasm pages
 * below a 2 MiB border. The first memory and, on all but odd machines, one growth for the memory
 * map take those two, so that the growth for the allocators' tables can be mapped with 2 MiB pages
 * throughout.
 */
const DATA_OFFSET: u64 = (4 << 20) - 2 * WASM_PAGE_BYTES;

/** Virtual address of the data in the window; 0 until it is open. */
let base: u64 = 0;

const record: usize = memory.data(24);

/** Bytes of linear memory. */
@inline
export function linearMemoryBytes(): u64 {
  return u64(memory.size()) * WASM_PAGE_BYTES;
}

/** Virtual address of the window's data; 0 before `openLinearMemory`. */
export function linearMemoryBase(): u64 {
  return base;
}

/** The first unused top-level entry from `FIRST_CHOICE` on, as an address; 0 if there is none. */
export function unusedTopEntry(): u64 {
  const root = pageRoot();
  for (let index = FIRST_CHOICE; index != FIRST_CHOICE - 1;) {
    const address = HIGHER_HALF | (index * TOP_ENTRY_BYTES);
    if (!topEntry(root, address)) return address;
    index = index == LAST_ENTRY ? FIRST_HIGHER_ENTRY : index + 1;
  }
  return 0;
}

/**
 * Opens the window: maps the first linear memory and the page below it there. LINEAR_MEMORY if the
 * machine does not say where it lies or has no room for a window, otherwise as `mapRange`.
 */
export function openLinearMemory(): ErrorCode {
  base = 0;
  if (!bootRegion(BootRegion.LINEAR_MEMORY, record)) return ErrorCode.LINEAR_MEMORY;
  const physical = load<u64>(record);
  const bytes = load<u64>(record + 8);
  const top = unusedTopEntry();
  if (!top || bytes != linearMemoryBytes()) return ErrorCode.LINEAR_MEMORY;
  const data = top + DATA_OFFSET;
  const status = mapRange(
    pageRoot(),
    data - FRAME_SIZE,
    physical - FRAME_SIZE,
    bytes + FRAME_SIZE,
    Access.WRITE,
  );
  if (!status) base = data;
  return status;
}

/**
 * What the number of a frame should be modulo 512 so that the next growth, from that frame on, can
 * be mapped with 2 MiB pages.
 */
export function growthOffset(): u64 {
  return ((base + linearMemoryBytes()) >> FRAME_SHIFT) & (LARGE_PAGE_FRAMES - 1);
}

/**
 * Maps `count` frames from `start` on in the window, `bytes` after the end of linear memory. To be
 * followed by `extendLinearMemory` when all frames of a growth are mapped. Errors as `mapRange`,
 * and LINEAR_MEMORY while the window is not open.
 */
export function mapBeyondLinearMemory(bytes: u64, start: u64, count: u64): ErrorCode {
  if (!base) return ErrorCode.LINEAR_MEMORY;
  const virtual = base + linearMemoryBytes() + bytes;
  return mapRange(pageRoot(), virtual, frameAddress(start), frameAddress(count), Access.WRITE);
}

/** Unmaps `bytes` after the end of linear memory, of which some may be mapped. */
function unmapBeyondLinearMemory(bytes: u64): void {
  unmapRange(pageRoot(), base + linearMemoryBytes(), bytes);
}

/**
 * Grows linear memory by `pages` wasm pages onto the frames that are mapped after its end. The new
 * bytes are zero. LINEAR_MEMORY, and the frames unmapped, if that is larger than the runtime
 * accepts, or commit or growth are refused.
 */
export function extendLinearMemory(pages: u64): ErrorCode {
  const size = linearMemoryBytes();
  const bytes = pages * WASM_PAGE_BYTES;
  if (u64(memory.size()) + pages <= LARGEST_PAGES) {
    const refused = commitLinearMemory(base, size + bytes);
    if (!refused && memory.grow(i32(pages)) >= 0) return ErrorCode.NONE;
    commitLinearMemory(base, size);
  }
  unmapBeyondLinearMemory(bytes);
  return ErrorCode.LINEAR_MEMORY;
}

/** Number of the frame that byte `at` of linear memory stands on; the first page's included. */
export function frameUnder(at: u64): u64 {
  return frameOf(translate(pageRoot(), base + at));
}
