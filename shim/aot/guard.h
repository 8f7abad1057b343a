/*
 * Pages that are not mapped, where translated code goes out of bounds. Used by
 * the files of this folder.
 */

#ifndef SHIM_GUARD_H
#define SHIM_GUARD_H

#include <stdint.h>

#include "boot_info.h"

/* How far beyond the start of linear memory an access can reach: address, offset, 8 bytes. */
#define GUARD_BYTES (2 * (uint64_t)UINT32_MAX + 8)

/*
 * Maps the first linear memory a second time, alone in a top-level entry of the
 * page tables in use, and returns where. The window that the kernel moves it to
 * is like that from the start.
 */
char *guard_map(const struct boot_info *info);

/*
 * Before the page tables at `root`, a physical address, are used: maps it there
 * as well, unless the kernel has moved linear memory elsewhere.
 */
void guard_keep(uint64_t root);

#endif
