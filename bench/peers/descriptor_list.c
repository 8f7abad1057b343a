/*
 * SlopOS's design (its note "Scale Physical Page Allocators", and the page allocator that it speaks
 * of): a descriptor for each frame, free frames threaded through the descriptors as one singly
 * linked list. A single frame is the head of the list; several are found by looking through the
 * descriptors, and are then taken out of the list.
 *
 * In its favour: a block leaves the list in one walk, and not in one for each frame.
 */

#include "allocator.h"
#include "memory.h"

#include <stddef.h>

enum frame_state { FRAME_FREE, FRAME_ALLOCATED };

struct descriptor {
    uint32_t owners;
    uint8_t state;
    uint8_t flags;
    uint16_t order;
    uint32_t next_free;
};

static struct descriptor *descriptors;
static uint32_t frame_count;
static uint32_t free_count;
static uint32_t head;

void allocator_init(uint32_t frames) {
    descriptors = memory_take(sizeof(struct descriptor) * (size_t)frames);
    frame_count = free_count = frames;
    for (uint32_t frame = 0; frame < frames; frame++)
        descriptors[frame].next_free = frame + 1 < frames ? frame + 1 : NO_FRAME;
    head = 0;
}

static void mark_allocated(struct descriptor *descriptor, uint32_t order) {
    descriptor->owners = 1;
    descriptor->state = FRAME_ALLOCATED;
    descriptor->order = (uint16_t)order;
    descriptor->next_free = NO_FRAME;
}

static bool all_are(uint32_t first, uint32_t count, enum frame_state state) {
    for (uint32_t frame = first; frame < first + count; frame++)
        if (descriptors[frame].state != state)
            return false;
    return true;
}

/* Takes the free frames [first, first + count) out of the list. */
static void unlink_run(uint32_t first, uint32_t count) {
    uint32_t *link = &head;
    for (uint32_t left = count; left;) {
        uint32_t frame = *link;
        if (frame - first < count) {
            *link = descriptors[frame].next_free;
            left--;
        } else {
            link = &descriptors[frame].next_free;
        }
    }
}

static uint32_t take_block(uint32_t order) {
    uint32_t count = 1u << order;
    for (uint32_t first = 0; first + count <= frame_count; first += count) {
        if (!all_are(first, count, FRAME_FREE))
            continue;
        unlink_run(first, count);
        for (uint32_t frame = first; frame < first + count; frame++)
            mark_allocated(&descriptors[frame], order);
        free_count -= count;
        return first;
    }
    return NO_FRAME;
}

uint32_t allocator_alloc(uint32_t order) {
    if (order)
        return take_block(order);
    uint32_t frame = head;
    if (frame == NO_FRAME)
        return NO_FRAME;
    head = descriptors[frame].next_free;
    mark_allocated(&descriptors[frame], 0);
    free_count--;
    return frame;
}

bool allocator_free(uint32_t frame, uint32_t order) {
    uint32_t count = 1u << order;
    if (!all_are(frame, count, FRAME_ALLOCATED))
        return false;
    for (uint32_t each = frame + count; each-- > frame;) {
        descriptors[each] = (struct descriptor){.state = FRAME_FREE, .next_free = head};
        head = each;
    }
    free_count += count;
    return true;
}
