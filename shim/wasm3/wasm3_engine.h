/* What wasm3_engine.c has for kernel_exports.c. */

#ifndef SHIM_WASM3_ENGINE_H
#define SHIM_WASM3_ENGINE_H

#include "wasm3.h"

/* Runs the kernel; null before that. */
extern IM3Runtime wasm3_kernel_runtime;

/* Reports a trap of the kernel's with its backtrace and ends the machine. */
_Noreturn void wasm3_report_trap(IM3Runtime runtime, M3Result result);

#endif
