/* What the boot loader told the shim. Used by main.c and imports.c. */

#ifndef SHIM_BOOT_INFO_H
#define SHIM_BOOT_INFO_H

#include <stdbool.h>
#include <stdint.h>

/* Region kinds of the contract. */
enum boot_region_kind {
    REGION_IMAGE_TEXT,
    REGION_IMAGE_RODATA,
    REGION_IMAGE_DATA,
    REGION_LINEAR_MEMORY,
    REGION_BOOT_STACK,
    REGION_FRAMEBUFFER,
    REGION_WASM_MODULE,
    REGION_KINDS,
};

/* One record of `boot_region`. Length 0: the machine has no such region. */
struct boot_region {
    uint64_t physical;
    uint64_t length;
    uint64_t virtual;
};

/* One record of `memmap_entry`. */
struct memory_map_entry {
    uint64_t base;
    uint64_t length;
    uint64_t type;
};

/* Files beside the kernel: the first is the program. More are refused. */
#define BOOT_FILES_MAX 15

/* Bytes of all their command lines together. */
#define BOOT_CMDLINES_MAX 16384

struct boot_file {
    /* In the direct map. */
    uint64_t address;
    uint64_t bytes;
    /* A copy: the loader's memory is reused. Not null-terminated. */
    const char *cmdline;
    uint32_t cmdline_bytes;
};

struct limine_framebuffer;

struct boot_info {
    /* Null-terminated, in the loader's memory. */
    const char *loader_name;
    const char *loader_version;
    /* Of the Limine boot protocol; 2 also stands for 0 and 1. See limine_protocol.h. */
    uint64_t base_revision;
    /* Add it to a physical address to reach it through the loader's map. */
    uint64_t hhdm_offset;
    uint32_t memory_map_entries;
    const uint8_t *module;
    uint64_t module_bytes;
    struct boot_region regions[REGION_KINDS];
    uint32_t file_count;
    struct boot_file files[BOOT_FILES_MAX];
};

/*
 * Checks the loader's answers and returns what they say; valid for good but for
 * the loader's name. Ends the machine with a message where an answer is missing
 * that the kernel cannot do without.
 */
const struct boot_info *boot_info_collect(void);

/* Entry `index` of the loader's memory map; false past its end. */
bool boot_info_memory_map(uint32_t index, struct memory_map_entry *entry);

/* The command line, null-terminated; empty if there is none. Can be asked for from the start. */
const char *boot_info_options(void);

/*
 * The loader's description of the screen, and where its direct map begins; null
 * if there is none, or if it describes memory that the memory map has for other
 * things. Can be asked for from the start; nothing else of it is checked.
 */
const struct limine_framebuffer *boot_info_framebuffer(uint64_t *hhdm_offset);

/*
 * The loader's memory may be reused from now on: the memory map reads as empty
 * and the command line as absent.
 */
void boot_info_forget(void);

#endif
