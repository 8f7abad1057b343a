#include "imports.h"

#include <string.h>

#include "clock.h"
#include "console.h"
#include "cpu.h"
#include "linear_memory.h"

#define CPU_FEATURE_NX 1
#define CPU_FEATURE_PAGES_1G 2

static const struct boot_info *boot;

/*
 * Each function takes its arguments from `_sp` in order (wasm3's m3ApiGetArg)
 * and traps where a pointer leaves linear memory.
 */

m3ApiRawFunction(import_console_write) {
    m3ApiGetArgMem(const char *, text);
    m3ApiGetArg(uint32_t, bytes);
    m3ApiCheckMem(text, bytes);
    console_write(text, bytes);
    m3ApiSuccess();
}

m3ApiRawFunction(import_memmap_entry) {
    m3ApiReturnType(int32_t);
    m3ApiGetArg(uint32_t, index);
    m3ApiGetArgMem(void *, out);
    struct memory_map_entry entry;
    m3ApiCheckMem(out, sizeof entry);
    if (!boot_info_memory_map(index, &entry))
        m3ApiReturn(0);
    memcpy(out, &entry, sizeof entry);
    m3ApiReturn(1);
}

m3ApiRawFunction(import_boot_region) {
    m3ApiReturnType(int32_t);
    m3ApiGetArg(uint32_t, kind);
    m3ApiGetArgMem(void *, out);
    m3ApiCheckMem(out, sizeof(struct boot_region));
    if (kind >= REGION_KINDS || boot->regions[kind].length == 0)
        m3ApiReturn(0);
    memcpy(out, &boot->regions[kind], sizeof(struct boot_region));
    m3ApiReturn(1);
}

m3ApiRawFunction(import_boot_options) {
    m3ApiReturnType(int32_t);
    m3ApiGetArgMem(char *, out);
    m3ApiGetArg(uint32_t, capacity);
    m3ApiCheckMem(out, capacity);
    size_t length = strlen(boot_info_options());
    memcpy(out, boot_info_options(), length < capacity ? length : capacity);
    m3ApiReturn((int32_t)length);
}

static volatile uint64_t *physical(uint64_t address) {
    return (volatile uint64_t *)(boot->hhdm_offset + address);
}

m3ApiRawFunction(import_phys_load) {
    m3ApiReturnType(uint64_t);
    m3ApiGetArg(uint64_t, address);
    m3ApiReturn(*physical(address));
}

m3ApiRawFunction(import_phys_store) {
    m3ApiGetArg(uint64_t, address);
    m3ApiGetArg(uint64_t, value);
    *physical(address) = value;
    m3ApiSuccess();
}

m3ApiRawFunction(import_phys_fill) {
    m3ApiGetArg(uint64_t, address);
    m3ApiGetArg(uint64_t, bytes);
    m3ApiGetArg(int32_t, value);
    fill_memory((void *)physical(address), (uint8_t)value, bytes);
    m3ApiSuccess();
}

m3ApiRawFunction(import_page_root) {
    m3ApiReturnType(uint64_t);
    m3ApiReturn(read_cr3() & 0x000ffffffffff000);
}

/* With tables of its own the kernel may reuse the loader's memory. */
m3ApiRawFunction(import_set_page_root) {
    m3ApiGetArg(uint64_t, address);
    write_cr3(address);
    boot_info_forget();
    m3ApiSuccess();
}

m3ApiRawFunction(import_flush_page) {
    m3ApiGetArg(uint64_t, address);
    invalidate_page(address);
    m3ApiSuccess();
}

m3ApiRawFunction(import_commit_linear_memory) {
    m3ApiReturnType(int32_t);
    m3ApiGetArg(uint64_t, address);
    m3ApiGetArg(uint64_t, bytes);
    m3ApiReturn(linear_memory_commit(address, bytes));
}

m3ApiRawFunction(import_cpu_features) {
    m3ApiReturnType(int32_t);
    uint32_t edx = cpuid(CPUID_EXTENDED).edx;
    m3ApiReturn((edx & CPUID_NX ? CPU_FEATURE_NX : 0) |
                (edx & CPUID_PAGES_1G ? CPU_FEATURE_PAGES_1G : 0));
}

m3ApiRawFunction(import_clock) {
    m3ApiReturnType(uint64_t);
    m3ApiReturn(clock_nanoseconds());
}

m3ApiRawFunction(import_exit) {
    m3ApiGetArg(int32_t, status);
    machine_end(status);
}

M3Result imports_link(IM3Module module, const struct boot_info *info) {
    static const struct {
        const char *name, *signature;
        M3RawCall function;
    } imports[] = {
        {"console_write", "v(ii)", import_console_write},
        {"memmap_entry", "i(ii)", import_memmap_entry},
        {"boot_region", "i(ii)", import_boot_region},
        {"boot_options", "i(ii)", import_boot_options},
        {"phys_load", "I(I)", import_phys_load},
        {"phys_store", "v(II)", import_phys_store},
        {"phys_fill", "v(IIi)", import_phys_fill},
        {"page_root", "I()", import_page_root},
        {"set_page_root", "v(I)", import_set_page_root},
        {"flush_page", "v(I)", import_flush_page},
        {"commit_linear_memory", "i(II)", import_commit_linear_memory},
        {"cpu_features", "i()", import_cpu_features},
        {"clock", "I()", import_clock},
        {"exit", "v(i)", import_exit},
    };
    boot = info;
    for (size_t i = 0; i < sizeof imports / sizeof *imports; i++) {
        M3Result result = m3_LinkRawFunction(module, "shim", imports[i].name, imports[i].signature,
                                             imports[i].function);
        if (result && result != m3Err_functionLookupFailed)
            return result;
    }
    return m3Err_none;
}
