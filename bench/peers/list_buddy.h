/*
 * A buddy allocator as Linux builds it (mm/page_alloc.c, zone free areas): a record for each frame,
 * a doubly linked list for each order, last in first out, blocks split and merged at once.
 *
 * Left out, in its favour: migrate types, watermarks, locks, statistics beyond the count of free
 * blocks, and the look at the next order that decides at which end of a list a block goes.
 */
#ifndef BENCH_LIST_BUDDY_H
#define BENCH_LIST_BUDDY_H

#include "allocator.h"

#include <stddef.h>

/* MAX_PAGE_ORDER of x86-64. */
#define BUDDY_MAX_ORDER 10

enum page_state { PAGE_PART, PAGE_FREE, PAGE_ALLOCATED };

struct list {
    struct list *next;
    struct list *prev;
};

/* The record of a frame; `order` and `state` are those of the block that begins there. */
struct page {
    struct list link;
    uint16_t order;
    uint16_t state;
};

struct free_area {
    struct list blocks;
    uint32_t count;
};

static struct page *pages;
static uint32_t page_count;
static struct free_area areas[BUDDY_MAX_ORDER + 1];

static inline void list_init(struct list *list) { list->next = list->prev = list; }

static inline bool list_empty(const struct list *list) { return list->next == list; }

/* Puts `entry` after `at`. */
static inline void list_add(struct list *at, struct list *entry) {
    struct list *next = at->next;
    next->prev = entry;
    entry->next = next;
    entry->prev = at;
    at->next = entry;
}

static inline void list_remove(struct list *entry) {
    entry->prev->next = entry->next;
    entry->next->prev = entry->prev;
}

static inline struct page *page_of(struct list *link) {
    return (struct page *)((char *)link - offsetof(struct page, link));
}

static inline uint32_t frame_of(const struct page *page) { return (uint32_t)(page - pages); }

static inline void push_free(struct page *page, uint32_t order) {
    page->order = (uint16_t)order;
    page->state = PAGE_FREE;
    list_add(&areas[order].blocks, &page->link);
    areas[order].count++;
}

static inline void remove_free(struct page *page, uint32_t order) {
    list_remove(&page->link);
    page->state = PAGE_PART;
    areas[order].count--;
}

/* A block of `order`, cut from the smallest that there is; NULL if there is none. */
static inline struct page *buddy_take(uint32_t order) {
    for (uint32_t from = order; from <= BUDDY_MAX_ORDER; from++) {
        if (list_empty(&areas[from].blocks))
            continue;
        struct page *page = page_of(areas[from].blocks.next);
        remove_free(page, from);
        while (from > order) {
            from--;
            push_free(page + (1u << from), from);
        }
        page->order = (uint16_t)order;
        page->state = PAGE_ALLOCATED;
        return page;
    }
    return NULL;
}

/* Gives the block of `order` at `page` back and merges it with its buddies. */
static inline void buddy_give(struct page *page, uint32_t order) {
    uint32_t frame = frame_of(page);
    page->state = PAGE_PART;
    for (; order < BUDDY_MAX_ORDER; order++) {
        uint32_t other = frame ^ (1u << order);
        if (other >= page_count)
            break;
        struct page *buddy = pages + other;
        if (buddy->state != PAGE_FREE || buddy->order != order)
            break;
        remove_free(buddy, order);
        frame &= other;
    }
    push_free(pages + frame, order);
}

/* Starts over with `frames` records at `records`, zeroed, all frames free. */
static inline void buddy_init(struct page *records, uint32_t frames) {
    pages = records;
    page_count = frames;
    for (uint32_t order = 0; order <= BUDDY_MAX_ORDER; order++) {
        list_init(&areas[order].blocks);
        areas[order].count = 0;
    }
    for (uint32_t end = frames; end;) {
        uint32_t order = (uint32_t)__builtin_ctz(end | 1u << BUDDY_MAX_ORDER);
        end -= 1u << order;
        push_free(pages + end, order);
    }
}

#endif
