#include "aot_imports.h"

#include "guard.h"
#include "imports.h"
#include "wasm_memory.h"

void Z_shimZ_console_write(SHIM shim, uint32_t text, uint32_t bytes) {
    shim_console_write(wasm_memory_at(text, bytes), bytes);
}

uint32_t Z_shimZ_memmap_entry(SHIM shim, uint32_t index, uint32_t out) {
    return (uint32_t)shim_memmap_entry(index, wasm_memory_at(out, RECORD_BYTES));
}

uint32_t Z_shimZ_boot_region(SHIM shim, uint32_t kind, uint32_t out) {
    return (uint32_t)shim_boot_region(kind, wasm_memory_at(out, RECORD_BYTES));
}

uint32_t Z_shimZ_boot_options(SHIM shim, uint32_t out, uint32_t capacity) {
    return (uint32_t)shim_boot_options(wasm_memory_at(out, capacity), capacity);
}

uint64_t Z_shimZ_phys_load(SHIM shim, uint64_t address) { return shim_phys_load(address); }

void Z_shimZ_phys_store(SHIM shim, uint64_t address, uint64_t value) {
    shim_phys_store(address, value);
}

void Z_shimZ_phys_fill(SHIM shim, uint64_t address, uint64_t bytes, uint32_t value) {
    shim_phys_fill(address, bytes, (int32_t)value);
}

uint64_t Z_shimZ_page_root(SHIM shim) { return shim_page_root(); }

void Z_shimZ_set_page_root(SHIM shim, uint64_t address) {
    guard_keep(address);
    shim_set_page_root(address);
}

void Z_shimZ_flush_page(SHIM shim, uint64_t address) { shim_flush_page(address); }

uint32_t Z_shimZ_commit_linear_memory(SHIM shim, uint64_t address, uint64_t bytes) {
    return (uint32_t)shim_commit_linear_memory(address, bytes);
}

uint32_t Z_shimZ_cpu_features(SHIM shim) { return (uint32_t)shim_cpu_features(); }

uint64_t Z_shimZ_clock(SHIM shim) { return shim_clock(); }

void Z_shimZ_exit(SHIM shim, uint32_t status) { shim_exit((int32_t)status); }

uint32_t Z_shimZ_commit_program(SHIM shim, uint32_t range, uint64_t address, uint64_t bytes) {
    return (uint32_t)shim_commit_program(range, address, bytes);
}

uint32_t Z_shimZ_program_load(SHIM shim, uint32_t from, uint32_t to, uint32_t bytes) {
    return (uint32_t)shim_program_load(from, wasm_memory_at(to, bytes), bytes);
}

uint32_t Z_shimZ_program_store(SHIM shim, uint32_t to, uint32_t from, uint32_t bytes) {
    return (uint32_t)shim_program_store(to, wasm_memory_at(from, bytes), bytes);
}

uint32_t Z_shimZ_phys_to_program(SHIM shim, uint64_t address, uint32_t to, uint32_t bytes) {
    return (uint32_t)shim_phys_to_program(address, to, bytes);
}

uint32_t Z_shimZ_program_to_phys(SHIM shim, uint32_t from, uint64_t address, uint32_t bytes) {
    return (uint32_t)shim_program_to_phys(from, address, bytes);
}

uint32_t Z_shimZ_program_write(SHIM shim, uint32_t stream, uint32_t from, uint32_t bytes) {
    return (uint32_t)shim_program_write(stream, from, bytes);
}

void Z_shimZ_program_exit(SHIM shim, uint32_t status) { shim_program_exit(status); }

uint32_t Z_shimZ_boot_file(SHIM shim, uint32_t index, uint32_t out) {
    return (uint32_t)shim_boot_file(index, wasm_memory_at(out, RECORD_BYTES));
}

uint32_t Z_shimZ_boot_file_cmdline(SHIM shim, uint32_t index, uint32_t out, uint32_t capacity) {
    return (uint32_t)shim_boot_file_cmdline(index, wasm_memory_at(out, capacity), capacity);
}

uint32_t Z_shimZ_boot_file_to_program(SHIM shim, uint32_t index, uint64_t offset, uint32_t to,
                                      uint32_t bytes) {
    return (uint32_t)shim_boot_file_to_program(index, offset, to, bytes);
}

uint32_t Z_shimZ_console_read(SHIM shim) { return (uint32_t)shim_console_read(); }

uint64_t Z_shimZ_real_time(SHIM shim) { return shim_real_time(); }

uint64_t Z_shimZ_random(SHIM shim) { return shim_random(); }
