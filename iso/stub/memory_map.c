/*
 * Sanitising as a sweep: the page-aligned ends of all entries cut the address
 * space into intervals inside which nothing changes; each interval gets the
 * highest-ranking type that covers it. Quadratic in the number of entries, of
 * which firmware has a few hundred.
 */

#include "memory_map.h"

#include <stdbool.h>
#include <string.h>

#include "cpu.h"

/* Rank of the type `type`: where entries overlap the highest wins. */
static const uint8_t rank[] = {
    [LIMINE_MEMMAP_USABLE] = 0,
    [LIMINE_MEMMAP_BOOTLOADER_RECLAIMABLE] = 1,
    [LIMINE_MEMMAP_ACPI_RECLAIMABLE] = 2,
    [LIMINE_MEMMAP_ACPI_NVS] = 3,
    [LIMINE_MEMMAP_RESERVED] = 4,
    [LIMINE_MEMMAP_BAD_MEMORY] = 5,
    [LIMINE_MEMMAP_EXECUTABLE_AND_MODULES] = 6,
    [LIMINE_MEMMAP_FRAMEBUFFER] = 7,
};

/* EFI_MEMORY_TYPE (UEFI 2.10, 7.2.1) to Limine's types. */
static const uint8_t type_of_uefi[] = {
    LIMINE_MEMMAP_RESERVED,               /* EfiReservedMemoryType */
    LIMINE_MEMMAP_BOOTLOADER_RECLAIMABLE, /* EfiLoaderCode */
    LIMINE_MEMMAP_BOOTLOADER_RECLAIMABLE, /* EfiLoaderData */
    LIMINE_MEMMAP_USABLE,                 /* EfiBootServicesCode */
    LIMINE_MEMMAP_USABLE,                 /* EfiBootServicesData */
    LIMINE_MEMMAP_RESERVED,               /* EfiRuntimeServicesCode */
    LIMINE_MEMMAP_RESERVED,               /* EfiRuntimeServicesData */
    LIMINE_MEMMAP_USABLE,                 /* EfiConventionalMemory */
    LIMINE_MEMMAP_BAD_MEMORY,             /* EfiUnusableMemory */
    LIMINE_MEMMAP_ACPI_RECLAIMABLE,       /* EfiACPIReclaimMemory */
    LIMINE_MEMMAP_ACPI_NVS,               /* EfiACPIMemoryNVS */
};

size_t memory_map_translate(const void *descriptors, size_t bytes, size_t stride,
                            struct limine_memmap_entry *entries) {
    size_t count = bytes / stride;
    for (size_t i = 0; i < count; i++) {
        struct uefi_memory_descriptor descriptor;
        memcpy(&descriptor, (const uint8_t *)descriptors + i * stride, sizeof descriptor);
        uint64_t pages = descriptor.pages;
        if (pages > MEMORY_MAP_LIMIT / PAGE_BYTES)
            pages = MEMORY_MAP_LIMIT / PAGE_BYTES;
        entries[i] = (struct limine_memmap_entry){
            .base = descriptor.physical_start,
            .length = pages * PAGE_BYTES,
            .type = descriptor.type < sizeof type_of_uefi ? type_of_uefi[descriptor.type]
                                                          : LIMINE_MEMMAP_RESERVED,
        };
    }
    return count;
}

/* The pages of `entry` as [*first, *end) in bytes; may be none. */
static void page_bounds(const struct limine_memmap_entry *entry, uint64_t *first, uint64_t *end) {
    uint64_t limit = MEMORY_MAP_LIMIT;
    uint64_t base = entry->base < limit ? entry->base : limit;
    uint64_t room = limit - base;
    uint64_t stop = base + (entry->length < room ? entry->length : room);
    uint64_t mask = PAGE_BYTES - 1;
    if (entry->type == LIMINE_MEMMAP_USABLE ||
        entry->type == LIMINE_MEMMAP_BOOTLOADER_RECLAIMABLE) {
        base = base < PAGE_BYTES ? PAGE_BYTES : base;
        *first = (base + mask) & ~mask;
        *end = stop & ~mask;
    } else {
        *first = base & ~mask;
        *end = entry->length == 0 ? *first : (stop + mask) & ~mask;
    }
}

/* Sorts `count` numbers; firmware's are nearly sorted, so by insertion. */
static void sort(uint64_t *numbers, size_t count) {
    for (size_t i = 1; i < count; i++) {
        uint64_t number = numbers[i];
        size_t at = i;
        for (; at > 0 && numbers[at - 1] > number; at--)
            numbers[at] = numbers[at - 1];
        numbers[at] = number;
    }
}

/* Finds the type of [first, end), which no entry covers in part. */
static bool type_of_interval(const struct limine_memmap_entry *in, size_t count, uint64_t first,
                             uint64_t end, uint64_t *type) {
    bool covered = false;
    for (size_t i = 0; i < count; i++) {
        uint64_t entry_first;
        uint64_t entry_end;
        page_bounds(&in[i], &entry_first, &entry_end);
        if (entry_first <= first && end <= entry_end &&
            (!covered || rank[in[i].type] > rank[*type])) {
            *type = in[i].type;
            covered = true;
        }
    }
    return covered;
}

size_t memory_map_sanitise(const struct limine_memmap_entry *in, size_t count,
                           struct limine_memmap_entry *out, uint64_t *edges) {
    for (size_t i = 0; i < count; i++)
        page_bounds(&in[i], &edges[2 * i], &edges[2 * i + 1]);
    sort(edges, 2 * count);

    size_t written = 0;
    for (size_t i = 1; i < 2 * count; i++) {
        uint64_t type;
        if (edges[i - 1] == edges[i] || !type_of_interval(in, count, edges[i - 1], edges[i], &type))
            continue;
        if (written > 0 && out[written - 1].type == type &&
            out[written - 1].base + out[written - 1].length == edges[i - 1]) {
            out[written - 1].length += edges[i] - edges[i - 1];
        } else {
            out[written++] = (struct limine_memmap_entry){
                .base = edges[i - 1],
                .length = edges[i] - edges[i - 1],
                .type = type,
            };
        }
    }
    return written;
}
