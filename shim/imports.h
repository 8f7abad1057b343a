/*
 * The imports of ABI 2 in plain C. Used by the engines, each of which hands the
 * kernel's arguments over and checks first that what they point to lies in
 * linear memory.
 */

#ifndef SHIM_IMPORTS_H
#define SHIM_IMPORTS_H

#include "boot_info.h"

/* Says what the loader told. Comes before all the others. */
void imports_init(const struct boot_info *info);

/* Each is the import of its name; `out` has room for a record of three u64 where nothing else is
 * said. */
void shim_console_write(const char *text, uint32_t bytes);
int32_t shim_memmap_entry(uint32_t index, void *out);
int32_t shim_boot_region(uint32_t kind, void *out);
int32_t shim_boot_options(char *out, uint32_t capacity);
uint64_t shim_phys_load(uint64_t address);
void shim_phys_store(uint64_t address, uint64_t value);
void shim_phys_fill(uint64_t address, uint64_t bytes, int32_t value);
uint64_t shim_page_root(void);
void shim_set_page_root(uint64_t address);
void shim_flush_page(uint64_t address);
int32_t shim_commit_linear_memory(uint64_t address, uint64_t bytes);
int32_t shim_cpu_features(void);
uint64_t shim_clock(void);
_Noreturn void shim_exit(int32_t status);
int32_t shim_commit_program(uint32_t range, uint64_t address, uint64_t bytes);
int32_t shim_program_load(uint32_t from, void *to, uint32_t bytes);
int32_t shim_program_store(uint32_t to, const void *from, uint32_t bytes);
int32_t shim_phys_to_program(uint64_t address, uint32_t to, uint32_t bytes);
int32_t shim_program_to_phys(uint32_t from, uint64_t address, uint32_t bytes);
int32_t shim_program_write(uint32_t stream, uint32_t from, uint32_t bytes);
void shim_program_exit(uint32_t status);
int32_t shim_boot_file(uint32_t index, void *out);
int32_t shim_boot_file_cmdline(uint32_t index, void *out, uint32_t capacity);
int32_t shim_boot_file_to_program(uint32_t index, uint64_t offset, uint32_t to, uint32_t bytes);
int32_t shim_console_read(void);
uint64_t shim_real_time(void);
uint64_t shim_random(void);

/* Bytes of the record that `shim_memmap_entry` and its like write. */
#define RECORD_BYTES 24

_Static_assert(sizeof(struct memory_map_entry) == RECORD_BYTES, "three u64");
_Static_assert(sizeof(struct boot_region) == RECORD_BYTES, "three u64");

#endif
