/*
 * What a program stands on: linear memory, the runtime's heap for it and a
 * native stack. Each is a range of its own in the address space, which the
 * kernel maps and commits piece by piece. Used by imports.c and by what runs
 * programs.
 */

#ifndef SHIM_PROGRAM_MEMORY_H
#define SHIM_PROGRAM_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The ranges of the contract. */
enum program_range {
    PROGRAM_MEMORY,
    PROGRAM_HEAP,
    PROGRAM_STACK,
    PROGRAM_KINDS,
};

struct range {
    char *base; /* null until something is committed */
    uint64_t committed;
    /* Bytes from the base on that are in use; what is beyond is zero. */
    uint64_t used;
};

extern struct range program_ranges[PROGRAM_KINDS];

/*
 * Asks the kernel to commit at least `bytes` of a range; false if it refuses.
 * Set by whoever runs programs.
 */
extern bool (*program_grow)(enum program_range range, uint64_t bytes);

/* Set by `program_exit`: the program ends, with that status, when the kernel returns. */
extern bool program_exited;
extern uint32_t program_status;

/* `import commit_program`: 0, or -1 for a range that does not exist, moves or shrinks. */
int program_commit(uint32_t range, uint64_t virtual, uint64_t bytes);

/* `bytes` at `address` in the program's linear memory; null if it does not own them all. */
static inline void *program_bytes(uint32_t address, uint32_t bytes) {
    const struct range *range = &program_ranges[PROGRAM_MEMORY];
    return (uint64_t)address + bytes <= range->used ? range->base + address : NULL;
}

/*
 * Makes linear memory `bytes` bytes, the new ones zero, and returns where it
 * lies. Null, and nothing changes, for fewer than are in use and where the
 * kernel refuses.
 */
void *program_memory_resize(uint64_t bytes);

/* `bytes` zeroed bytes of the heap, for good; null where the kernel refuses. */
void *program_heap_take(uint64_t bytes);

/* True for an address in the heap. */
bool program_heap_owns(const void *address);

/* `import program_exit` */
void program_exit(uint32_t status);

/* Forgets the ranges: their frames are the kernel's again. */
void program_memory_forget(void);

#endif
