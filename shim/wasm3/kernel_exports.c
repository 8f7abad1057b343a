#include "kernel_exports.h"

#include <string.h>

#include "memory_hook.h"
#include "signature.h"
#include "wasm3_engine.h"

/*
 * A `struct kernel_function` is wasm3's function. What wasm3 allocates while it
 * looks for one, and compiles it, or runs it, is the kernel's.
 */

const struct kernel_function *kernel_export(const char *name) {
    IM3Function function = NULL;
    bool allocates = wasm3_allocates_for_program;
    wasm3_allocates_for_program = false;
    m3_FindFunction(&function, wasm3_kernel_runtime, name);
    wasm3_allocates_for_program = allocates;
    return (const struct kernel_function *)function;
}

bool kernel_has_signature(const struct kernel_function *function, const char *signature) {
    char own[SIGNATURE_BYTES];
    wasm3_signature((IM3Function)function, own);
    return *own && strcmp(own, signature) == 0;
}

int32_t kernel_call(const struct kernel_function *called, const uint64_t *parameters) {
    IM3Function function = (IM3Function)called;
    const void *pointers[KERNEL_PARAMETERS_MAX];
    uint32_t count = m3_GetArgCount(function);
    int32_t answer = 0;
    bool allocates = wasm3_allocates_for_program;
    wasm3_allocates_for_program = false;
    for (uint32_t i = 0; i < count && i < KERNEL_PARAMETERS_MAX; i++)
        pointers[i] = &parameters[i];
    M3Result result = m3_Call(function, count, pointers);
    if (!result && m3_GetRetCount(function))
        result = m3_GetResultsV(function, &answer);
    if (result)
        wasm3_report_trap(wasm3_kernel_runtime, result);
    wasm3_allocates_for_program = allocates;
    return answer;
}
