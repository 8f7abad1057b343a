/*
 * Runs the program, a WASI command, in a wasm3 runtime of its own, whatever
 * runs the kernel. Used by the engines.
 */

#ifndef SHIM_PROGRAM_H
#define SHIM_PROGRAM_H

#include "boot_info.h"

/*
 * Runs the first boot file as a program while the kernel is idle: the program's
 * imports `wasi_snapshot_preview1.X` come to the kernel's exports `wasi_X`.
 * Returns the status that the machine ends with: the program's, or an error
 * code where it was refused or trapped.
 */
int program_run(const struct boot_info *info);

#endif
