/*
 * A wasm module that was translated to C, as scripts/translate_module.mjs
 * describes it at the end of that C. Used by the files of this folder.
 */

#ifndef SHIM_TRANSLATED_MODULE_H
#define SHIM_TRANSLATED_MODULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wasm-rt.h"

/* A function of the module, for backtraces. */
struct translated_function {
    const void *start;
    const char *name; /* null: no function of the module's */
    /* What is around an export or the start function; the compiler may have put that into it. */
    bool is_wrapper;
};

/* An export that a program's calls come to. */
struct kernel_function {
    const char *name, *signature; /* see kernel_exports.h */
    uint64_t (*call)(const uint64_t *parameters);
};

struct translated_module {
    /* The module that was translated: its size, its checksum, and its hash in words. */
    uint64_t bytes;
    uint64_t checksum;
    const char *hash;
    const struct translated_function *functions;
    size_t function_count;
    /* For each type of the module in turn: a number, the same for the same types. */
    const uint32_t *type_numbers;
    wasm_rt_funcref_t *table;
    /* Fills memory and table and runs the start function. Comes first. */
    void (*instantiate)(void);
    /* The module's exports of these names. */
    int32_t (*abi_version)(void);
    int32_t (*kernel_main)(uint64_t hhdm_offset, uint32_t memmap_entries);
    const struct kernel_function *exports;
    size_t export_count;
};

extern const struct translated_module translated_module;

/*
 * The checksum: of each eight bytes, little-endian and filled up with zeros, in
 * turn, `sum = (sum ^ word) * CHECKSUM_FACTOR`, from 0 on. A change of one word
 * always changes it.
 */
#define CHECKSUM_FACTOR 0x9e3779b97f4a7c15

#endif
