/**
 * Where the direct map lies: the part of the address space that shows physical memory as it is.
 *
 * The loader sets it up and says where, the kernel's own tables keep it there, and the shim reaches
 * physical memory through it.
 */

/** Virtual address of physical address 0. */
let offset: u64 = 0;

/** Says where the direct map begins. */
export function setDirectMap(virtual: u64): void {
  offset = virtual;
}

/** Virtual address at which the direct map shows `physical`. */
export function directMapAddress(physical: u64): u64 {
  return offset + physical;
}

/**
 * The number that stands for `virtual`, any virtual address, where a physical address is expected:
 * the direct map turns it into `virtual` again, modulo 2^64. For provoking faults, nothing else.
 */
export function physicalAlias(virtual: u64): u64 {
  return virtual - offset;
}
