/*
 * What an allocator has to offer to be measured beside the kernel's: the interface between the
 * workloads (loops.c) and each peer, one peer a module.
 *
 * Frames are numbered from 0. A block of order k is 2^k frames, aligned to their number. Peers
 * check what the design that they stand for checks, and no more.
 */
#ifndef BENCH_ALLOCATOR_H
#define BENCH_ALLOCATOR_H

#include <stdbool.h>
#include <stdint.h>

/* The largest order that the workloads ask for: 2 MiB. */
#define LARGEST_ORDER 9

/* What `allocator_alloc` returns if it cannot. */
#define NO_FRAME UINT32_MAX

/*
 * Starts over with `frames` frames, all free; a multiple of 2^10. Memory comes from memory.h, and
 * is zero.
 */
void allocator_init(uint32_t frames);

/* The first frame of a block of `order`, or `NO_FRAME`. */
uint32_t allocator_alloc(uint32_t order);

/* Frees the block of `order` at `frame`; false, and no change, if the design notices an error. */
bool allocator_free(uint32_t frame, uint32_t order);

#endif
