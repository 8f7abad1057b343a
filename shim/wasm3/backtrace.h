/* Used by wasm3_engine.c and program.c. */

#ifndef SHIM_BACKTRACE_H
#define SHIM_BACKTRACE_H

#include "wasm3.h"

/* Prints the innermost calls of the trap that `runtime` is in. */
void wasm3_print_backtrace(IM3Runtime runtime);

#endif
