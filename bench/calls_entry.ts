/**
 * The kernel's allocators with the ways to them, as a module of its own: `PhysicalAllocator`, which
 * everything in the kernel calls, and the exports, which tools call. All of it is the code of `src`
 * as it ships.
 *
 * The handoff takes place with a plan of nothing; the memory comes from `allocator_entry.ts`.
 */

import {
  borrowAllocator,
  initializeRuntimeAllocator,
  PhysicalAllocator,
  returnAllocator,
} from "../src/mm/runtime/physical_allocator";
import { RuntimeStorage } from "../src/mm/runtime/carve";
import { StoragePlan } from "../src/mm/runtime/storage_plan";
import { init as initCore } from "./allocator_entry";

export { frame_alloc, frame_free } from "../src/boot/kernel";

/** A plan and a storage with nothing in them. */
const NOTHING: usize = memory.data(128, 8);

/** The address of the one `PhysicalAllocator`; 0 before the handoff. */
let owner: usize = 0;

/** Starts over with `frames` free frames in one run; returns the bytes of tables. */
export function init(frames: u32): u32 {
  if (!owner) {
    initializeRuntimeAllocator(
      changetype<StoragePlan>(NOTHING),
      changetype<RuntimeStorage>(NOTHING),
    );
    owner = changetype<usize>(borrowAllocator());
    returnAllocator();
  }
  return initCore(frames);
}

/** As the kernel's export, straight to `PhysicalAllocator`. */
export function physical_alloc(order: u32, flags: u32): u64 {
  return changetype<PhysicalAllocator>(owner).allocate(order, flags);
}

/** As the kernel's export, straight to `PhysicalAllocator`: 0 if the block was freed. */
export function physical_free(address: u64, order: u32): u32 {
  return changetype<PhysicalAllocator>(owner).free(address, order);
}
