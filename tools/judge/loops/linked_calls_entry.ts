/** How the workloads ask an allocator in another module, which has the exports of the contract. */

@external("allocator", "allocator_alloc")
declare function allocatorAlloc(order: u32): u32;


@external("allocator", "allocator_free")
declare function allocatorFree(frame: u32, order: u32): u32;

/** What the contract has for "there is none". */
@global
export const NO_BLOCK: u32 = 0xffffffff;


@global
@inline
export function allocFrames(order: u32): u32 {
  return allocatorAlloc(order);
}


@global
@inline
export function freeFrames(frame: u32, order: u32): bool {
  return allocatorFree(frame, order) != 0;
}
