/*
 * What the fuzz targets share: a reader of their input and their way to fail.
 *
 * A target is one C file with libFuzzer's entry point. It calls the project's C
 * as the loader or the shim does, in blocks of memory that are exactly as large
 * as promised, so that AddressSanitizer sees the first byte beyond; and it
 * checks the answer against a plain model of what was promised.
 */
#ifndef SLOPOS_FUZZ_H
#define SLOPOS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

/* Ends the run, with the input saved by libFuzzer, if a promise is broken. */
#define REQUIRE(promise)                                                                           \
    do {                                                                                           \
        if (!(promise)) {                                                                          \
            fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #promise);                  \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* What is left of an input; zeros come after its end. */
struct input {
    const uint8_t *at;
    size_t bytes;
};

static inline uint8_t take_byte(struct input *input) {
    if (input->bytes == 0)
        return 0;
    input->bytes--;
    return *input->at++;
}

/* A little-endian number of `bytes` bytes, at most 8. */
static inline uint64_t take_number(struct input *input, unsigned bytes) {
    uint64_t number = 0;
    for (unsigned i = 0; i < bytes; i++)
        number |= (uint64_t)take_byte(input) << 8 * i;
    return number;
}

/* A block of its own with a copy of `bytes` bytes, and `room` zeros after it. */
static inline void *copy_of(const void *data, size_t bytes, size_t room) {
    uint8_t *copy = calloc(1, bytes + room + (bytes + room == 0));
    REQUIRE(copy != NULL);
    if (bytes != 0)
        memcpy(copy, data, bytes);
    return copy;
}

#endif
