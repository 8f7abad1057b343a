/* Looks at page tables before memory is used that a fault would be about. Used by screen.c. */

#ifndef SHIM_PAGE_WALK_H
#define SHIM_PAGE_WALK_H

#include <stdbool.h>
#include <stdint.h>

/*
 * True if the four-level page tables at `root`, a physical address, let the
 * kernel write to all of `bytes` bytes from the virtual address `address` on.
 * False for no bytes, and for those that no processor could have.
 *
 * The tables are read through the direct map that begins at `hhdm_offset`.
 */
bool pages_writable(uint64_t root, uint64_t hhdm_offset, uint64_t address, uint64_t bytes);

#endif
