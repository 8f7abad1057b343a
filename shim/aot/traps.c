#include "traps.h"

#include <string.h>

#include "console.h"
#include "cpu.h"
#include "engine.h"
#include "guard.h"
#include "translated_module.h"
#include "wasm_memory.h"

/* Calls shown of a backtrace; the innermost come first. */
#define BACKTRACE_CALLS 32

/* What RBP points to in a function that keeps it: the caller's RBP, and where that goes on. */
struct frame {
    const struct frame *caller;
    uint64_t return_address;
};

/* Bounds of the translated code; see linker.ld. */
extern const char translated_text_start[], translated_text_end[];
extern const char boot_stack[];

static const struct frame *outermost;

void traps_init(const void *frame) { outermost = frame; }

/* wasm3's words, so that a trap says the same whatever runs the module. */
static const char *text_of(wasm_rt_trap_t trap) {
    switch (trap) {
    case WASM_RT_TRAP_OOB:
        return "[trap] out of bounds memory access";
    case WASM_RT_TRAP_INT_OVERFLOW:
        return "[trap] integer overflow";
    case WASM_RT_TRAP_DIV_BY_ZERO:
        return "[trap] integer divide by zero";
    case WASM_RT_TRAP_INVALID_CONVERSION:
        return "[trap] invalid conversion to integer";
    case WASM_RT_TRAP_CALL_INDIRECT:
        return "[trap] indirect call type mismatch";
    case WASM_RT_TRAP_UNDEFINED_ELEMENT:
        return "[trap] undefined element";
    case WASM_RT_TRAP_NULL_ELEMENT:
        return "[trap] null table element";
    case WASM_RT_TRAP_EXHAUSTION:
        return "[trap] stack overflow";
    case WASM_RT_TRAP_NONE:
    case WASM_RT_TRAP_UNREACHABLE:
        break;
    }
    return "[trap] unreachable executed";
}

static bool is_translated(const char *address) {
    return address >= translated_text_start && address < translated_text_end;
}

/* The module's function that `address` lies in; null if it lies in none. */
static const struct translated_function *find_function(const char *address) {
    const struct translated_function *found = NULL;
    if (!is_translated(address))
        return NULL;
    for (size_t i = 0; i < translated_module.function_count; i++) {
        const struct translated_function *function = &translated_module.functions[i];
        const char *start = function->start;
        if (start <= address && (!found || start > (const char *)found->start))
            found = function;
    }
    return found && found->name ? found : NULL;
}

/* `address` is in the innermost function, `frame` what it has in RBP. */
static _Noreturn void report(wasm_rt_trap_t trap, uint64_t address, const struct frame *frame) {
    const char *last = "";
    panic_line("wasm", ERROR_TRAP, "%s", text_of(trap));
    for (int calls = 0; calls < BACKTRACE_CALLS; calls++) {
        const struct translated_function *function = find_function((const char *)address);
        /* An export and what is around it are one call. */
        if (function && !(function->is_wrapper && strcmp(function->name, last) == 0))
            console_print("  at %s\n", function->name);
        last = function ? function->name : "";
        if ((const char *)frame < boot_stack || frame >= outermost || (uint64_t)frame % 8)
            break;
        address = frame->return_address - 1; /* in the call, which may be a function's end */
        frame = frame->caller;
    }
    machine_end(ERROR_TRAP);
}

void wasm_rt_trap(wasm_rt_trap_t trap) {
    const struct frame *own = __builtin_frame_address(0);
    report(trap, own->return_address - 1, own->caller);
}

void wasm_rt_trap_call(const wasm_rt_funcref_table_t *table, uint32_t index) {
    const struct frame *own = __builtin_frame_address(0);
    wasm_rt_trap_t trap = index >= table->size       ? WASM_RT_TRAP_UNDEFINED_ELEMENT
                          : !table->data[index].func ? WASM_RT_TRAP_NULL_ELEMENT
                                                     : WASM_RT_TRAP_CALL_INDIRECT;
    report(trap, own->return_address - 1, own->caller);
}

/*
 * The page below the boot stack is read-only: whoever writes to it has used up
 * the stack, also in a function of the shim's that the module called. Other
 * faults are traps if translated code reached for linear memory.
 */
void engine_exception(const struct exception_frame *frame) {
    if (frame->vector != VECTOR_PAGE_FAULT)
        return;
    uint64_t address = read_cr2();
    if (address - ((uint64_t)boot_stack - PAGE_BYTES) < PAGE_BYTES)
        report(WASM_RT_TRAP_EXHAUSTION, frame->rip, (const struct frame *)frame->rbp);
    if (is_translated((const char *)frame->rip) &&
        address - (uint64_t)wasm_memory_data() < GUARD_BYTES)
        report(WASM_RT_TRAP_OOB, frame->rip, (const struct frame *)frame->rbp);
}
