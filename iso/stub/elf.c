/*
 * Reading and loading ELF64 (System V ABI, chapters 4 and 5).
 */

#include "elf.h"

#include <string.h>

#include "cpu.h"

/* The last page of the address space stays free, so that ends never wrap. */
#define ADDRESS_END 0xfffffffffffff000

/* Values of the ELF specification that a file must or may have. */
#define ELF_MAGIC                                                                                  \
    "\x7f"                                                                                         \
    "ELF"
#define CLASS_64 2
#define DATA_LITTLE_ENDIAN 1
#define TYPE_EXECUTABLE 2
#define MACHINE_X86_64 62
#define SEGMENT_LOAD 1
#define FLAG_EXECUTE 1
#define FLAG_WRITE 2

struct file_header {
    uint8_t magic[4];
    uint8_t class;
    uint8_t data;
    uint8_t ignored[10];
    uint16_t type;
    uint16_t machine;
    uint32_t version;
    uint64_t entry;
    uint64_t program_offset;
    uint64_t section_offset;
    uint32_t flags;
    uint16_t header_bytes;
    uint16_t program_entry_bytes;
    uint16_t program_count;
    uint16_t section_fields[3];
};

struct program_header {
    uint32_t type;
    uint32_t flags;
    uint64_t offset;
    uint64_t virtual_address;
    uint64_t physical_address;
    uint64_t file_bytes;
    uint64_t memory_bytes;
    uint64_t alignment;
};

static uint64_t first_page(const struct elf_segment *segment) {
    return segment->virtual_address / PAGE_BYTES;
}

static uint64_t last_page(const struct elf_segment *segment) {
    return (segment->virtual_address + segment->memory_bytes - 1) / PAGE_BYTES;
}

/* Checks one loadable segment and adds it; null, or why it is refused. */
static const char *add_segment(const struct program_header *header, size_t bytes,
                               struct elf_image *image) {
    if (header->file_bytes > bytes || header->offset > bytes - header->file_bytes)
        return "truncated: a segment lies outside the file";
    if (header->file_bytes > header->memory_bytes)
        return "a segment is larger in the file than in memory";
    if (header->virtual_address < ELF_LOWEST_ADDRESS || header->virtual_address > ADDRESS_END ||
        header->memory_bytes > ADDRESS_END - header->virtual_address)
        return "a segment is not linked at 0xffffffff80000000 or above";
    bool writable = (header->flags & FLAG_WRITE) != 0;
    bool executable = (header->flags & FLAG_EXECUTE) != 0;
    if (writable && executable)
        return "a segment is writable and executable";
    if (image->segment_count == ELF_SEGMENTS_MAX)
        return "more than 16 loadable segments";
    struct elf_segment *added = &image->segments[image->segment_count];
    *added = (struct elf_segment){
        .virtual_address = header->virtual_address,
        .memory_bytes = header->memory_bytes,
        .file_offset = header->offset,
        .file_bytes = header->file_bytes,
        .writable = writable,
        .executable = executable,
    };
    for (size_t i = 0; i < image->segment_count; i++)
        if (first_page(added) <= last_page(&image->segments[i]) &&
            first_page(&image->segments[i]) <= last_page(added))
            return "two segments share a page: align them to 4096 bytes";
    image->segment_count++;
    return NULL;
}

/* Sets the image's bounds and checks its entry point against the segments. */
static const char *finish(struct elf_image *image) {
    uint64_t first = UINT64_MAX;
    uint64_t last = 0;
    bool entry_found = false;
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct elf_segment *segment = &image->segments[i];
        first = first_page(segment) < first ? first_page(segment) : first;
        last = last_page(segment) > last ? last_page(segment) : last;
        entry_found |= segment->executable && image->entry >= segment->virtual_address &&
                       image->entry - segment->virtual_address < segment->memory_bytes;
    }
    if (!entry_found)
        return "the entry point is not in an executable segment";
    image->base = first * PAGE_BYTES;
    image->bytes = (last - first + 1) * PAGE_BYTES;
    return NULL;
}

const char *elf_read(const void *file, size_t bytes, struct elf_image *image) {
    struct file_header header;
    memset(image, 0, sizeof *image);
    if (bytes < sizeof header)
        return "truncated: too short for an ELF header";
    memcpy(&header, file, sizeof header);
    if (memcmp(header.magic, ELF_MAGIC, sizeof header.magic) != 0)
        return "not an ELF file";
    if (header.class != CLASS_64 || header.data != DATA_LITTLE_ENDIAN ||
        header.machine != MACHINE_X86_64)
        return "not an ELF file for x86-64";
    if (header.type != TYPE_EXECUTABLE)
        return "not a static executable: link it with -static -no-pie";
    if (header.program_entry_bytes != sizeof(struct program_header))
        return "program headers of an unknown size";
    uint64_t table_bytes = (uint64_t)header.program_count * sizeof(struct program_header);
    if (table_bytes > bytes || header.program_offset > bytes - table_bytes)
        return "truncated: the program headers lie outside the file";
    image->entry = header.entry;
    const uint8_t *table = (const uint8_t *)file + header.program_offset;
    for (size_t i = 0; i < header.program_count; i++) {
        struct program_header program;
        memcpy(&program, table + i * sizeof program, sizeof program);
        if (program.type == SEGMENT_LOAD && program.memory_bytes != 0) {
            const char *reason = add_segment(&program, bytes, image);
            if (reason)
                return reason;
        }
    }
    return finish(image);
}

void elf_load(const void *file, const struct elf_image *image, void *memory) {
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct elf_segment *segment = &image->segments[i];
        memcpy((uint8_t *)memory + (segment->virtual_address - image->base),
               (const uint8_t *)file + segment->file_offset, segment->file_bytes);
    }
}
