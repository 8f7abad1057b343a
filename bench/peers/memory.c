#include "memory.h"

#include <stdint.h>

#define ALIGNMENT 64

static size_t taken;

#ifdef __wasm__

#define WASM_PAGE 65536

extern unsigned char __heap_base[];

/* First byte of the arena. */
static unsigned char *arena(void) {
    return (unsigned char *)(((uintptr_t)__heap_base + ALIGNMENT - 1) &
                             ~(uintptr_t)(ALIGNMENT - 1));
}

/* Makes room for `bytes` of arena. */
static void ensure(size_t bytes) {
    size_t have = __builtin_wasm_memory_size(0) * WASM_PAGE;
    size_t want = (size_t)arena() + bytes;
    if (want <= have)
        return;
    if (__builtin_wasm_memory_grow(0, (want - have + WASM_PAGE - 1) / WASM_PAGE) == (size_t)-1)
        __builtin_trap();
}

#else

#include <stdlib.h>
#include <sys/mman.h>

#define RESERVED_BYTES ((size_t)8 << 30)

/* First byte of the arena: address space that takes memory when it is written to. */
static unsigned char *arena(void) {
    static unsigned char *start;
    if (!start) {
        start = mmap(NULL, RESERVED_BYTES, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (start == MAP_FAILED)
            abort();
    }
    return start;
}

static void ensure(size_t bytes) {
    if (bytes > RESERVED_BYTES)
        abort();
}

#endif

void memory_reset(void) {
    __builtin_memset(arena(), 0, taken);
    taken = 0;
}

void *memory_take(size_t bytes) {
    size_t rounded = (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    ensure(taken + rounded);
    void *start = arena() + taken;
    taken += rounded;
    return start;
}

size_t memory_taken(void) { return taken; }
