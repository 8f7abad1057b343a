/*
 * The heap of wasm3, which calls the C library's functions: a block of the
 * program's comes from frames that the kernel lends, one of the kernel's from a
 * fixed array. Both only grow, and only the last block comes back: what the
 * program had ends with it, and wasm3 frees next to nothing of the kernel's.
 *
 * wasm3's own functions on top of these cannot be replaced instead: m3_core.c
 * calls them itself, for names, constants and backtraces, and would not notice.
 * Linear memory is another matter: see memory_hook.c.
 */

#include <stdlib.h>
#include <string.h>

#include "memory_hook.h"
#include "program_memory.h"

/* Of no use where wasm3 runs only programs. */
#ifndef KERNEL_HEAP_BYTES
#define KERNEL_HEAP_BYTES (2 * 1024 * 1024)
#endif
#define ALIGN 16

/* Before each block: how many bytes it was asked to have. */
struct header {
    _Alignas(ALIGN) size_t bytes;
};

static _Alignas(ALIGN) char kernel_heap[KERNEL_HEAP_BYTES];
static size_t kernel_used;

/* Bytes that a block of `bytes` takes up. */
static size_t whole(size_t bytes) {
    return (bytes + sizeof(struct header) + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

/* The array is zero from the start; what came back may not be. */
static struct header *take_from_kernel_heap(size_t taken) {
    if (taken > KERNEL_HEAP_BYTES - kernel_used)
        return NULL;
    char *block = kernel_heap + kernel_used;
    kernel_used += taken;
    return memset(block, 0, taken);
}

static void *take(size_t bytes, bool for_program) {
    if (bytes > SIZE_MAX - 2 * ALIGN - sizeof(struct header))
        return NULL;
    size_t taken = whole(bytes);
    struct header *block = for_program ? program_heap_take(taken) : take_from_kernel_heap(taken);
    if (!block)
        return NULL;
    block->bytes = bytes;
    return block + 1;
}

void *calloc(size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        return NULL;
    return take(bytes, wasm3_allocates_for_program);
}

void free(void *block) {
    if (!block || program_heap_owns(block))
        return;
    struct header *header = (struct header *)block - 1;
    if ((char *)header + whole(header->bytes) == kernel_heap + kernel_used)
        kernel_used = (size_t)((char *)header - kernel_heap);
}

/* A block stays with whom it belongs to. wasm3 clears what is new of it. */
void *realloc(void *block, size_t bytes) {
    if (!block)
        return calloc(1, bytes);
    size_t old_bytes = ((struct header *)block)[-1].bytes;
    if (bytes <= old_bytes)
        return block;
    void *moved = take(bytes, program_heap_owns(block));
    if (moved) {
        memcpy(moved, block, old_bytes);
        free(block);
    }
    return moved;
}
