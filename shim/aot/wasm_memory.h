/* The translated module's linear memory, as its imports see it. Used by the files of this folder.
 */

#ifndef SHIM_WASM_MEMORY_H
#define SHIM_WASM_MEMORY_H

#include <stdint.h>

/* Where the data lies now; null before the module has any. */
char *wasm_memory_data(void);

/* What is at `address`; traps unless all of `bytes` bytes from there are in linear memory. */
void *wasm_memory_at(uint32_t address, uint64_t bytes);

#endif
