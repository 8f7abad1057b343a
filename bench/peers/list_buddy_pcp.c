/*
 * The list buddy with Linux's per-CPU pages in front of it: single frames come from a list of their
 * own, which is filled and emptied by batches. One processor, hence one list and no lock.
 */

#include "list_buddy.h"
#include "memory.h"

/* What zone_batchsize gives a zone of 4 GiB, and the classic high mark of six batches. */
#define BATCH 63
#define HIGH (6 * BATCH)

static struct list hot;
static uint32_t hot_count;

void allocator_init(uint32_t frames) {
    buddy_init(memory_take(sizeof(struct page) * (size_t)frames), frames);
    list_init(&hot);
    hot_count = 0;
}

/* Fills the empty list in the order of addresses; false if no frame is left. */
static bool refill(void) {
    for (; hot_count < BATCH; hot_count++) {
        struct page *page = buddy_take(0);
        if (!page)
            break;
        page->state = PAGE_PART;
        list_add(hot.prev, &page->link);
    }
    return hot_count != 0;
}

/* Gives `count` frames back, those that were used the longest time ago. */
static void drain(uint32_t count) {
    hot_count -= count;
    while (count--) {
        struct page *page = page_of(hot.prev);
        list_remove(&page->link);
        buddy_give(page, 0);
    }
}

static inline uint32_t take_hot(void) {
    if (!hot_count && !refill())
        return NO_FRAME;
    struct page *page = page_of(hot.next);
    list_remove(&page->link);
    hot_count--;
    page->order = 0;
    page->state = PAGE_ALLOCATED;
    return frame_of(page);
}

uint32_t allocator_alloc(uint32_t order) {
    if (!order)
        return take_hot();
    struct page *page = buddy_take(order);
    if (!page && hot_count) {
        drain(hot_count);
        page = buddy_take(order);
    }
    return page ? frame_of(page) : NO_FRAME;
}

bool allocator_free(uint32_t frame, uint32_t order) {
    struct page *page = pages + frame;
    if (page->state != PAGE_ALLOCATED)
        return false;
    if (order) {
        buddy_give(page, order);
        return true;
    }
    page->state = PAGE_PART;
    list_add(&hot, &page->link);
    if (++hot_count >= HIGH)
        drain(BATCH);
    return true;
}
