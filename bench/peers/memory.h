/*
 * Memory for tables, which `memory_take` gives: an arena that only grows until it starts over. In
 * wasm it is linear memory after the static data, in a native program one reservation of address
 * space.
 */
#ifndef BENCH_MEMORY_H
#define BENCH_MEMORY_H

#include "allocator.h"

/* Gives everything back, and zeroes what had been used. */
void memory_reset(void);

/* Bytes taken since the last reset, rounding included. */
size_t memory_taken(void);

#endif
