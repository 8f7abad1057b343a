/*
 * What a page-frame allocator has to offer to be judged by `slopos judge`: three calls, and up to
 * three more if it likes. A wasm module exports them by these names with these types; C source
 * includes this file and defines them; docs/judge.md has the same in AssemblyScript.
 *
 * Frames are numbered from 0. A block of order k is 2^k frames, the first a multiple of 2^k: it is
 * aligned to its size. Every frame is free or belongs to one block. Nobody else touches the
 * allocator's memory, and calls come one at a time.
 */
#ifndef SLOPOS_ALLOCATOR_H
#define SLOPOS_ALLOCATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The largest order that is asked for: 2 MiB. */
#define LARGEST_ORDER 9

/* What `allocator_alloc` returns if it cannot. */
#define NO_FRAME UINT32_MAX

/*
 * Starts over with `frames` frames, 0 to `frames` - 1, all free. `frames` is 1 or more, of any
 * value, and below 2^24. It may be called any number of times; nothing is left of what was before.
 */
void allocator_init(uint32_t frames);

/*
 * The first frame of a free block of `order`, 0 to LARGEST_ORDER, which is no longer free; or
 * `NO_FRAME`, and nothing changes, if no aligned run of 2^`order` frames is free.
 */
uint32_t allocator_alloc(uint32_t order);

/*
 * Frees the block of `order` at `frame`, and returns true. Arguments that are no block which was
 * allocated may be refused: then it returns false, and nothing changes. Which of them are noticed
 * is up to the allocator.
 */
bool allocator_free(uint32_t frame, uint32_t order);

/*
 * For tables: `bytes` of zeroed memory, aligned to 64. It is there to be called, mostly by
 * `allocator_init`, which takes everything back; a module imports it as `env.memory_take`. It fails
 * by a trap only. What lies around that memory is watched.
 */
void *memory_take(size_t bytes);

/* Optional: the memory map instead of one run. */

/* The frames `start` to `start + count - 1`; `count` is 1 or more. */
struct allocator_run {
    uint32_t start;
    uint32_t count;
};

/*
 * As `allocator_init`, with the frames of `count` runs, and no others: ascending, with a gap
 * between one and the next, all below 2^32. `runs` are there during the call only.
 */
void allocator_init_map(const struct allocator_run *runs, uint32_t count);

/* Optional: queries. They change nothing. */

/*
 * How many free blocks of exactly `order`, 0 to 31, there are: each free frame lies in one free
 * block. Frames that are kept ready for later count as free.
 */
uint32_t allocator_free_blocks(uint32_t order);

/* Bytes of tables since it last started over, wherever they are. Without it, they are measured. */
uint32_t allocator_metadata_bytes(void);

#endif
