/* The list buddy by itself: every request goes to the lists. */

#include "list_buddy.h"
#include "memory.h"

void allocator_init(uint32_t frames) {
    buddy_init(memory_take(sizeof(struct page) * (size_t)frames), frames);
}

uint32_t allocator_alloc(uint32_t order) {
    struct page *page = buddy_take(order);
    return page ? frame_of(page) : NO_FRAME;
}

bool allocator_free(uint32_t frame, uint32_t order) {
    struct page *page = pages + frame;
    if (page->state != PAGE_ALLOCATED)
        return false;
    buddy_give(page, order);
    return true;
}
