/*
 * A bitmap with next fit, as many small kernels have it: one bit a frame, and a search that goes on
 * where the last one ended. It knows which frames are free, not which blocks they belonged to.
 */

#include "allocator.h"
#include "memory.h"

#include <stddef.h>

#define WORD_ORDER 6
#define WORD_BITS (1u << WORD_ORDER)

/* Bit n of word w is set while frame 64w + n is free. */
static uint64_t *words;
static uint32_t word_count;

/* The word that the last allocation was from. */
static uint32_t hint;

void allocator_init(uint32_t frames) {
    word_count = (frames + WORD_BITS - 1) / WORD_BITS;
    words = memory_take(word_count * sizeof *words);
    for (uint32_t word = 0; word < word_count; word++)
        words[word] = UINT64_MAX;
    if (frames % WORD_BITS)
        words[word_count - 1] = ((uint64_t)1 << frames % WORD_BITS) - 1;
    hint = 0;
}

/* `order` is below WORD_ORDER. */
static inline uint64_t mask_of(uint32_t order) { return ((uint64_t)1 << (1u << order)) - 1; }

/* Bit n is set if the aligned 2^`order` bits from n on are all set in `word`. */
static inline uint64_t runs_in(uint64_t word, uint32_t order) {
    static const uint64_t aligned[] = {
        UINT64_MAX,         0x5555555555555555, 0x1111111111111111,
        0x0101010101010101, 0x0001000100010001, 0x0000000100000001,
    };
    for (uint32_t step = 0; step < order; step++)
        word &= word >> (1u << step);
    return word & aligned[order];
}

static uint32_t take_in_word(uint32_t order) {
    for (uint32_t looked = 0, word = hint; looked < word_count; looked++) {
        uint64_t runs = runs_in(words[word], order);
        if (runs) {
            uint32_t bit = (uint32_t)__builtin_ctzll(runs);
            words[word] &= ~(mask_of(order) << bit);
            hint = word;
            return word * WORD_BITS + bit;
        }
        if (++word == word_count)
            word = 0;
    }
    return NO_FRAME;
}

static bool all_are(uint32_t first, uint32_t count, uint64_t value) {
    for (uint32_t word = first; word < first + count; word++)
        if (words[word] != value)
            return false;
    return true;
}

static void set_all(uint32_t first, uint32_t count, uint64_t value) {
    for (uint32_t word = first; word < first + count; word++)
        words[word] = value;
}

static uint32_t take_words(uint32_t order) {
    uint32_t count = 1u << (order - WORD_ORDER);
    uint32_t word = hint & ~(count - 1);
    for (uint32_t looked = 0; looked < word_count; looked += count) {
        if (word + count <= word_count && all_are(word, count, UINT64_MAX)) {
            set_all(word, count, 0);
            hint = word;
            return word * WORD_BITS;
        }
        word += count;
        if (word >= word_count)
            word = 0;
    }
    return NO_FRAME;
}

uint32_t allocator_alloc(uint32_t order) {
    return order < WORD_ORDER ? take_in_word(order) : take_words(order);
}

bool allocator_free(uint32_t frame, uint32_t order) {
    uint32_t word = frame / WORD_BITS;
    if (order >= WORD_ORDER) {
        uint32_t count = 1u << (order - WORD_ORDER);
        if (!all_are(word, count, 0))
            return false;
        set_all(word, count, UINT64_MAX);
        return true;
    }
    uint64_t bits = mask_of(order) << (frame % WORD_BITS);
    if (words[word] & bits)
        return false;
    words[word] |= bits;
    return true;
}
