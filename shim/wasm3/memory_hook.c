#include "memory_hook.h"

#include <stdint.h>

#include "linear_memory.h"
#include "program_memory.h"
#include "wasm3_private.h"

bool wasm3_allocates_for_program;

/* wasm3's next new block is linear memory. */
static bool awaited;

/* The blocks that are linear memory, wasm3's header and the data; null until there are any. */
static void *kernel_block, *program_block;

void wasm3_memory_await(void) { awaited = true; }

void wasm3_memory_forget_program(void) {
    program_block = NULL;
    awaited = false;
}

void *__real_m3_Realloc_Impl(void *block, size_t bytes, size_t old_bytes);

/*
 * Takes the place of wasm3's function of this name (ld --wrap). The data lies
 * on a page boundary and the header ends the page below, so that they move
 * without being copied.
 */
void *__wrap_m3_Realloc_Impl(void *block, size_t bytes, size_t old_bytes) {
    bool is_linear = block ? block == kernel_block || block == program_block : awaited;
    if (!is_linear)
        return __real_m3_Realloc_Impl(block, bytes, old_bytes);
    bool is_program = block ? block == program_block : wasm3_allocates_for_program;
    uint64_t data_bytes = bytes - WASM3_HEADER_BYTES;
    char *data = is_program ? program_memory_resize(data_bytes) : linear_memory_resize(data_bytes);
    if (!data)
        return NULL;
    awaited = false;
    void *resized = data - WASM3_HEADER_BYTES;
    if (is_program)
        program_block = resized;
    else
        kernel_block = resized;
    return resized;
}
