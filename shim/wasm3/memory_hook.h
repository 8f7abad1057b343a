/* Where wasm3 keeps linear memory: where linear_memory.h says. Used by wasm3_engine.c. */

#ifndef SHIM_MEMORY_HOOK_H
#define SHIM_MEMORY_HOOK_H

/*
 * The next block that wasm3 wants of `m3_Realloc_Impl` as a new one is linear
 * memory: to be called right before `m3_LoadModule`, whose first step that is.
 */
void wasm3_memory_await(void);

#endif
