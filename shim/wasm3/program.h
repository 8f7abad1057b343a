/* Runs the program: a WASI command in a runtime of its own. Used by wasm3_engine.c. */

#ifndef SHIM_PROGRAM_H
#define SHIM_PROGRAM_H

#include "boot_info.h"
#include "wasm3.h"

/*
 * Runs the first boot file as a program. The kernel, in runtime `kernel`, is
 * idle: the program's imports `wasi_snapshot_preview1.X` come to its exports
 * `wasi_X`. Returns the status that the machine ends with: the program's, or an
 * error code where it was refused or trapped.
 */
int program_run(IM3Runtime kernel, const struct boot_info *info);

/* Prints the innermost calls of the trap that `runtime` is in. */
void wasm3_print_backtrace(IM3Runtime runtime);

/* Reports a trap of the kernel's with its backtrace and ends the machine. */
_Noreturn void wasm3_report_trap(IM3Runtime runtime, M3Result result);

#endif
