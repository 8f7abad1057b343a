/*
 * What runs the kernel's wasm module. Used by main.c and descriptors.c. Two
 * engines implement this, and each shim has one of them: shim/wasm3 interprets
 * the module, shim/aot runs the machine code that the build made of it.
 */

#ifndef SHIM_ENGINE_H
#define SHIM_ENGINE_H

#include "boot_info.h"
#include "descriptors.h"

/* The version of the contract between shim and kernel. */
#define ABI_VERSION 2

/* What the boot line calls the engine. */
extern const char engine_name[];

/*
 * Loads the module, checks that it speaks ABI 2 and calls `kernel_main`.
 * Returns what that returns. A module that is refused, or that traps, ends the
 * machine with a message; a trap also prints a backtrace.
 */
int engine_run(const struct boot_info *info);

/* Ends the machine, as a trap does, if the exception is how a trap of the module's shows. */
void engine_exception(const struct exception_frame *frame);

#endif
