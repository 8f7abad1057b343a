#include "wasm3_engine.h"

#include "backtrace.h"
#include "console.h"
#include "engine.h"
#include "imports.h"
#include "linear_memory.h"
#include "memory_hook.h"
#include "module_check.h"
#include "program.h"
#include "raw_imports.h"
#include "wasm3_private.h"

const char engine_name[] = "wasm3";

IM3Runtime wasm3_kernel_runtime;

/*
 * Bytes of wasm3's stack for wasm values. For each wasm call wasm3 also takes
 * some of the boot stack, which is so much larger that endless recursion ends
 * as a wasm trap.
 */
#define WASM_STACK_BYTES (32 * 1024)

/* Refuses the module: wasm3's error and what it says of the place. */
static _Noreturn void refuse(IM3Runtime runtime, const char *doing, M3Result result) {
    M3ErrorInfo details = {0};
    if (runtime)
        m3_GetErrorInfo(runtime, &details);
    const char *message = details.message ? details.message : "";
    panic("shim", ERROR_INVALID_MODULE, "cannot %s the wasm module: %s%s%s", doing, result,
          *message ? ": " : "", message);
}

/*
 * wasm3 would find out only when the kernel calls the import, and takes an
 * imported global for zero.
 */
static void check_imports(IM3Module module) {
    const M3ImportInfo *import = wasm3_unlinked_import(module);
    if (import)
        panic("shim", ERROR_INVALID_MODULE,
              "the wasm module imports %s.%s, which ABI %d does not have", import->moduleUtf8,
              import->fieldUtf8, ABI_VERSION);
}

/*
 * wasm3 also takes a module without memory, and one of 65536 pages, whose bytes
 * it counts in 32 bits as none.
 */
static void check_memory(IM3Runtime runtime) {
    if (m3_GetMemorySize(runtime) != FIRST_LINEAR_BYTES)
        panic("shim", ERROR_INVALID_MODULE,
              "the wasm module does not start with %d bytes of memory of its own",
              FIRST_LINEAR_BYTES);
}

/* The export `name`: a function of `count` arguments that returns an i32. */
static IM3Function find_export(IM3Runtime runtime, const char *name, uint32_t count,
                               const M3ValueType *arguments) {
    IM3Function function;
    M3Result result = m3_FindFunction(&function, runtime, name);
    if (result)
        refuse(runtime, name, result);
    bool same = m3_GetArgCount(function) == count && m3_GetRetCount(function) == 1 &&
                m3_GetRetType(function, 0) == c_m3Type_i32;
    for (uint32_t i = 0; same && i < count; i++)
        same = m3_GetArgType(function, i) == arguments[i];
    if (!same)
        panic("shim", ERROR_INVALID_MODULE, "the wasm module exports %s with another signature",
              name);
    return function;
}

_Noreturn void wasm3_report_trap(IM3Runtime runtime, M3Result result) {
    M3ErrorInfo details;
    m3_GetErrorInfo(runtime, &details);
    panic_line("wasm", ERROR_TRAP, "%s", result);
    wasm3_print_backtrace(runtime);
    machine_end(ERROR_TRAP);
}

/* wasm3 notices traps by itself. */
void engine_exception(const struct exception_frame *frame) {}

int engine_run(const struct boot_info *info) {
    imports_init(info);
    if (info->module_bytes > UINT32_MAX)
        refuse(NULL, "load", m3Err_wasmOverrun);
    const char *reason = module_check(info->module, info->module_bytes, KERNEL_FUNCTIONS_MAX);
    if (reason)
        panic("shim", ERROR_INVALID_MODULE, "the wasm module is malformed: %s", reason);
    IM3Environment environment = m3_NewEnvironment();
    IM3Runtime runtime = m3_NewRuntime(environment, WASM_STACK_BYTES, NULL);
    wasm3_kernel_runtime = runtime;
    IM3Module module;
    M3Result result =
        m3_ParseModule(environment, &module, info->module, (uint32_t)info->module_bytes);
    if (result)
        refuse(NULL, "parse", result);
    wasm3_memory_await();
    result = m3_LoadModule(runtime, module);
    if (result)
        refuse(runtime, "load", result);
    check_memory(runtime);
    result = imports_link(module);
    if (result)
        refuse(runtime, "link", result);
    check_imports(module);
    IM3Function abi_version = find_export(runtime, "abi_version", 0, NULL);
    static const M3ValueType main_arguments[] = {c_m3Type_i64, c_m3Type_i32};
    IM3Function kernel_main = find_export(runtime, "kernel_main", 2, main_arguments);

    int32_t version, status;
    result = m3_CallV(abi_version);
    if (result)
        wasm3_report_trap(runtime, result);
    m3_GetResultsV(abi_version, &version);
    if (version != ABI_VERSION)
        panic("shim", ERROR_UNSUPPORTED, "the wasm module speaks ABI %d, this shim speaks ABI %d",
              version, ABI_VERSION);

    result = m3_CallV(kernel_main, info->hhdm_offset, info->memory_map_entries);
    if (result)
        wasm3_report_trap(runtime, result);
    m3_GetResultsV(kernel_main, &status);
    return status || info->file_count == 0 ? status : program_run(info);
}
