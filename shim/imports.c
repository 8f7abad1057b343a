#include "imports.h"

#include <string.h>

#include "clock.h"
#include "console.h"
#include "cpu.h"
#include "linear_memory.h"

#define CPU_FEATURE_NX 1
#define CPU_FEATURE_PAGES_1G 2

static const struct boot_info *boot;

void imports_init(const struct boot_info *info) { boot = info; }

void shim_console_write(const char *text, uint32_t bytes) { console_write(text, bytes); }

int32_t shim_memmap_entry(uint32_t index, void *out) {
    struct memory_map_entry entry;
    if (!boot_info_memory_map(index, &entry))
        return 0;
    memcpy(out, &entry, sizeof entry);
    return 1;
}

int32_t shim_boot_region(uint32_t kind, void *out) {
    if (kind >= REGION_KINDS || boot->regions[kind].length == 0)
        return 0;
    memcpy(out, &boot->regions[kind], sizeof boot->regions[kind]);
    return 1;
}

int32_t shim_boot_options(char *out, uint32_t capacity) {
    size_t length = strlen(boot_info_options());
    memcpy(out, boot_info_options(), length < capacity ? length : capacity);
    return (int32_t)length;
}

static volatile uint64_t *physical(uint64_t address) {
    return (volatile uint64_t *)(boot->hhdm_offset + address);
}

uint64_t shim_phys_load(uint64_t address) { return *physical(address); }

void shim_phys_store(uint64_t address, uint64_t value) { *physical(address) = value; }

void shim_phys_fill(uint64_t address, uint64_t bytes, int32_t value) {
    fill_memory((void *)physical(address), (uint8_t)value, bytes);
}

uint64_t shim_page_root(void) { return read_cr3() & PAGE_ADDRESS; }

/* With tables of its own the kernel may reuse the loader's memory. */
void shim_set_page_root(uint64_t address) {
    write_cr3(address);
    boot_info_forget();
}

void shim_flush_page(uint64_t address) { invalidate_page(address); }

int32_t shim_commit_linear_memory(uint64_t address, uint64_t bytes) {
    return linear_memory_commit(address, bytes);
}

int32_t shim_cpu_features(void) {
    uint32_t edx = cpuid(CPUID_EXTENDED).edx;
    return (edx & CPUID_NX ? CPU_FEATURE_NX : 0) |
           (edx & CPUID_PAGES_1G ? CPU_FEATURE_PAGES_1G : 0);
}

uint64_t shim_clock(void) { return clock_nanoseconds(); }

_Noreturn void shim_exit(int32_t status) { machine_end(status); }
