/**
 * What the workloads ask an allocator. A file that is compiled with `loops_entry.ts` defines it, under
 * these global names and inlined, so that no way between the two costs time: `linked_calls_entry.ts`
 * for an allocator in another module, `bench/kernel_loops_entry.ts` for the kernel's.
 */

/** What `allocFrames` returns if there is no block. */
declare const NO_BLOCK: u32;

/** The first frame of a block of 2^`order` frames, or `NO_BLOCK`. */
declare function allocFrames(order: u32): u32;

/** Frees the block of `order` at `frame`; true if it was freed. */
declare function freeFrames(frame: u32, order: u32): bool;
