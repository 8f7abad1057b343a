/*
 * The firmware's memory map, which the stub translates and sanitises.
 *
 * Inputs are dense: up to 24 entries, in steps of an eighth of a page, in a
 * window of 32 pages that lies where something can go wrong. The model looks at
 * each page of the window and at a few beyond, and asks each entry about it.
 *
 *     input:  window | stride | entry ...
 *     entry:  type | base | length | twist     a byte each
 */
#include "fuzz.h"

#include "memory_map.h"

#define PAGE 4096
#define STEP (PAGE / 8)
#define WINDOW_PAGES 32
#define ENTRIES_MAX 24

typedef unsigned __int128 wide; /* no address overflows it */

/* Limine's types, the one that wins last. */
static const uint64_t by_rank[] = {
    LIMINE_MEMMAP_USABLE,
    LIMINE_MEMMAP_BOOTLOADER_RECLAIMABLE,
    LIMINE_MEMMAP_ACPI_RECLAIMABLE,
    LIMINE_MEMMAP_ACPI_NVS,
    LIMINE_MEMMAP_RESERVED,
    LIMINE_MEMMAP_BAD_MEMORY,
    LIMINE_MEMMAP_EXECUTABLE_AND_MODULES,
    LIMINE_MEMMAP_FRAMEBUFFER,
};

static int rank_of(uint64_t type) {
    for (int rank = 0; rank < 8; rank++)
        if (by_rank[rank] == type)
            return rank;
    REQUIRE(!"a type that Limine does not have");
    return -1;
}

/* Whether the entry has the page: all of it if it can be allocated, else any. */
static int has_page(const struct limine_memmap_entry *entry, uint64_t page) {
    wide base = entry->base, end = base + entry->length, first = (wide)page * PAGE;
    if (entry->type == LIMINE_MEMMAP_USABLE || entry->type == LIMINE_MEMMAP_BOOTLOADER_RECLAIMABLE)
        return page > 0 && base <= first && first + PAGE <= end;
    return entry->length > 0 && base < first + PAGE && first < end;
}

static void check_page(const struct limine_memmap_entry *in, size_t in_count,
                       const struct limine_memmap_entry *out, size_t out_count, uint64_t page) {
    int wanted = -1, got = -1;
    if (page < MEMORY_MAP_LIMIT / PAGE)
        for (size_t i = 0; i < in_count; i++)
            if (has_page(&in[i], page) && rank_of(in[i].type) > wanted)
                wanted = rank_of(in[i].type);
    for (size_t i = 0; i < out_count; i++)
        if (page >= out[i].base / PAGE && page < (out[i].base + out[i].length) / PAGE) {
            REQUIRE(got == -1);
            got = rank_of(out[i].type);
        }
    REQUIRE(got == wanted);
}

static void check_shape(const struct limine_memmap_entry *out, size_t count) {
    for (size_t i = 0; i < count; i++) {
        REQUIRE(out[i].length > 0 && out[i].length % PAGE == 0 && out[i].base % PAGE == 0);
        REQUIRE(out[i].base < MEMORY_MAP_LIMIT);
        REQUIRE(out[i].length <= MEMORY_MAP_LIMIT - out[i].base);
        if (i > 0) {
            uint64_t end = out[i - 1].base + out[i - 1].length;
            REQUIRE(end < out[i].base || (end == out[i].base && out[i - 1].type != out[i].type));
        }
    }
}

static void check_sanitise(const struct limine_memmap_entry *in, size_t count, uint64_t window) {
    struct limine_memmap_entry *out = copy_of(NULL, 0, 2 * count * sizeof *out);
    uint64_t *edges = copy_of(NULL, 0, 2 * count * sizeof *edges);
    size_t written = memory_map_sanitise(in, count, out, edges);
    REQUIRE(written <= 2 * count);
    check_shape(out, written);
    for (uint64_t page = 0; page < WINDOW_PAGES + 34; page++)
        check_page(in, count, out, written, (window / PAGE + page) % ((uint64_t)1 << 52));
    check_page(in, count, out, written, 0);
    check_page(in, count, out, written, MEMORY_MAP_LIMIT / PAGE - 1);
    check_page(in, count, out, written, UINT64_MAX / PAGE);
    free(edges);
    free(out);
}

