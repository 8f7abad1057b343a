#include "memory_hook.h"

#include <stdbool.h>

#include "linear_memory.h"
#include "wasm3_private.h"

/* wasm3's next new block is linear memory. */
static bool awaited;

/* The block that is linear memory, wasm3's header and the data; null until there is one. */
static void *linear_block;

void wasm3_memory_await(void) { awaited = true; }

void *__real_m3_Realloc_Impl(void *block, size_t bytes, size_t old_bytes);

/*
 * Takes the place of wasm3's function of this name (ld --wrap). The data lies
 * on a page boundary and the header ends the page below, so that they move
 * without being copied.
 */
void *__wrap_m3_Realloc_Impl(void *block, size_t bytes, size_t old_bytes) {
    bool is_linear = linear_block ? block == linear_block : awaited && !block;
    if (!is_linear)
        return __real_m3_Realloc_Impl(block, bytes, old_bytes);
    char *data = linear_memory_resize(bytes - WASM3_HEADER_BYTES);
    if (!data)
        return NULL;
    linear_block = data - WASM3_HEADER_BYTES;
    return linear_block;
}
