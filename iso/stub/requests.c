/*
 * The scan of the image, word by word.
 */

#include "requests.h"

#include <string.h>

#define WORD_BYTES LIMINE_ALIGNMENT

static const uint64_t start_marker[] = LIMINE_REQUESTS_START;
static const uint64_t end_marker[] = LIMINE_REQUESTS_END;
static const uint64_t base_revision_magic[] = {LIMINE_BASE_REVISION_MAGIC0,
                                               LIMINE_BASE_REVISION_MAGIC1};

static const uint64_t ids[REQUEST_KINDS][4] = {
    [REQUEST_BOOTLOADER_INFO] = LIMINE_BOOTLOADER_INFO,
    [REQUEST_STACK_SIZE] = LIMINE_STACK_SIZE,
    [REQUEST_HHDM] = LIMINE_HHDM,
    [REQUEST_FRAMEBUFFER] = LIMINE_FRAMEBUFFER,
    [REQUEST_MEMMAP] = LIMINE_MEMMAP,
    [REQUEST_MODULE] = LIMINE_MODULE,
    [REQUEST_EXECUTABLE_FILE] = LIMINE_EXECUTABLE_FILE,
    [REQUEST_EXECUTABLE_ADDRESS] = LIMINE_EXECUTABLE_ADDRESS,
    [REQUEST_EXECUTABLE_CMDLINE] = LIMINE_EXECUTABLE_CMDLINE,
};

/* Size of a request, of which the whole must lie inside the image. */
static size_t request_bytes(enum request_kind kind) {
    return kind == REQUEST_STACK_SIZE ? sizeof(struct limine_stack_size_request)
                                      : sizeof(struct limine_request);
}

/* Whether the `words` words at `pattern` are found at `at`, before `end`. */
static int matches(const uint64_t *at, const uint64_t *end, const uint64_t *pattern, size_t words) {
    return (size_t)(end - at) >= words && at[0] == pattern[0] &&
           memcmp(at, pattern, words * WORD_BYTES) == 0;
}

/* Narrows [*start, *end) to what lies between the markers, if they exist. */
static void apply_markers(uint64_t **start, uint64_t **end) {
    uint64_t *image_end = *end;
    for (uint64_t *at = *start; at < image_end; at++) {
        if (matches(at, image_end, start_marker, 4)) {
            *start = at;
        } else if (matches(at, image_end, end_marker, 2)) {
            *end = at;
            return;
        }
    }
}

/* Takes the request at `at`, if there is one; null, or why it is refused. */
static const char *take(uint64_t *at, const uint64_t *end, struct requests *requests) {
    if (matches(at, end, base_revision_magic, 2) && end - at >= 3)
        requests->base_revision = at;
    if (at[0] != LIMINE_COMMON_MAGIC0)
        return NULL;
    for (int kind = 0; kind < REQUEST_KINDS; kind++) {
        if (!matches(at, end, ids[kind], 4) ||
            (size_t)(end - at) * WORD_BYTES < request_bytes(kind))
            continue;
        if (requests->of[kind])
            return "the executable holds one Limine request twice";
        requests->of[kind] = (struct limine_request *)at;
    }
    return NULL;
}

const char *requests_find(void *image, size_t bytes, struct requests *requests) {
    memset(requests, 0, sizeof *requests);
    uint64_t *start = image;
    uint64_t *end = start + bytes / WORD_BYTES;
    apply_markers(&start, &end);
    for (uint64_t *at = start; at < end; at++) {
        const char *reason = take(at, end, requests);
        if (reason)
            return reason;
    }
    if (!requests->base_revision || requests->base_revision[2] < BASE_REVISION)
        return "the executable asks for a Limine base revision below 3";
    return NULL;
}

uint64_t requests_stack_bytes(const struct requests *requests) {
    const struct limine_request *request = requests->of[REQUEST_STACK_SIZE];
    if (!request)
        return 0;
    return ((const struct limine_stack_size_request *)request)->stack_size;
}
