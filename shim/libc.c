#include "libc.h"

#include <stdint.h>

#include "console.h"
#include "cpu.h"

#define MSR_FS_BASE 0xc0000100

/* The start of musl's `struct pthread`: a pointer to itself, the rest zero. */
static struct thread_block {
    struct thread_block *self;
    uint64_t rest[63];
} thread;

void libc_init(void) {
    thread.self = &thread;
    write_msr(MSR_FS_BASE, (uint64_t)&thread);
}

/* musl and wasm3 end here when an invariant of theirs is broken. */
_Noreturn void abort(void) { panic("shim", ERROR_TRAP, "the wasm runtime aborted"); }
