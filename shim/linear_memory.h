/*
 * Where the kernel's linear memory lies. Used by the engines and imports.c.
 *
 * It never moves by copying: the first pages lie in the image's .bss, on a page
 * boundary; the page below is for a header that an engine may keep in front of
 * the data. The kernel then maps the same frames, and more after them, at a
 * virtual address of its choice and commits that range; the next growth moves
 * over to it, and later ones take place there.
 */

#ifndef SHIM_LINEAR_MEMORY_H
#define SHIM_LINEAR_MEMORY_H

#include <stdint.h>

/* Bytes of linear memory before the kernel commits any: one wasm page. */
#define FIRST_LINEAR_BYTES 65536

/* The first linear memory: whole pages, an engine's header ends the first of them. */
extern struct first_linear_memory {
    char header[4096];
    char data[FIRST_LINEAR_BYTES];
} first_linear_memory;

/*
 * The first linear memory is mapped at `virtual` as well and is to be used
 * there. Comes before all the others.
 */
void linear_memory_alias(char *virtual);

/*
 * From now on linear memory may take up `[virtual, virtual + bytes)`, which is
 * mapped, as is the page below. Returns 0, or -1 if `virtual` is not on a page
 * boundary, moves a window already in use, or `bytes` is less than is in use.
 */
int linear_memory_commit(uint64_t virtual, uint64_t bytes);

/*
 * Makes linear memory `bytes` bytes, the new ones zero, and returns where the
 * data lies now. Null, and nothing changes, if that is more than is committed
 * or less than is in use: linear memory is never given back.
 */
char *linear_memory_resize(uint64_t bytes);

#endif
