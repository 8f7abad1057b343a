#include "page_walk.h"

#include "cpu.h"

/* Bits of an entry (Intel SDM vol. 3A, tables 4-15 to 4-20). */
#define ENTRY_PRESENT 1
#define ENTRY_WRITE 2
#define ENTRY_LARGE 0x80

/* Bits of an address above those that an entry of the top level, and of the last, chooses by. */
#define TOP_SHIFT 39
#define PAGE_SHIFT 12
#define LEVEL_BITS 9

/* Bits of an address that all are the same, or there is no such address. */
#define SIGN_SHIFT 47

/* Bytes of the page at `address`; 0 if it cannot be written. */
static uint64_t writable_page(uint64_t root, uint64_t hhdm_offset, uint64_t address) {
    uint64_t table = root & PAGE_ADDRESS;
    for (unsigned shift = TOP_SHIFT;; shift -= LEVEL_BITS) {
        const uint64_t *entries = (const uint64_t *)(hhdm_offset + table);
        uint64_t entry = entries[address >> shift & ((1 << LEVEL_BITS) - 1)];
        if (!(entry & ENTRY_PRESENT) || !(entry & ENTRY_WRITE))
            return 0;
        if (shift == PAGE_SHIFT || (shift < TOP_SHIFT && entry & ENTRY_LARGE))
            return (uint64_t)1 << shift;
        table = entry & PAGE_ADDRESS;
    }
}

bool pages_writable(uint64_t root, uint64_t hhdm_offset, uint64_t address, uint64_t bytes) {
    uint64_t last = address + bytes - 1;
    int64_t half = (int64_t)address >> SIGN_SHIFT;
    if (bytes == 0 || last < address || (half != 0 && half != -1) ||
        (int64_t)last >> SIGN_SHIFT != half)
        return false;
    for (;;) {
        uint64_t page = writable_page(root, hhdm_offset, address);
        if (!page)
            return false;
        address |= page - 1;
        if (address >= last)
            return true;
        address++;
    }
}
