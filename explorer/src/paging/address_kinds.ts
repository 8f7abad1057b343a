/**
 * What a virtual address is for: the parts of the kernel's address space, by their place.
 */

import { HHDM_OFFSET, IMAGE_BASE } from "../../../sim/page_entry.ts";
import { type MappedRun } from "../machine/protocol.ts";

/** The half of the address space that identity mappings lie in. */
const LOW_HALF_END = 1n << 47n;

/** The direct map spans this much: everything from its offset up to the window's top-level entries. */
const HHDM_END = HHDM_OFFSET + (1n << 46n);

export type AddressKind = "identity" | "direct map" | "kernel image" | "linear memory";

/** What the mapping of `virtual` is for. */
export function kindOf(virtual: bigint): AddressKind {
  if (virtual < LOW_HALF_END) return "identity";
  if (virtual >= IMAGE_BASE) return "kernel image";
  return virtual < HHDM_END ? "direct map" : "linear memory";
}

/** How the rights of a mapping are written: `rwx` with `-` for what is not allowed. */
export function rightsOf({ writable, executable }: Pick<MappedRun, "writable" | "executable">) {
  return `r${writable ? "w" : "-"}${executable ? "x" : "-"}`;
}
