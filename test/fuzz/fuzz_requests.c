/*
 * The search for Limine requests in a loaded image.
 *
 * Each input byte becomes a piece of image: a word, or part of something that
 * the search knows, so that requests are cut off, repeated, and found outside
 * the markers. The model looks for each id from the first word to the last.
 */
#include "fuzz.h"

#include "requests.h"

#define WORDS_MAX 256

static const uint64_t start_marker[] = LIMINE_REQUESTS_START;
static const uint64_t end_marker[] = LIMINE_REQUESTS_END;
static const uint64_t base_revision[] = LIMINE_BASE_REVISION(BASE_REVISION);
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

struct words {
    uint64_t words[WORDS_MAX];
    size_t count;
};

static void add(struct words *image, const uint64_t *pattern, size_t words) {
    for (size_t i = 0; i < words && image->count < WORDS_MAX; i++)
        image->words[image->count++] = pattern[i];
}

/* What one input byte stands for: low nibble what, high nibble how much. */
static void add_piece(struct words *image, uint8_t piece) {
    static const uint64_t filler[8] = {0, 1, LIMINE_COMMON_MAGIC0, LIMINE_COMMON_MAGIC1};
    static const uint64_t revision_2[] = LIMINE_BASE_REVISION(2);
    unsigned what = piece % 16, cut = piece >> 4;
    if (what < REQUEST_KINDS)
        add(image, ids[what], cut == 15 ? 3 : 4);
    else if (what == 9)
        add(image, base_revision, cut == 15 ? 2 : 3);
    else if (what == 10)
        add(image, start_marker, cut == 15 ? 3 : 4);
    else if (what == 11)
        add(image, end_marker, cut == 15 ? 1 : 2);
    else if (what == 12)
        add(image, revision_2, 3);
    if (what < REQUEST_KINDS || what == 13)
        add(image, filler, cut % 8);
    if (what >= 14)
        add(image, (const uint64_t[]){what * (uint64_t)piece}, 1);
}

static int is_at(const uint64_t *image, size_t end, size_t at, const uint64_t *id, size_t words) {
    return at + words <= end && memcmp(image + at, id, words * sizeof *id) == 0;
}

/* The bounds of the search: an end marker, and the last start marker before. */
static void find_bounds(const uint64_t *image, size_t count, size_t *first, size_t *end) {
    *first = 0;
    *end = count;
    for (size_t at = 0; at < count && *end == count; at++)
        if (is_at(image, count, at, end_marker, 2))
            *end = at;
    for (size_t at = 0; at < *end; at++)
        if (is_at(image, count, at, start_marker, 4))
            *first = at;
}

/* How often the image has the request; `*at` is where, the last time. */
static int count_of(const uint64_t *image, size_t first, size_t end, int kind, size_t *at) {
    size_t words = kind == REQUEST_STACK_SIZE ? 7 : 6;
    int found = 0;
    for (size_t i = first; i < end; i++)
        if (is_at(image, end, i, ids[kind], 4) && i + words <= end) {
            found++;
            *at = i;
        }
    return found;
}

/* Whether the image can be served; checks what was found if it was accepted. */
static int model(uint64_t *image, size_t count, const struct requests *found, int accepted) {
    size_t first, end, at = 0;
    int serves = 0;
    find_bounds(image, count, &first, &end);
    for (size_t i = first; i < end; i++)
        if (is_at(image, end, i, base_revision, 2) && i + 3 <= end) {
            serves = image[i + 2] >= BASE_REVISION;
            REQUIRE(!accepted || found->base_revision >= image + i);
        }
    for (int kind = 0; kind < REQUEST_KINDS; kind++) {
        int times = count_of(image, first, end, kind, &at);
        serves &= times <= 1;
        if (accepted) {
            void *wanted = times == 0 ? NULL : image + at;
            REQUIRE((void *)found->of[kind] == wanted);
        }
    }
    return serves;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    static struct words words;
    words.count = 0;
    for (size_t i = 0; i < bytes; i++)
        add_piece(&words, data[i]);
    /* A few bytes that make no whole word are not to be looked at. */
    size_t image_bytes = words.count * sizeof(uint64_t);
    uint64_t *image = copy_of(words.words, image_bytes, bytes % 8);
    struct requests requests;
    int accepted = requests_find(image, image_bytes + bytes % 8, &requests) == NULL;
    REQUIRE(model(image, words.count, &requests, accepted) == accepted);
    if (accepted) {
        /* Written to, as the loader does. */
        for (int kind = 0; kind < REQUEST_KINDS; kind++)
            if (requests.of[kind] != NULL)
                requests.of[kind]->response = image;
        requests.base_revision[2] = 0;
        requests_stack_bytes(&requests);
    }
    free(image);
    return 0;
}
