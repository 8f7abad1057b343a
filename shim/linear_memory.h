/*
 * Where wasm3 keeps the kernel's linear memory.
 *
 * wasm3 puts a header right below the data and reallocates both together. Here
 * they never move by copying: the first pages lie in the image's .bss, the data
 * on a page boundary and the header at the end of the page below. The kernel
 * then maps the same frames, and more after them, at a virtual address of its
 * choice and commits that range; the next growth moves over to it, and later
 * ones take place there.
 */

#ifndef SHIM_LINEAR_MEMORY_H
#define SHIM_LINEAR_MEMORY_H

#include <stdint.h>

/* Bytes of linear memory before the kernel commits any: one wasm page. */
#define FIRST_LINEAR_BYTES 65536

/* The first linear memory: whole pages, wasm3's header ends the first of them.
 */
extern struct first_linear_memory {
    char header[4096];
    char data[FIRST_LINEAR_BYTES];
} first_linear_memory;

/*
 * The next block that wasm3 wants of `m3_Realloc_Impl` as a new one is linear
 * memory: to be called right before `m3_LoadModule`, whose first step that is.
 */
void linear_memory_await(void);

/*
 * From now on linear memory may take up `[virtual, virtual + bytes)`, which is
 * mapped, as is the page below. Returns 0, or -1 if `virtual` is not on a page
 * boundary, moves a window already in use, or `bytes` is less than is in use.
 */
int linear_memory_commit(uint64_t virtual, uint64_t bytes);

#endif
