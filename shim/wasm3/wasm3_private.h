/*
 * What the shim uses of wasm3 beyond its interface, wasm3.h: the only file that
 * includes m3_env.h. Whoever moves to another wasm3 reads this file beside it
 * and adds its version here. Used by the files of this folder.
 */

#ifndef SHIM_WASM3_PRIVATE_H
#define SHIM_WASM3_PRIVATE_H

#include <stddef.h>
#include <stdint.h>

#include "m3_env.h"

#if M3_VERSION_MAJOR != 0 || (M3_VERSION_MINOR != 5 && M3_VERSION_MINOR != 9)
#error "wasm3_private.h was written for wasm3 0.5 and 0.9"
#endif

/*
 * Linear memory is one block of `m3_Realloc_Impl`'s: this header, then the data.
 * `m3_LoadModule` asks for it first of all, with a null pointer for the old
 * block; `memory.grow` asks for a larger one.
 */
#define WASM3_HEADER_BYTES sizeof(M3MemoryHeader)

/* The first import of `module` that is linked to nothing, a function or any global; or null. */
static inline const M3ImportInfo *wasm3_unlinked_import(IM3Module module) {
    for (uint32_t i = 0; i < module->numFuncImports; i++)
        if (!module->functions[i].compiled)
            return &module->functions[i].import;
    for (uint32_t i = 0; i < module->numGlobals; i++)
        if (module->globals[i].imported)
            return &module->globals[i].import;
    return NULL;
}

/* Function import `index` of `module`; null past the end. */
static inline IM3Function wasm3_function_import(IM3Module module, uint32_t index) {
    return index < module->numFuncImports ? &module->functions[index] : NULL;
}

/* How many results `function` has; its caller's arguments come after them. */
static inline uint32_t wasm3_result_count(IM3Function function) {
    return function->funcType->numRets;
}

/* The kind of an import of `module` that is no function; null if all are. */
static inline const char *wasm3_foreign_import(IM3Module module) {
    for (uint32_t i = 0; i < module->numGlobals; i++)
        if (module->globals[i].imported)
            return "a global";
    return module->memoryImported ? "a memory" : NULL;
}

#endif
