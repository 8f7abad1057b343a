#include "imports.h"

#include <string.h>

#include "calendar.h"
#include "clock.h"
#include "console.h"
#include "cpu.h"
#include "linear_memory.h"
#include "program_memory.h"
#include "random.h"
#include "screen.h"

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
    screen_keep(address);
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

int32_t shim_commit_program(uint32_t range, uint64_t address, uint64_t bytes) {
    return program_commit(range, address, bytes);
}

int32_t shim_program_load(uint32_t from, void *to, uint32_t bytes) {
    const void *source = program_bytes(from, bytes);
    if (!source)
        return -1;
    memcpy(to, source, bytes);
    return 0;
}

int32_t shim_program_store(uint32_t to, const void *from, uint32_t bytes) {
    void *target = program_bytes(to, bytes);
    if (!target)
        return -1;
    memcpy(target, from, bytes);
    return 0;
}

int32_t shim_phys_to_program(uint64_t address, uint32_t to, uint32_t bytes) {
    return shim_program_store(to, (const void *)physical(address), bytes);
}

int32_t shim_program_to_phys(uint32_t from, uint64_t address, uint32_t bytes) {
    return shim_program_load(from, (void *)physical(address), bytes);
}

/* Output and errors are one console. */
int32_t shim_program_write(uint32_t stream, uint32_t from, uint32_t bytes) {
    const char *text = program_bytes(from, bytes);
    if (!text)
        return -1;
    console_write(text, bytes);
    return 0;
}

void shim_program_exit(uint32_t status) { program_exit(status); }

int32_t shim_boot_file(uint32_t index, void *out) {
    if (index >= boot->file_count)
        return 0;
    const struct boot_file *file = &boot->files[index];
    uint64_t record[3] = {file->bytes, file->cmdline_bytes, file->address - boot->hhdm_offset};
    memcpy(out, record, sizeof record);
    return 1;
}

int32_t shim_boot_file_cmdline(uint32_t index, void *out, uint32_t capacity) {
    if (index >= boot->file_count)
        return 0;
    uint32_t bytes = boot->files[index].cmdline_bytes;
    memcpy(out, boot->files[index].cmdline, bytes < capacity ? bytes : capacity);
    return (int32_t)bytes;
}

int32_t shim_boot_file_to_program(uint32_t index, uint64_t offset, uint32_t to, uint32_t bytes) {
    void *target = program_bytes(to, bytes);
    if (!target || index >= boot->file_count)
        return -1;
    const struct boot_file *file = &boot->files[index];
    if (offset > file->bytes || bytes > file->bytes - offset)
        return -1;
    memcpy(target, (const void *)(file->address + offset), bytes);
    return 0;
}

int32_t shim_console_read(void) { return console_read(); }

uint64_t shim_real_time(void) { return calendar_nanoseconds(); }

uint64_t shim_random(void) { return random_number(); }
