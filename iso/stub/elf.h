/*
 * The executable: a static x86-64 ELF file linked into the top 2 GiB.
 *
 * `elf_read` trusts nothing in the file; what it accepts can be loaded and
 * mapped as described without further checks. Pure: no firmware, no allocation.
 */

#ifndef STUB_ELF_H
#define STUB_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ELF_SEGMENTS_MAX 16

/* Lowest address at which the Limine protocol lets an executable lie. */
#define ELF_LOWEST_ADDRESS 0xffffffff80000000

/* A loadable segment. No two share a page; none is writable and executable. */
struct elf_segment {
    uint64_t virtual_address;
    uint64_t memory_bytes; /* not 0; the part after `file_bytes` is zeroed */
    uint64_t file_offset;
    uint64_t file_bytes; /* at most `memory_bytes`, inside the file */
    bool writable;
    bool executable;
};

struct elf_image {
    uint64_t entry; /* in an executable segment */
    uint64_t base;  /* lowest page of all segments */
    uint64_t bytes; /* from there to the end of the last page */
    size_t segment_count;
    struct elf_segment segments[ELF_SEGMENTS_MAX];
};

/* Reads the headers of a file into `image`; null, or why it is refused. */
const char *elf_read(const void *file, size_t bytes, struct elf_image *image);

/* Loads the segments of an accepted file into `image->bytes` zeroed bytes. */
void elf_load(const void *file, const struct elf_image *image, void *memory);

#endif
