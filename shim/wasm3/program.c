#include "program.h"

#include <string.h>

#include "backtrace.h"
#include "console.h"
#include "kernel_exports.h"
#include "memory_hook.h"
#include "module_check.h"
#include "program_memory.h"
#include "signature.h"
#include "stack_limit.h"
#include "wasm3_private.h"

#define WASI_MODULE "wasi_snapshot_preview1"
#define WASI_OLD_MODULE "wasi_unstable"

/* Bytes of wasm3's stack for the program's values, and of its native stack. */
#define VALUE_STACK_BYTES (1024 * 1024)
#define NATIVE_STACK_BYTES (8 * 1024 * 1024)

/* Bytes of the longest name of an export, its zero included. */
#define NAME_BYTES 64

/* How a program ends, as the contract numbers it. */
enum { END_EXITED, END_TRAPPED, END_REFUSED };

/* function(first, second) on the stack that ends at `top`; below *left ours is free meanwhile. */
int32_t run_on_stack(uint64_t top, uint64_t *left,
                     int32_t (*function)(const void *first, const void *second), const void *first,
                     const void *second);

extern char boot_stack[];

static IM3Runtime runtime;
static IM3Module module;

static const struct kernel_function *open_export, *grow_export, *start_export, *stop_export,
    *end_export;

/* Below it the boot stack is free while the program runs on its own; 0 while that is not so. */
static uint64_t kernel_stack;

static int32_t end;
static uint32_t status;

static int32_t call_now(const void *function, const void *parameters) {
    return kernel_call(function, parameters);
}

/*
 * Calls a kernel function while the program waits; see `kernel_call`. The kernel
 * runs on the boot stack, whatever the program has left of its own.
 */
static int32_t call_kernel(const struct kernel_function *function, const uint64_t *parameters) {
    if (!kernel_stack)
        return kernel_call(function, parameters);
    uint64_t limit = stack_limit, left;
    stack_limit = (uint64_t)boot_stack + STACK_MARGIN;
    int32_t answer = run_on_stack(kernel_stack, &left, call_now, function, parameters);
    stack_limit = limit;
    return answer;
}

static bool grow(enum program_range range, uint64_t bytes) {
    return call_kernel(grow_export, (uint64_t[]){range, bytes}) == 0;
}

/* Any import of the program's: hands its arguments to the kernel function of that name. */
m3ApiRawFunction(forward_import) {
    uint32_t results = wasm3_result_count(_ctx->function);
    int32_t answer = call_kernel(_ctx->userdata, &_sp[results]);
    if (program_exited)
        return m3Err_trapExit;
    if (results)
        *(int32_t *)_sp = answer;
    return m3Err_none;
}

static const struct kernel_function *export_of(const char *prefix, const char *name) {
    char whole[NAME_BYTES];
    if (strlen(prefix) + strlen(name) >= sizeof whole)
        return NULL;
    strcpy(whole, prefix);
    strcat(whole, name);
    return kernel_export(whole);
}

/* Why the import cannot be linked; null if it was. */
static const char *link_import(IM3Function function) {
    const char *from = function->import.moduleUtf8, *name = function->import.fieldUtf8;
    bool is_old = strcmp(from, WASI_OLD_MODULE) == 0;
    if (!is_old && strcmp(from, WASI_MODULE) != 0)
        return "only " WASI_MODULE " can be imported from";
    /* The first WASI has exports of its own only where something is different. */
    const struct kernel_function *target = is_old ? export_of("wasi_unstable_", name) : NULL;
    char signature[SIGNATURE_BYTES];
    if (!target)
        target = export_of("wasi_", name);
    if (!target)
        return "WASI preview 1 does not have it";
    wasm3_signature(function, signature);
    if (!kernel_has_signature(target, signature))
        return "WASI gives it another signature";
    return m3_LinkRawFunctionEx(module, from, name, NULL, forward_import, (void *)target);
}

/* Links every import; says of each that cannot be why, and returns false if there is one. */
static bool link_imports(void) {
    bool linked = true;
    IM3Function function;
    for (uint32_t i = 0; (function = wasm3_function_import(module, i)); i++) {
        const char *why = link_import(function);
        if (!why)
            continue;
        console_print("program: refused: it imports %s.%s: %s\n", function->import.moduleUtf8,
                      function->import.fieldUtf8, why);
        linked = false;
    }
    const char *foreign = wasm3_foreign_import(module);
    if (foreign)
        console_print("program: refused: it imports %s\n", foreign);
    return linked && !foreign;
}

