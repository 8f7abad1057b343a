/*
 * A page-frame allocator to start from: right, and slow. `slopos judge FILE` judges it; what each
 * function has to do, allocator.h says.
 *
 * It keeps one byte for each frame, and looks through them from the first on. Ideas for a better
 * one: remember where the last search ended; keep one bit instead of a byte; keep the free blocks
 * of each order in a list, and merge a block with its neighbour when both are free (a buddy
 * allocator).
 */

#include "allocator.h"

/* What the byte of a frame says. The first frame of a block has its order added to FIRST. */
enum mark { FREE = 0, INSIDE = 1, FIRST = 2 };

static uint8_t *marks;
static uint32_t frame_count;

void allocator_init(uint32_t frames) {
    /* The memory is zeroed, so that every frame is FREE. */
    marks = memory_take(frames);
    frame_count = frames;
}

/* True if the `count` frames from `first` on are all FREE. */
static bool all_free(uint32_t first, uint32_t count) {
    for (uint32_t frame = first; frame < first + count; frame++)
        if (marks[frame] != FREE)
            return false;
    return true;
}

/* Sets the marks of the `count` frames from `first` on. */
static void mark_all(uint32_t first, uint32_t count, uint8_t mark) {
    for (uint32_t frame = first; frame < first + count; frame++)
        marks[frame] = mark;
}

uint32_t allocator_alloc(uint32_t order) {
    uint32_t count = 1u << order;
    /* A block begins at a multiple of its size. */
    for (uint32_t first = 0; first + count <= frame_count; first += count) {
        if (!all_free(first, count))
            continue;
        mark_all(first, count, INSIDE);
        marks[first] = (uint8_t)(FIRST + order);
        return first;
    }
    return NO_FRAME;
}

bool allocator_free(uint32_t frame, uint32_t order) {
    /* Whatever is not the first frame of a block of just that order is refused. */
    if (order > LARGEST_ORDER || frame >= frame_count || marks[frame] != FIRST + order)
        return false;
    mark_all(frame, 1u << order, FREE);
    return true;
}
