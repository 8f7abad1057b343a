/* The translated module's linear memory, as its imports see it. Used by the files of this folder.
 */

#ifndef SHIM_WASM_MEMORY_H
#define SHIM_WASM_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include "wasm-rt.h"

/* Null before the module has any. */
extern wasm_rt_memory_t *wasm_memory;

/* Where the data lies now; null before the module has any. */
static inline char *wasm_memory_data(void) { return wasm_memory ? wasm_memory->data : NULL; }

/* What is at `address`; traps unless all of `bytes` bytes from there are in linear memory. */
static inline void *wasm_memory_at(uint32_t address, uint64_t bytes) {
    if (address + bytes > wasm_memory->size)
        wasm_rt_trap(WASM_RT_TRAP_OOB);
    return wasm_memory->data + address;
}

#endif
