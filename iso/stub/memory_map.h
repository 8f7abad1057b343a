/*
 * The memory map that the kernel gets, made of the one that UEFI has.
 *
 * Input may be unsorted, overlapping, unaligned, empty or wrapping around the
 * address space. Output is sorted, disjoint, 4 KiB aligned and as coarse as the
 * types allow: no two neighbours of one type touch. Pure: no firmware, no
 * allocation.
 */

#ifndef STUB_MEMORY_MAP_H
#define STUB_MEMORY_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "limine_protocol.h"

/*
 * What lies above 64 TiB is left out: the direct map of four-level paging has
 * no room for it.
 */
#define MEMORY_MAP_LIMIT ((uint64_t)1 << 46)

/* EFI_MEMORY_DESCRIPTOR (UEFI 2.10, 7.2.3). Descriptors may be longer. */
struct uefi_memory_descriptor {
    uint32_t type;
    uint32_t padding;
    uint64_t physical_start;
    uint64_t virtual_start;
    uint64_t pages;
    uint64_t attributes;
};

/*
 * Translates `bytes` of descriptors that lie `stride` bytes apart, `stride` at
 * least sizeof(struct uefi_memory_descriptor). Boot services are over: their
 * memory counts as usable, what the loader allocated as reclaimable.
 *
 * Writes bytes / stride entries and returns how many these are.
 */
size_t memory_map_translate(const void *descriptors, size_t bytes, size_t stride,
                            struct limine_memmap_entry *entries);

/*
 * Sanitises `count` entries at `in` into `out`, which has room for
 * 2 * count; `edges` is room to work in for 2 * count numbers. Returns the
 * number of entries written.
 *
 * Usable and reclaimable entries shrink to whole pages and lose page 0, all
 * others grow to whole pages. Where entries overlap the most restrictive type
 * wins, except that the framebuffer and the files loaded are known better by
 * the loader than by the firmware's map.
 */
size_t memory_map_sanitise(const struct limine_memmap_entry *in, size_t count,
                           struct limine_memmap_entry *out, uint64_t *edges);

#endif
