#include "backtrace.h"

#include "console.h"

/* Calls shown of a backtrace; the innermost come first. */
#define BACKTRACE_CALLS 32

void wasm3_print_backtrace(IM3Runtime runtime) {
    IM3BacktraceInfo trace = m3_GetBacktrace(runtime);
    IM3BacktraceFrame frame = trace ? trace->frames : NULL;
    for (int calls = 0; frame && calls < BACKTRACE_CALLS; calls++) {
        console_print("  at %s\n", m3_GetFunctionName(frame->function));
        frame = frame->next;
    }
}
