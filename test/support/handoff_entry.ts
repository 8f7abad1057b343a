/**
 * The kernel with its handoff to be called again, which the kernel itself never does.
 */

import { runtimeStorage } from "../../src/mm/runtime/carve";
import { initializeRuntimeAllocator } from "../../src/mm/runtime/physical_allocator";
import { StoragePlan } from "../../src/mm/runtime/storage_plan";

export * from "../../src/boot/kernel";

/** Hands off a second time, with storage that is in use and a plan of nothing. */
export function hand_off_again(): i32 {
  return initializeRuntimeAllocator(changetype<StoragePlan>(memory.data(64)), runtimeStorage());
}
