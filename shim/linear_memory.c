#include "linear_memory.h"

#include <stdbool.h>
#include <stddef.h>

#include "cpu.h"
#include "wasm3_private.h"

_Alignas(PAGE_BYTES) struct first_linear_memory first_linear_memory;

/* wasm3's next new block is linear memory. */
static bool awaited;

/* Where the data lies now; null until wasm3 asks for linear memory. */
static char *data;

/* Where it may lie from the next growth on, and how much of it. */
static char *committed = first_linear_memory.data;
static uint64_t committed_bytes = FIRST_LINEAR_BYTES;

static uint64_t bytes_in_use;

void linear_memory_await(void) { awaited = true; }

int linear_memory_commit(uint64_t virtual, uint64_t bytes) {
    int moves = data != first_linear_memory.data && (uint64_t)data != virtual;
    if (virtual % PAGE_BYTES || moves || bytes < bytes_in_use)
        return -1;
    committed = (char *)virtual;
    committed_bytes = bytes;
    return 0;
}

void *__real_m3_Realloc_Impl(void *block, size_t bytes, size_t old_bytes);

/* True for the block of wasm3's that is linear memory: header and wasm pages. */
static bool is_linear_memory(const void *block) {
    return data ? block == data - WASM3_HEADER_BYTES : awaited && !block;
}

/*
 * Takes the place of wasm3's function of this name (ld --wrap). Linear memory
 * grows within what is committed and is never given back: a smaller size is
 * refused, which `memory.grow` answers with -1. New bytes are zero.
 */
void *__wrap_m3_Realloc_Impl(void *block, size_t bytes, size_t old_bytes) {
    if (!is_linear_memory(block))
        return __real_m3_Realloc_Impl(block, bytes, old_bytes);
    if (bytes < old_bytes || bytes - WASM3_HEADER_BYTES > committed_bytes)
        return NULL;
    data = committed;
    uint64_t new_bytes = bytes - WASM3_HEADER_BYTES;
    fill_memory(data + bytes_in_use, 0, new_bytes - bytes_in_use);
    bytes_in_use = new_bytes;
    return data - WASM3_HEADER_BYTES;
}
