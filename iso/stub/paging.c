/*
 * Entries of all levels have one shape:
 *
 *     63   62..52  51..12    11..8  7     6..5  4    3    2..1   0
 *     | NX | 0    | address | 0    | PS* | 0   | 0 | PWT | 0 W | present |
 *
 * Bit 7 makes an entry of level 1 or 2 a large page; in level 0, where every
 * entry is a page, it is the PAT bit, which large pages have in bit 12.
 */

#include "paging.h"

#define ENTRY_PRESENT ((uint64_t)1 << 0)
#define ENTRY_WRITE ((uint64_t)1 << 1)
#define ENTRY_WRITE_THROUGH ((uint64_t)1 << 3)
#define ENTRY_LARGE ((uint64_t)1 << 7)
#define ENTRY_PAT ((uint64_t)1 << 7)
#define ENTRY_PAT_LARGE ((uint64_t)1 << 12)
#define ENTRY_NO_EXECUTE ((uint64_t)1 << 63)

#define TOP_LEVEL 3

/* Bytes that one entry of a level maps: 4 KiB, 2 MiB, 1 GiB, 512 GiB. */
static uint64_t entry_bytes(int level) { return (uint64_t)PAGE_BYTES << 9 * level; }

static uint64_t *take_table(struct paging *paging) {
    if (paging->pool_pages == 0)
        return NULL;
    uint64_t *table = paging->pool;
    paging->pool += PAGE_ENTRIES;
    paging->pool_pages--;
    return table;
}

bool paging_start(struct paging *paging) {
    paging->root = take_table(paging);
    return paging->root != NULL;
}

/*
 * The entry of `level` for an address, with the tables above it; null if the
 * pool is empty. Tables allow everything: the last entry decides.
 */
static uint64_t *find_entry(struct paging *paging, uint64_t virtual_address, int level) {
    uint64_t *table = paging->root;
    for (int above = TOP_LEVEL;; above--) {
        size_t index = virtual_address / entry_bytes(above) % PAGE_ENTRIES;
        if (above == level)
            return &table[index];
        if (table[index] == 0) {
            uint64_t *next = take_table(paging);
            if (!next)
                return NULL;
            table[index] = (uintptr_t)next | ENTRY_WRITE | ENTRY_PRESENT;
        }
        table = (uint64_t *)(uintptr_t)(table[index] & PAGE_ADDRESS);
    }
}

/* All bits but the address of a page of `level`. */
static uint64_t page_bits(const struct paging *paging, unsigned access, int level) {
    uint64_t bits = ENTRY_PRESENT;
    if (access & PAGE_WRITE)
        bits |= ENTRY_WRITE;
    if (!(access & PAGE_EXECUTE) && paging->no_execute)
        bits |= ENTRY_NO_EXECUTE;
    if (level > 0)
        bits |= ENTRY_LARGE;
    if (access & PAGE_WRITE_COMBINING) {
        /* PAT entry 5 = PAT bit and PWT; the protocol puts WC there. */
        bits |= ENTRY_WRITE_THROUGH | (level > 0 ? ENTRY_PAT_LARGE : ENTRY_PAT);
    }
    return bits;
}

bool paging_map(struct paging *paging, uint64_t virtual_address, uint64_t physical, uint64_t bytes,
                unsigned access) {
    while (bytes > 0) {
        int level = paging->gigabyte_pages ? 2 : 1;
        while ((virtual_address | physical) % entry_bytes(level) != 0 || bytes < entry_bytes(level))
            level--;
        uint64_t *entry = find_entry(paging, virtual_address, level);
        if (!entry)
            return false;
        *entry = physical | page_bits(paging, access, level);
        virtual_address += entry_bytes(level);
        physical += entry_bytes(level);
        bytes -= entry_bytes(level);
    }
    return true;
}

/* The access that the direct map gives to memory of a type; 0 is no mapping. */
static unsigned access_of_type(uint64_t type) {
    switch (type) {
    case LIMINE_MEMMAP_USABLE:
    case LIMINE_MEMMAP_BOOTLOADER_RECLAIMABLE:
    case LIMINE_MEMMAP_EXECUTABLE_AND_MODULES:
        return PAGE_WRITE | PAGE_EXECUTE;
    case LIMINE_MEMMAP_FRAMEBUFFER:
        return PAGE_WRITE | PAGE_EXECUTE | PAGE_WRITE_COMBINING;
    default:
        return 0;
    }
}

/*
 * The next run of memory mapped alike, from entry `*at` on: neighbours count as
 * one. Moves `*at` past it; 0 when there is none left, else its access.
 */
static unsigned next_run(const struct limine_memmap_entry *map, size_t count, size_t *at,
                         uint64_t *base, uint64_t *bytes) {
    while (*at < count && access_of_type(map[*at].type) == 0)
        ++*at;
    if (*at == count)
        return 0;
    unsigned access = access_of_type(map[*at].type);
    *base = map[*at].base;
    *bytes = 0;
    while (*at < count && map[*at].base == *base + *bytes &&
           access_of_type(map[*at].type) == access) {
        *bytes += map[*at].length;
        ++*at;
    }
    return access;
}

bool paging_map_direct(struct paging *paging, const struct limine_memmap_entry *map, size_t count) {
    size_t at = 0;
    uint64_t base;
    uint64_t bytes;
    unsigned access;
    while ((access = next_run(map, count, &at, &base, &bytes)) != 0)
        if (!paging_map(paging, HHDM_OFFSET + base, base, bytes, access))
            return false;
    return true;
}

/*
 * Tables that mapping so many bytes in the largest pages takes at most. Each of
 * the two ends may need one table of each level for itself.
 */
static size_t tables_bound(const struct paging *paging, uint64_t bytes) {
    size_t tables = 2 * TOP_LEVEL + bytes / entry_bytes(TOP_LEVEL);
    if (!paging->gigabyte_pages)
        tables += bytes / entry_bytes(2);
    return tables;
}

size_t paging_pool_pages(const struct paging *paging, const struct limine_memmap_entry *map,
                         size_t count, size_t spare_runs, uint64_t executable_bytes) {
    size_t at = 0;
    uint64_t base;
    uint64_t bytes;
    size_t pages = 1 + spare_runs * tables_bound(paging, 0);
    while (next_run(map, count, &at, &base, &bytes) != 0)
        pages += tables_bound(paging, bytes);
    /* The executable may have to be mapped in 4 KiB pages throughout. */
    return pages + tables_bound(paging, executable_bytes) + executable_bytes / entry_bytes(1);
}
