/**
 * The kernel, with exports that say where its static data ends and where its scratch begins.
 */

import { SCRATCH_START } from "../../src/program/scratch";

export * from "../../src/boot/kernel";

/** Address after the last byte of static data, zeros included. */
export function heap_base(): usize {
  return __heap_base;
}

/** See `SCRATCH_START`. */
export function scratch_start(): usize {
  return SCRATCH_START;
}
