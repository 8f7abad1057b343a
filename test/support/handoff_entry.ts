/**
 * The kernel with its handoff to be called again, which the kernel itself never does.
 */

import { runtimeStorage } from "../../src/mm/carve";
import { initializeRuntimeAllocator } from "../../src/mm/physical_allocator";
import { StoragePlan } from "../../src/mm/storage_plan";

export * from "../../src/boot/kernel";

/** Hands off a second time, with storage that is in use and a plan of nothing. */
export function hand_off_again(): i32 {
  return initializeRuntimeAllocator(changetype<StoragePlan>(memory.data(64)), runtimeStorage());
}
