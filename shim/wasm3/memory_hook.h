/*
 * Where wasm3 keeps linear memory: the kernel's where linear_memory.h says, the
 * program's in its range. Used by wasm3_engine.c, program.c and heap.c.
 */

#ifndef SHIM_MEMORY_HOOK_H
#define SHIM_MEMORY_HOOK_H

#include <stdbool.h>

/* True while what wasm3 allocates is the program's. */
extern bool wasm3_allocates_for_program;

/*
 * The next block that wasm3 wants of `m3_Realloc_Impl` as a new one is linear
 * memory: to be called right before `m3_LoadModule`, whose first step that is.
 */
void wasm3_memory_await(void);

/* The program is over: its linear memory is nobody's. */
void wasm3_memory_forget_program(void);

#endif