static void refuse(const char *why) {
    M3ErrorInfo details = {0};
    if (runtime)
        m3_GetErrorInfo(runtime, &details);
    const char *message = details.message ? details.message : "";
    console_print("program: refused: %s%s%s\n", why, *message ? ": " : "", message);
}

/* Loads the module in `file` and compiles it all; its `_start`, or null after saying why not. */
static IM3Function load(const struct boot_file *file) {
    const uint8_t *bytes = (const uint8_t *)file->address;
    const char *why = file->bytes > UINT32_MAX ? "it is larger than 4 GiB"
                                               : module_check(bytes, file->bytes, UINT32_MAX);
    if (!why)
        why = module_misread(bytes, file->bytes);
    if (why)
        return refuse(why), NULL;
    wasm3_allocates_for_program = true;
    /* An environment of its own: wasm3 keeps pages of code there to use them again. */
    IM3Environment environment = m3_NewEnvironment();
    runtime = environment ? m3_NewRuntime(environment, VALUE_STACK_BYTES, NULL) : NULL;
    if (!runtime)
        return refuse("there is not enough memory to run any program"), NULL;
    M3Result result = m3_ParseModule(environment, &module, bytes, (uint32_t)file->bytes);
    if (!result) {
        wasm3_memory_await();
        result = m3_LoadModule(runtime, module);
    }
    if (result)
        return refuse(result), NULL;
    if (!link_imports())
        return NULL;
    /* All of it before it starts: what wasm3 cannot run, or has no memory for, is refused. */
    result = m3_CompileModule(module);
    IM3Function start = NULL;
    if (!result)
        result = m3_FindFunction(&start, runtime, "_start");
    if (result)
        return refuse(result), NULL;
    if (m3_GetArgCount(start) || m3_GetRetCount(start))
        return refuse("its _start has another signature"), NULL;
    return start;
}

/* Runs the program in `file` on the stack that the processor stands on; sets `end` and `status`. */
static int32_t run(const void *file, const void *nothing) {
    end = END_REFUSED;
    status = ERROR_INVALID_MODULE;
    IM3Function start = load(file);
    if (!start)
        return 0;
    call_kernel(start_export, NULL);
    M3Result result = m3_CallV(start);
    if (program_exited || !result) {
        end = END_EXITED;
        status = program_exited ? program_status : 0;
        return 0;
    }
    end = END_TRAPPED;
    status = ERROR_TRAP;
    console_print("\nprogram: %s\n", result);
    wasm3_print_backtrace(runtime);
    return 0;
}

/* Ends the program: the kernel takes everything back and says what it had. */
static int finish(void) {
    wasm3_allocates_for_program = false;
    runtime = NULL;
    uint64_t memory = program_ranges[PROGRAM_MEMORY].used;
    uint64_t heap = program_ranges[PROGRAM_HEAP].used;
    wasm3_memory_forget_program();
    program_memory_forget();
    if (end != END_EXITED)
        call_kernel(stop_export, (uint64_t[]){(uint64_t)end});
    return call_kernel(end_export, (uint64_t[]){status, memory, heap});
}

int program_run(const struct boot_info *info) {
    program_grow = grow;
    open_export = export_of("program_", "open");
    grow_export = export_of("program_", "grow");
    start_export = export_of("program_", "start");
    stop_export = export_of("program_", "stop");
    end_export = export_of("program_", "end");
    if (!open_export || !grow_export || !start_export || !stop_export || !end_export)
        panic("shim", ERROR_UNSUPPORTED, "this kernel runs no programs");
    int32_t refused = call_kernel(open_export, NULL);
    if (refused)
        return refused;
    if (!grow(PROGRAM_STACK, NATIVE_STACK_BYTES)) {
        refuse("there is not enough memory to run any program");
        end = END_REFUSED;
        status = ERROR_INVALID_MODULE;
        return finish();
    }
    const struct range *stack = &program_ranges[PROGRAM_STACK];
    uint64_t limit = stack_limit;
    stack_limit = (uint64_t)stack->base + STACK_MARGIN;
    run_on_stack((uint64_t)stack->base + stack->committed, &kernel_stack, run, &info->files[0],
                 NULL);
    kernel_stack = 0;
    stack_limit = limit;
    console_reset();
    return finish();
}
