/*
 * Oxide's design (its note "Runtime Allocator Handoff"): a table of free runs, allocation by first
 * fit, and a free that inserts its run and merges it with its neighbours.
 *
 * In its favour: the table is sorted and dense, so that a free finds its place by bisection.
 */

#include "allocator.h"
#include "memory.h"

#include <stddef.h>

struct run {
    uint32_t start;
    uint32_t count;
};

/* Sorted by start, disjoint, not touching one another. */
static struct run *runs;
static uint32_t run_count;

void allocator_init(uint32_t frames) {
    /* Runs do not touch, so there are never more of them than half the frames. */
    runs = memory_take(sizeof(struct run) * ((size_t)frames / 2 + 1));
    runs[0] = (struct run){0, frames};
    run_count = 1;
}

static void remove_at(uint32_t index) {
    run_count--;
    __builtin_memmove(runs + index, runs + index + 1, (run_count - index) * sizeof *runs);
}

static void insert_at(uint32_t index, struct run run) {
    __builtin_memmove(runs + index + 1, runs + index, (run_count - index) * sizeof *runs);
    runs[index] = run;
    run_count++;
}

/* Takes `count` frames from `first` on out of run `index`, which holds them. */
static void cut(uint32_t index, uint32_t first, uint32_t count) {
    struct run *run = runs + index;
    uint32_t before = first - run->start;
    uint32_t after = run->count - before - count;
    if (before && after) {
        run->count = before;
        insert_at(index + 1, (struct run){first + count, after});
    } else if (before) {
        run->count = before;
    } else if (after) {
        *run = (struct run){first + count, after};
    } else {
        remove_at(index);
    }
}

uint32_t allocator_alloc(uint32_t order) {
    uint32_t count = 1u << order;
    for (uint32_t index = 0; index < run_count; index++) {
        uint32_t first = (runs[index].start + count - 1) & ~(count - 1);
        uint32_t skipped = first - runs[index].start;
        if (runs[index].count < skipped || runs[index].count - skipped < count)
            continue;
        cut(index, first, count);
        return first;
    }
    return NO_FRAME;
}

/* Index of the first run that starts after `frame`. */
static uint32_t place_of(uint32_t frame) {
    uint32_t low = 0, high = run_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (runs[middle].start <= frame)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool allocator_free(uint32_t frame, uint32_t order) {
    uint32_t count = 1u << order;
    uint32_t place = place_of(frame);
    struct run *before = place ? runs + place - 1 : NULL;
    struct run *after = place < run_count ? runs + place : NULL;
    if ((before && before->start + before->count > frame) ||
        (after && frame + count > after->start))
        return false;
    bool joins_before = before && before->start + before->count == frame;
    bool joins_after = after && frame + count == after->start;
    if (joins_before) {
        before->count += count;
        if (joins_after) {
            before->count += after->count;
            remove_at(place);
        }
    } else if (joins_after) {
        after->start = frame;
        after->count += count;
    } else {
        insert_at(place, (struct run){frame, count});
    }
    return true;
}
