/*
 * The floor: an allocator that counts and keeps nothing. What a workload costs with it is what the
 * workload costs itself. It hands out frames again that are in use, so it is not checked.
 */

#include "allocator.h"

static uint32_t frame_count;
static uint32_t free_count;

void allocator_init(uint32_t frames) { frame_count = free_count = frames; }

uint32_t allocator_alloc(uint32_t order) {
    uint32_t count = 1u << order;
    if (free_count < count)
        return NO_FRAME;
    free_count -= count;
    return free_count;
}

bool allocator_free(uint32_t frame, uint32_t order) {
    free_count += 1u << order;
    return frame < frame_count;
}
