/*
 * The page tables that the stub builds, for any sanitised memory map.
 *
 * The pool is as large as the loader would make it, and each address is walked
 * as the processor would (Intel SDM vol. 3A, 4.5.4): both ends of each entry
 * and of the executable.
 *
 *     input:  flags | executable's page, frame, pages | entry ...
 *     entry:  shape | gap | length              a byte each
 */
#include "fuzz.h"

#include <sanitizer/asan_interface.h>

#include "paging.h"

#define ENTRIES_MAX 16
#define SPARE_RUNS 2

/* More tables than this only cost time. */
#define POOL_MAX 160

/* From one checked address of the executable to the next: odd, and no page. */
#define STRIDE 0x5123

/* A page as the processor finds it; `entry` 0 is none. */
struct page {
    uint64_t entry;
    uint64_t bytes;
};

static struct page walk(const uint64_t *table, uint64_t address) {
    for (int shift = 39;; shift -= 9) {
        uint64_t entry = table[address >> shift & 511], bytes = (uint64_t)1 << shift;
        if (!(entry & 1))
            return (struct page){0, bytes};
        if (shift == 12 || (shift < 39 && (entry & 0x80)))
            return (struct page){entry, bytes};
        REQUIRE((entry & 0xfff) == 3 && !(entry >> 63)); /* tables allow all */
        table = (const uint64_t *)(uintptr_t)(entry & 0x000ffffffffff000);
    }
}

static uint64_t frame_of(struct page page) {
    return page.entry & 0x000ffffffffff000 & ~(page.bytes - 1);
}

static void check_direct(const struct paging *paging, const struct limine_memmap_entry *entry,
                         uint64_t offset) {
    uint64_t physical = entry->base + offset;
    struct page page = walk(paging->root, HHDM_OFFSET + physical);
    int mapped = entry->type == LIMINE_MEMMAP_USABLE ||
                 entry->type == LIMINE_MEMMAP_BOOTLOADER_RECLAIMABLE ||
                 entry->type == LIMINE_MEMMAP_EXECUTABLE_AND_MODULES ||
                 entry->type == LIMINE_MEMMAP_FRAMEBUFFER;
    REQUIRE((page.entry != 0) == mapped);
    if (!mapped)
        return;
    REQUIRE(frame_of(page) + (physical & (page.bytes - 1)) == physical);
    REQUIRE(page.bytes < (uint64_t)1 << 30 || paging->gigabyte_pages);
    /* Writable; executable, which the protocol allows; cached as it should. */
    REQUIRE((page.entry & 2) && !(page.entry >> 63));
    uint64_t pat = page.bytes == PAGE_BYTES ? 1 << 7 : 1 << 12;
    uint64_t combining = pat | 1 << 3; /* PAT entry 5 */
    uint64_t wanted = entry->type == LIMINE_MEMMAP_FRAMEBUFFER ? combining : 0;
    REQUIRE((page.entry & (combining | 1 << 4)) == wanted);
}

/* The executable: `bytes` bytes at `first`, whose frames start at `physical`. */
struct image {
    uint64_t first;
    uint64_t physical;
    uint64_t bytes;
    unsigned access;
};

static void check_image(const struct paging *paging, const struct image *image) {
    uint64_t first = image->first, bytes = image->bytes;
    for (uint64_t next = 0; next < bytes + STRIDE; next += STRIDE) {
        uint64_t offset = next < bytes ? next : bytes - 1;
        struct page page = walk(paging->root, first + offset);
        REQUIRE(page.entry != 0);
        REQUIRE(frame_of(page) + ((first + offset) & (page.bytes - 1)) == image->physical + offset);
        REQUIRE(((page.entry & 2) != 0) == ((image->access & PAGE_WRITE) != 0));
        int no_execute = paging->no_execute && !(image->access & PAGE_EXECUTE);
        REQUIRE((page.entry >> 63) == (uint64_t)no_execute);
    }
    REQUIRE(walk(paging->root, first - 1).entry == 0);
    REQUIRE(first + bytes == 0 || walk(paging->root, first + bytes).entry == 0);
}

/* A sorted, disjoint, page-aligned map, as `memory_map_sanitise` leaves one. */
static size_t take_map(struct input *input, struct limine_memmap_entry *map) {
    static const uint64_t units[] = {PAGE_BYTES, 1 << 21, 1 << 30, (uint64_t)1 << 39};
    uint64_t at = PAGE_BYTES;
    size_t count = 0;
    while (input->bytes > 0 && count < ENTRIES_MAX) {
        uint8_t shape = take_byte(input);
        uint64_t unit = units[(shape >> 3) % 4];
        at += (shape & 0x20 ? 0 : take_byte(input)) * (uint64_t)PAGE_BYTES;
        if (shape & 0x40)
            at = (at + unit - 1) & ~(unit - 1);
        uint64_t length = (take_byte(input) % 4 + 1) * unit;
        if (shape & 0x80)
            length += 5 * PAGE_BYTES;
        if (at + length > (uint64_t)1 << 46)
            break;
        map[count++] = (struct limine_memmap_entry){at, length, shape % 8};
        at += length;
    }
    return count;
}

static int map_all(struct paging *paging, const struct limine_memmap_entry *map, size_t count,
                   const struct image *image) {
    return paging_start(paging) && paging_map_direct(paging, map, count) &&
           paging_map(paging, image->first, image->physical, image->bytes, image->access);
}

/*
 * Maps all with `pages` pages of pool, beyond which AddressSanitizer watches,
 * and checks the outcome. Returns how many of them became tables.
 */
static size_t run(struct paging paging, size_t pages, int enough,
                  const struct limine_memmap_entry *map, size_t count, const struct image *image) {
    static _Alignas(PAGE_BYTES) uint64_t pool[POOL_MAX + 1][PAGE_ENTRIES];
    size_t beyond = (POOL_MAX + 1 - pages) * sizeof *pool;
    paging.pool = pool[0];
    paging.pool_pages = pages;
    ASAN_POISON_MEMORY_REGION(pool[pages], beyond);
    REQUIRE(map_all(&paging, map, count, image) == enough);
    for (size_t i = 0; enough && i < count; i++) {
        check_direct(&paging, &map[i], 0);
        check_direct(&paging, &map[i], map[i].length - 1);
        check_direct(&paging, &map[i], map[i].length / 2);
    }
    if (enough)
        check_image(&paging, image);
    size_t used = pages - paging.pool_pages;
    ASAN_UNPOISON_MEMORY_REGION(pool[pages], beyond);
    memset(pool, 0, used * sizeof *pool);
    return used;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    static const unsigned accesses[] = {0, PAGE_WRITE, PAGE_EXECUTE};
    struct input input = {data, bytes};
    struct limine_memmap_entry map[ENTRIES_MAX];
    uint8_t flags = take_byte(&input);
    struct image image = {
        .first = 0xffffffff80000000 + take_number(&input, 2) * PAGE_BYTES,
        .physical = take_number(&input, 2) * PAGE_BYTES,
        .bytes = ((take_number(&input, 2) % 1024 >> flags / 32) + 1) * PAGE_BYTES,
        .access = accesses[flags / 4 % 3],
    };
    size_t count = take_map(&input, map);

    struct paging paging = {.no_execute = flags & 1, .gigabyte_pages = flags & 2};
    size_t pages = paging_pool_pages(&paging, map, count, SPARE_RUNS, image.bytes);
    if (pages > POOL_MAX)
        return 0;
    size_t used = run(paging, pages, 1, map, count, &image);
    run(paging, used, 1, map, count, &image);
    run(paging, used - 1, 0, map, count, &image);
    return 0;
}
