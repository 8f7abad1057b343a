/*
 * Four-level x86-64 page tables (Intel SDM vol. 3A, 4.5), written before they
 * are used.
 *
 * Built of a pool of zeroed pages, whose virtual and physical addresses are the
 * same while the loader runs. Pure: no firmware, no allocation.
 */

#ifndef STUB_PAGING_H
#define STUB_PAGING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cpu.h"
#include "limine_protocol.h"

#define PAGE_ENTRIES 512

/* Where the higher-half direct map starts: top-level entry 256. */
#define HHDM_OFFSET 0xffff800000000000

/* What a mapping allows beyond reading, and how it is cached. */
#define PAGE_WRITE 1
#define PAGE_EXECUTE 2
#define PAGE_WRITE_COMBINING 4 /* else write-back */

struct paging {
    uint64_t *root;      /* the top-level table */
    uint64_t *pool;      /* zeroed pages that are tables next, root first */
    size_t pool_pages;   /* how many are left */
    bool no_execute;     /* the processor has the NX bit */
    bool gigabyte_pages; /* the processor has 1 GiB pages */
};

/* Takes the root from the pool. False: the pool is empty. */
bool paging_start(struct paging *paging);

/*
 * Maps `bytes` bytes at `virtual_address` to `physical`, in the largest pages
 * that fit; all three are multiples of 4 KiB, and nothing is mapped there yet.
 * False: the pool is empty.
 */
bool paging_map(struct paging *paging, uint64_t virtual_address, uint64_t physical, uint64_t bytes,
                unsigned access);

/*
 * Maps what base revision 3 has in the direct map: of the `count` entries of a
 * sanitised map those that are usable, reclaimable, executable and modules, and
 * framebuffer, the last one write-combining. False: the pool is empty.
 */
bool paging_map_direct(struct paging *paging, const struct limine_memmap_entry *map, size_t count);

/*
 * Pages of pool that are enough for the root, such a direct map with up to
 * `spare_runs` more runs of memory than `map` has, and `executable_bytes` of
 * executable.
 */
size_t paging_pool_pages(const struct paging *paging, const struct limine_memmap_entry *map,
                         size_t count, size_t spare_runs, uint64_t executable_bytes);

#endif
