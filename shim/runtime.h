/* Runs the kernel's wasm module in wasm3. Used by main.c. */

#ifndef SHIM_RUNTIME_H
#define SHIM_RUNTIME_H

#include "boot_info.h"

/*
 * Loads the module, checks that it speaks ABI 1 and calls `kernel_main`.
 * Returns what that returns. A module that is refused, or that traps, ends the
 * machine with a message; a trap also prints a backtrace.
 */
int runtime_run(const struct boot_info *info);

#endif
