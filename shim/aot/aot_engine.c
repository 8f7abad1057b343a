#include "engine.h"

#include <string.h>

#include "console.h"
#include "guard.h"
#include "imports.h"
#include "linear_memory.h"
#include "translated_module.h"
#include "traps.h"
#include "wasm3/program.h"

const char engine_name[] = "aot";

static uint64_t checksum(const uint8_t *bytes, size_t count) {
    uint64_t sum = 0, word;
    size_t whole = count - count % sizeof word;
    /* A loop of few instructions: it is most of what starting this engine takes. */
#pragma clang loop unroll_count(8)
    for (size_t at = 0; at < whole; at += sizeof word) {
        memcpy(&word, bytes + at, sizeof word);
        sum = (sum ^ word) * CHECKSUM_FACTOR;
    }
    word = 0;
    memcpy(&word, bytes + whole, count - whole);
    return count > whole ? (sum ^ word) * CHECKSUM_FACTOR : sum;
}

/*
 * The loader has found both files to be those that limine.conf names. What is
 * left to find out is whether they belong together.
 */
static void check_module(const struct boot_info *info) {
    if (info->module_bytes != translated_module.bytes ||
        checksum(info->module, info->module_bytes) != translated_module.checksum)
        panic("shim", ERROR_INVALID_MODULE,
              "the wasm module is not the one that this shim was made of, which has %s",
              translated_module.hash);
}

int engine_run(const struct boot_info *info) {
    imports_init(info);
    check_module(info);
    linear_memory_alias(guard_map(info));
    traps_init(__builtin_frame_address(0));
    translated_module.instantiate();
    int32_t version = translated_module.abi_version();
    if (version != ABI_VERSION)
        panic("shim", ERROR_UNSUPPORTED, "the wasm module speaks ABI %d, this shim speaks ABI %d",
              version, ABI_VERSION);
    int status = translated_module.kernel_main(info->hhdm_offset, info->memory_map_entries);
    return status || info->file_count == 0 ? status : program_run(info);
}
