#include "program_memory.h"

#include <string.h>

struct range program_ranges[PROGRAM_KINDS];
bool (*program_grow)(enum program_range range, uint64_t bytes);
bool program_exited;
uint32_t program_status;

int program_commit(uint32_t number, uint64_t virtual, uint64_t bytes) {
    if (number >= PROGRAM_KINDS)
        return -1;
    struct range *range = &program_ranges[number];
    if ((range->base && range->base != (char *)virtual) || bytes < range->used)
        return -1;
    range->base = (char *)virtual;
    range->committed = bytes;
    return 0;
}

/* Has `bytes` of the range committed. */
static bool reserve(enum program_range number, uint64_t bytes) {
    const struct range *range = &program_ranges[number];
    return (range->base && bytes <= range->committed) || program_grow(number, bytes);
}

/* Frames are zero when they come, and what was in use stays so. */
void *program_memory_resize(uint64_t bytes) {
    struct range *range = &program_ranges[PROGRAM_MEMORY];
    if (bytes < range->used || !reserve(PROGRAM_MEMORY, bytes))
        return NULL;
    range->used = bytes;
    return range->base;
}

void *program_heap_take(uint64_t bytes) {
    struct range *range = &program_ranges[PROGRAM_HEAP];
    if (bytes > UINT32_MAX || !reserve(PROGRAM_HEAP, range->used + bytes))
        return NULL;
    char *taken = range->base + range->used;
    range->used += bytes;
    return taken;
}

bool program_heap_owns(const void *address) {
    const struct range *range = &program_ranges[PROGRAM_HEAP];
    return range->base && (const char *)address >= range->base &&
           (const char *)address < range->base + range->committed;
}

void program_exit(uint32_t status) {
    program_exited = true;
    program_status = status;
}

void program_memory_forget(void) {
    memset(program_ranges, 0, sizeof program_ranges);
    program_exited = false;
}
