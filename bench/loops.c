/*
 * The workloads, as exports of a module: they run inside it, so that one call from outside is
 * thousands of allocations. `tools/judge/loops/loops_entry.ts` is the same program for allocators
 * in AssemblyScript, step for step, with the same random numbers.
 *
 * Every function returns how many requests failed or frees were refused, unless it says otherwise.
 */

#include "allocator.h"
#include "memory.h"

#include <stddef.h>

#ifdef __wasm__
#define EXPORT(name) __attribute__((export_name(#name)))
#else
#define EXPORT(name)
#endif

/* A block that is in use: its first frame and, in the low bits, its order. */
#define ORDER_BITS 4

/* log2 of the bytes in a frame. */
#define ADDRESS_SHIFT 12

/* To callers from outside the frames lie from 4 GiB on, as the kernel's do. */
#define FIRST_FRAME (1u << 20)

/* Kinds of mix: which orders a request may have. */
enum mix { MIX_SINGLE, MIX_UNIFORM, MIX_GEOMETRIC, MIX_KERNEL, MIX_LINUX };

static uint32_t frame_total;
static uint32_t random_state;

/* The blocks in use, in no order, and how many frames they hold. */
static uint32_t *blocks;
static uint32_t block_count;
static uint32_t used;

/* Starts over with `frames` free frames; returns the bytes of the allocator's tables. */
EXPORT(init) uint32_t bench_init(uint32_t frames) {
    memory_reset();
    allocator_init(frames);
    uint32_t bytes = (uint32_t)memory_taken();
    blocks = memory_take((size_t)frames * sizeof *blocks);
    frame_total = frames;
    block_count = used = 0;
    random_state = 2463534242u;
    return bytes;
}

EXPORT(alloc) uint32_t bench_alloc(uint32_t order) { return allocator_alloc(order); }

/* Returns 1 if the block was freed. */
EXPORT(release) uint32_t bench_release(uint32_t frame, uint32_t order) {
    return allocator_free(frame, order);
}

/* As the kernel's export: the physical address, 0 for none. */
EXPORT(frame_alloc) uint64_t bench_frame_alloc(uint32_t order, uint32_t flags) {
    (void)flags;
    uint32_t frame = allocator_alloc(order);
    return frame == NO_FRAME ? 0 : (uint64_t)(frame + FIRST_FRAME) << ADDRESS_SHIFT;
}

/* As the kernel's export: 0 if the block was freed. */
EXPORT(frame_free) uint32_t bench_frame_free(uint64_t address, uint32_t order) {
    return !allocator_free((uint32_t)(address >> ADDRESS_SHIFT) - FIRST_FRAME, order);
}

/* Xorshift with the shifts 13, 17, 5 (Marsaglia, "Xorshift RNGs", 2003). */
static inline uint32_t random_bits(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state;
}

/* A number below `limit`, which is not 0. */
static inline uint32_t random_below(uint32_t limit) {
    return (uint32_t)(((uint64_t)random_bits() * limit) >> 32);
}

/* Allocates a block of `order` and frees it, `pairs` times. */
EXPORT(pairs) uint32_t bench_pairs(uint32_t order, uint32_t pairs) {
    uint32_t failures = 0;
    for (uint32_t i = 0; i < pairs; i++) {
        uint32_t frame = allocator_alloc(order);
        failures += frame == NO_FRAME || !allocator_free(frame, order);
    }
    return failures;
}

/* Allocates `depth` blocks of `order`, then frees them, the last first; `rounds` times. */
EXPORT(stacks) uint32_t bench_stacks(uint32_t order, uint32_t depth, uint32_t rounds) {
    uint32_t failures = 0;
    for (uint32_t round = 0; round < rounds; round++) {
        for (uint32_t i = 0; i < depth; i++)
            blocks[i] = allocator_alloc(order);
        for (uint32_t i = depth; i--;)
            failures += blocks[i] == NO_FRAME || !allocator_free(blocks[i], order);
    }
    return failures;
}

/* Allocates blocks of `order` until there are no more, or should be; returns how many. */
EXPORT(fill) uint32_t bench_fill(uint32_t order) {
    uint32_t count = 0;
    while (count < frame_total >> order) {
        uint32_t frame = allocator_alloc(order);
        if (frame == NO_FRAME)
            break;
        blocks[count++] = frame;
    }
    block_count = count;
    return count;
}

