#include "guard.h"

#include "console.h"
#include "cpu.h"
#include "linear_memory.h"
#include "wasm_memory.h"

/* Bits of an entry (Intel SDM vol. 3A, tables 4-15 to 4-20). */
#define ENTRY_PRESENT 1
#define ENTRY_WRITE 2
#define ENTRY_NO_EXECUTE (1ull << 63)

#define TABLE_ENTRIES 512
#define TOP_ENTRY_SHIFT 39
#define HIGHER_HALF 0xffff000000000000

/* Tried from the last one down: a loader's direct map begins at 256, and the kernel tries 384
 * first. */
#define FIRST_CHOICE 257
#define LAST_CHOICE 383

/* The tables of the three levels below the top, each of which uses its first entries. */
static _Alignas(PAGE_BYTES) uint64_t tables[3][TABLE_ENTRIES];

static uint64_t hhdm_offset;

/* The top-level entry, its place, and the address that this comes to. */
static uint64_t entry;
static size_t place;
static char *mapped;

static uint64_t *top_table(uint64_t root) {
    return (uint64_t *)(hhdm_offset + (root & PAGE_ADDRESS));
}

char *guard_map(const struct boot_info *info) {
    const struct boot_region *image = &info->regions[REGION_IMAGE_DATA];
    uint64_t to_physical = image->physical - image->virtual;
    uint64_t no_execute = cpuid(CPUID_EXTENDED).edx & CPUID_NX ? ENTRY_NO_EXECUTE : 0;
    for (size_t i = 0; i < FIRST_LINEAR_BYTES / PAGE_BYTES; i++)
        tables[0][i] = ((uint64_t)first_linear_memory.data + i * PAGE_BYTES + to_physical) |
                       ENTRY_PRESENT | ENTRY_WRITE | no_execute;
    tables[1][0] = ((uint64_t)tables[0] + to_physical) | ENTRY_PRESENT | ENTRY_WRITE;
    tables[2][0] = ((uint64_t)tables[1] + to_physical) | ENTRY_PRESENT | ENTRY_WRITE;
    entry = ((uint64_t)tables[2] + to_physical) | ENTRY_PRESENT | ENTRY_WRITE;

    hhdm_offset = info->hhdm_offset;
    uint64_t *top = top_table(read_cr3());
    place = LAST_CHOICE;
    while (top[place] & ENTRY_PRESENT)
        if (--place < FIRST_CHOICE)
            panic("shim", ERROR_BOOT_PROTOCOL,
                  "the boot loader's page tables leave no top-level entry for linear memory");
    top[place] = entry;
    mapped = (char *)(HIGHER_HALF | (uint64_t)place << TOP_ENTRY_SHIFT);
    return mapped;
}

void guard_keep(uint64_t root) {
    if (wasm_memory_data() == mapped)
        top_table(root)[place] = entry;
}
