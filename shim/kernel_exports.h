/*
 * Functions that the kernel exports, as they are called while the kernel is
 * idle and a program waits. Each engine implements this; used by
 * wasm3/program.c.
 */

#ifndef SHIM_KERNEL_EXPORTS_H
#define SHIM_KERNEL_EXPORTS_H

#include <stdbool.h>
#include <stdint.h>

/* Parameters that a function may have; path_open has nine. */
#define KERNEL_PARAMETERS_MAX 9

struct kernel_function;

/* The export `name`; null if there is none. */
const struct kernel_function *kernel_export(const char *name);

/*
 * Whether the function has this signature, written as wasm3 does: the result,
 * `v` for none, then the parameters, each `i`, `I`, `f` or `F`, as in `i(iI)`.
 */
bool kernel_has_signature(const struct kernel_function *function, const char *signature);

/*
 * Calls the function with its parameters, each in the low bits of a word;
 * returns its result, 0 without one. A trap ends the machine.
 */
int32_t kernel_call(const struct kernel_function *function, const uint64_t *parameters);

#endif