/* Brings what `fill` allocated into random order. */
EXPORT(shuffle) uint32_t bench_shuffle(void) {
    for (uint32_t left = block_count; left > 1; left--) {
        uint32_t other = random_below(left);
        uint32_t block = blocks[left - 1];
        blocks[left - 1] = blocks[other];
        blocks[other] = block;
    }
    return 0;
}

/* Frees what `fill` allocated, in the order in which it lies there. */
EXPORT(drain) uint32_t bench_drain(uint32_t order) {
    uint32_t failures = 0;
    for (uint32_t i = 0; i < block_count; i++)
        failures += !allocator_free(blocks[i], order);
    block_count = 0;
    return failures;
}

/* Of 200 requests 184 are for single frames, 7, 5 and 3 of order 1, 2 and 3, one for 2 MiB. */
static inline uint32_t kernel_order(uint32_t draw) {
    return (draw >= 184) + (draw >= 191) + (draw >= 196) + 6u * (draw >= 199);
}

/*
 * The requests that Ingo Molnar counted on a Linux machine (linux-mm, "Re: the new VMt",
 * 25 September 2000): 167081, 850, 16, 25, 0, 1, 0, 2, 13 and 5 of order 0 to 9.
 */
static inline uint32_t linux_order(uint32_t draw) {
    return (draw >= 167081) + (draw >= 167931) + (draw >= 167947) + 2u * (draw >= 167972) +
           2u * (draw >= 167973) + (draw >= 167975) + (draw >= 167988);
}

static inline uint32_t random_order(enum mix mix) {
    if (mix == MIX_SINGLE)
        return 0;
    if (mix == MIX_UNIFORM)
        return random_below(LARGEST_ORDER + 1);
    if (mix == MIX_KERNEL)
        return kernel_order(random_below(200));
    if (mix == MIX_LINUX)
        return linux_order(random_below(167993));
    return (uint32_t)__builtin_ctz(random_bits() | 1u << LARGEST_ORDER);
}

static inline uint32_t mix_alloc(enum mix mix) {
    uint32_t order = random_order(mix);
    uint32_t frame = allocator_alloc(order);
    if (frame == NO_FRAME)
        return 1;
    blocks[block_count++] = frame << ORDER_BITS | order;
    used += 1u << order;
    return 0;
}

static inline uint32_t mix_free(void) {
    uint32_t index = random_below(block_count);
    uint32_t block = blocks[index];
    uint32_t order = block & ((1u << ORDER_BITS) - 1);
    blocks[index] = blocks[--block_count];
    used -= 1u << order;
    return !allocator_free(block >> ORDER_BITS, order);
}

static uint32_t frames_at(uint32_t percent) {
    return (uint32_t)((uint64_t)frame_total * percent / 100);
}

/*
 * `operations` requests of a load that stays at `percent` of the frames: an allocation while fewer
 * are in use, else a free of a random block.
 */
EXPORT(mix) uint32_t bench_mix(uint32_t mix, uint32_t percent, uint32_t operations) {
    uint32_t target = frames_at(percent);
    uint32_t failures = 0;
    for (uint32_t i = 0; i < operations; i++)
        failures += used < target ? mix_alloc(mix) : mix_free();
    return failures;
}

/* Allocates until `percent` of the frames are in use, or a request fails. */
EXPORT(mix_rise) uint32_t bench_mix_rise(uint32_t mix, uint32_t percent) {
    uint32_t target = frames_at(percent);
    while (used < target)
        if (mix_alloc(mix))
            return 1;
    return 0;
}

/* Frees random blocks until at most `percent` of the frames are in use. */
EXPORT(mix_drop) uint32_t bench_mix_drop(uint32_t percent) {
    uint32_t target = frames_at(percent);
    uint32_t failures = 0;
    while (used > target)
        failures += mix_free();
    return failures;
}

/* Returns how many blocks are in use. */
EXPORT(blocks_in_use) uint32_t bench_blocks_in_use(void) { return block_count; }

/* Returns where they are listed: `frame << 4 | order`, 32 bits each. */
EXPORT(block_list) uint32_t bench_block_list(void) { return (uint32_t)(uintptr_t)blocks; }
