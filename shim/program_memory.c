#include "program_memory.h"

#include <string.h>

struct range program_ranges[PROGRAM_KINDS];
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

void *program_bytes(uint32_t address, uint32_t bytes) {
    const struct range *range = &program_ranges[PROGRAM_MEMORY];
    if (bytes > range->used || address > range->used - bytes)
        return NULL;
    return range->base + address;
}

void program_exit(uint32_t status) {
    program_exited = true;
    program_status = status;
}

void program_memory_forget(void) {
    memset(program_ranges, 0, sizeof program_ranges);
    program_exited = false;
}
