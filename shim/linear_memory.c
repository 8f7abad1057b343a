#include "linear_memory.h"

#include <stddef.h>

#include "cpu.h"

_Alignas(PAGE_BYTES) struct first_linear_memory first_linear_memory;

/* Where the first pages are used, and where the data lies now; null before it is. */
static char *first = first_linear_memory.data;
static char *data;

/* Where it may lie from the next growth on, and how much of it. */
static char *committed = first_linear_memory.data;
static uint64_t committed_bytes = FIRST_LINEAR_BYTES;

static uint64_t bytes_in_use;

void linear_memory_alias(char *virtual) { first = committed = virtual; }

int linear_memory_commit(uint64_t virtual, uint64_t bytes) {
    int moves = data != first && (uint64_t)data != virtual;
    if (virtual % PAGE_BYTES || moves || bytes < bytes_in_use)
        return -1;
    committed = (char *)virtual;
    committed_bytes = bytes;
    return 0;
}

char *linear_memory_resize(uint64_t bytes) {
    if (bytes < bytes_in_use || bytes > committed_bytes)
        return NULL;
    data = committed;
    fill_memory(data + bytes_in_use, 0, bytes - bytes_in_use);
    bytes_in_use = bytes;
    return data;
}
