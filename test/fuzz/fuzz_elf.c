/*
 * The executable, which the stub reads, loads and searches for requests: any
 * file at all. The headers are read a second time here, with the structures of
 * <elf.h>.
 */
#include "fuzz.h"

#include <elf.h>

/* <elf.h> names a few numbers like the loader's header does. */
#include "../../iso/stub/elf.h"
#include "requests.h"

#define PAGE 4096

/* Larger images are not loaded: their pages would only cost time. */
#define LOADED_MAX ((size_t)4 << 20)

/* Loadable segments that have any memory, counted from the raw headers. */
static size_t count_segments(const uint8_t *file) {
    Elf64_Ehdr header;
    memcpy(&header, file, sizeof header);
    size_t count = 0;
    for (size_t i = 0; i < header.e_phnum; i++) {
        Elf64_Phdr program;
        memcpy(&program, file + header.e_phoff + i * sizeof program, sizeof program);
        count += program.p_type == PT_LOAD && program.p_memsz != 0;
    }
    return count;
}

static void check_segments(const struct elf_image *image, size_t bytes) {
    int entry_found = 0;
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct elf_segment *a = &image->segments[i];
        REQUIRE(a->memory_bytes > 0 && a->file_bytes <= a->memory_bytes);
        REQUIRE(a->file_bytes <= bytes && a->file_offset <= bytes - a->file_bytes);
        REQUIRE(!(a->writable && a->executable));
        REQUIRE(a->virtual_address >= image->base);
        REQUIRE(a->virtual_address - image->base + a->memory_bytes <= image->bytes);
        uint64_t offset = image->entry - a->virtual_address;
        entry_found |= a->executable && offset < a->memory_bytes;
        for (size_t j = 0; j < i; j++) {
            const struct elf_segment *b = &image->segments[j];
            uint64_t a_first = a->virtual_address / PAGE, b_first = b->virtual_address / PAGE;
            uint64_t a_last = (a->virtual_address + a->memory_bytes - 1) / PAGE;
            uint64_t b_last = (b->virtual_address + b->memory_bytes - 1) / PAGE;
            REQUIRE(a_last < b_first || b_last < a_first);
        }
    }
    REQUIRE(entry_found);
}

/* Loads the image into a block of its size: each byte must be what it should. */
static void check_loading(const uint8_t *file, const struct elf_image *image) {
    uint8_t *memory = copy_of(NULL, 0, image->bytes);
    uint8_t *expected = copy_of(NULL, 0, image->bytes);
    elf_load(file, image, memory);
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct elf_segment *segment = &image->segments[i];
        for (uint64_t at = 0; at < segment->file_bytes; at++)
            expected[segment->virtual_address - image->base + at] = file[segment->file_offset + at];
    }
    REQUIRE(memcmp(memory, expected, image->bytes) == 0);
    struct requests requests;
    if (requests_find(memory, image->bytes, &requests) == NULL)
        requests_stack_bytes(&requests);
    free(expected);
    free(memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    uint8_t *file = copy_of(data, bytes, 0);
    struct elf_image image;
    if (elf_read(file, bytes, &image) == NULL) {
        REQUIRE(image.segment_count == count_segments(file));
        REQUIRE(image.segment_count > 0 && image.segment_count <= ELF_SEGMENTS_MAX);
        REQUIRE(image.base % PAGE == 0 && image.bytes % PAGE == 0 && image.bytes > 0);
        REQUIRE(image.base >= ELF_LOWEST_ADDRESS && image.bytes <= -image.base);
        check_segments(&image, bytes);
        if (image.bytes <= LOADED_MAX)
            check_loading(file, &image);
    }
    free(file);
    return 0;
}
