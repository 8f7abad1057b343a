/*
 * The imports of ABI 2 by the names that wasm2c gives them. Used by the
 * translated module, which does not compile if it declares one otherwise, and by
 * scripts/translate_module.mjs, which refuses a module that imports another.
 */

#ifndef SHIM_AOT_IMPORTS_H
#define SHIM_AOT_IMPORTS_H

#include <stdint.h>

/* What wasm2c hands to the functions of the module `shim`; nobody looks at it. */
struct Z_shim_instance_t;
#define SHIM struct Z_shim_instance_t *

void Z_shimZ_console_write(SHIM, uint32_t text, uint32_t bytes);
uint32_t Z_shimZ_memmap_entry(SHIM, uint32_t index, uint32_t out);
uint32_t Z_shimZ_boot_region(SHIM, uint32_t kind, uint32_t out);
uint32_t Z_shimZ_boot_options(SHIM, uint32_t out, uint32_t capacity);
uint64_t Z_shimZ_phys_load(SHIM, uint64_t address);
void Z_shimZ_phys_store(SHIM, uint64_t address, uint64_t value);
void Z_shimZ_phys_fill(SHIM, uint64_t address, uint64_t bytes, uint32_t value);
uint64_t Z_shimZ_page_root(SHIM);
void Z_shimZ_set_page_root(SHIM, uint64_t address);
void Z_shimZ_flush_page(SHIM, uint64_t address);
uint32_t Z_shimZ_commit_linear_memory(SHIM, uint64_t address, uint64_t bytes);
uint32_t Z_shimZ_cpu_features(SHIM);
uint64_t Z_shimZ_clock(SHIM);
void Z_shimZ_exit(SHIM, uint32_t status);
uint32_t Z_shimZ_commit_program(SHIM, uint32_t range, uint64_t address, uint64_t bytes);
uint32_t Z_shimZ_program_load(SHIM, uint32_t from, uint32_t to, uint32_t bytes);
uint32_t Z_shimZ_program_store(SHIM, uint32_t to, uint32_t from, uint32_t bytes);
uint32_t Z_shimZ_phys_to_program(SHIM, uint64_t address, uint32_t to, uint32_t bytes);
uint32_t Z_shimZ_program_to_phys(SHIM, uint32_t from, uint64_t address, uint32_t bytes);
uint32_t Z_shimZ_program_write(SHIM, uint32_t stream, uint32_t from, uint32_t bytes);
void Z_shimZ_program_exit(SHIM, uint32_t status);
uint32_t Z_shimZ_boot_file(SHIM, uint32_t index, uint32_t out);
uint32_t Z_shimZ_boot_file_cmdline(SHIM, uint32_t index, uint32_t out, uint32_t capacity);
uint32_t Z_shimZ_boot_file_to_program(SHIM, uint32_t index, uint64_t offset, uint32_t to,
                                      uint32_t bytes);
uint32_t Z_shimZ_console_read(SHIM);
uint64_t Z_shimZ_real_time(SHIM);
uint64_t Z_shimZ_random(SHIM);

#endif