/* What UEFI's types become (UEFI 2.10, table 7.10, and the protocol). */
static uint64_t type_of(uint32_t uefi) {
    switch (uefi) {
    case 1: /* loader code and data */
    case 2:
        return LIMINE_MEMMAP_BOOTLOADER_RECLAIMABLE;
    case 3: /* boot services code and data, conventional memory */
    case 4:
    case 7:
        return LIMINE_MEMMAP_USABLE;
    case 8:
        return LIMINE_MEMMAP_BAD_MEMORY;
    case 9:
        return LIMINE_MEMMAP_ACPI_RECLAIMABLE;
    case 10:
        return LIMINE_MEMMAP_ACPI_NVS;
    default:
        return LIMINE_MEMMAP_RESERVED;
    }
}

static struct uefi_memory_descriptor take_descriptor(struct input *input, uint64_t window) {
    struct uefi_memory_descriptor descriptor = {.type = take_byte(input) % 20};
    descriptor.physical_start = window + (uint64_t)take_byte(input) * STEP;
    descriptor.pages = take_byte(input) % 48;
    uint8_t twist = take_byte(input);
    if (twist % 8 == 1)
        descriptor.pages = UINT64_MAX >> twist % 64;
    if (twist % 8 == 2)
        descriptor.type = 0x80000000u + twist;
    return descriptor;
}

/* The map as firmware writes it: descriptors `stride` bytes apart. */
static void fuzz_translation(struct input *input, uint64_t window, size_t stride) {
    size_t count = input->bytes / 4 < ENTRIES_MAX ? input->bytes / 4 : ENTRIES_MAX;
    struct limine_memmap_entry *entries = copy_of(NULL, 0, count * sizeof *entries);
    uint8_t *raw = copy_of(NULL, 0, count * stride + stride / 2);
    for (size_t i = 0; i < count; i++) {
        struct uefi_memory_descriptor descriptor = take_descriptor(input, window);
        memcpy(raw + i * stride, &descriptor, sizeof descriptor);
    }
    REQUIRE(memory_map_translate(raw, count * stride + stride / 2, stride, entries) == count);
    for (size_t i = 0; i < count; i++) {
        struct uefi_memory_descriptor descriptor;
        memcpy(&descriptor, raw + i * stride, sizeof descriptor);
        wide length = (wide)descriptor.pages * PAGE;
        REQUIRE(entries[i].base == descriptor.physical_start);
        REQUIRE(entries[i].length == (length < MEMORY_MAP_LIMIT ? length : MEMORY_MAP_LIMIT));
        REQUIRE(entries[i].type == type_of(descriptor.type));
    }
    check_sanitise(entries, count, window);
    free(raw);
    free(entries);
}

/* Entries as the loader adds them: any type, aligned to nothing. */
static void fuzz_sanitising(struct input *input, uint64_t window) {
    size_t count = input->bytes / 4 < ENTRIES_MAX ? input->bytes / 4 : ENTRIES_MAX;
    struct limine_memmap_entry *entries = copy_of(NULL, 0, count * sizeof *entries);
    for (size_t i = 0; i < count; i++) {
        entries[i].type = take_byte(input) % 8;
        entries[i].base = window + (uint64_t)take_byte(input) * STEP;
        entries[i].length = (uint64_t)take_byte(input) * STEP;
        uint8_t twist = take_byte(input);
        if (twist % 8 == 1)
            entries[i].length = UINT64_MAX >> twist % 64;
        if (twist % 8 == 2)
            entries[i].base += twist;
        if (twist % 8 == 3)
            entries[i].base = UINT64_MAX - twist * STEP;
    }
    check_sanitise(entries, count, window);
    free(entries);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    static const uint64_t windows[] = {
        0,
        0x100000 - 16 * PAGE,
        ((uint64_t)1 << 32) - 16 * PAGE,
        MEMORY_MAP_LIMIT - 16 * PAGE,
        (uint64_t)0 - 16 * PAGE,
    };
    struct input input = {data, bytes};
    uint64_t window = windows[take_byte(&input) % 5];
    uint8_t stride = take_byte(&input) % 4;
    if (stride == 0)
        fuzz_sanitising(&input, window);
    else
        fuzz_translation(&input, window, sizeof(struct uefi_memory_descriptor) + 8 * (stride - 1));
    return 0;
}
