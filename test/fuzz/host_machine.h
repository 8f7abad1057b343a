/*
 * A machine for the shim's upper half (runtime, imports, linear memory and the
 * real console) in a process of the host, which ends when the machine ends.
 */
#ifndef SLOPOS_FUZZ_HOST_MACHINE_H
#define SLOPOS_FUZZ_HOST_MACHINE_H

#include <stddef.h>
#include <stdint.h>

#include "boot_info.h"

/* How far the shim is with the module. */
enum phase {
    PHASE_PARSE,   /* m3_ParseModule, and what the shim checks before it */
    PHASE_LOAD,    /* m3_LoadModule */
    PHASE_COMPILE, /* linking the imports and compiling what is called first */
    PHASE_RUN,
};

/* How a process that is a machine ends, besides what QEMU would say. */
enum {
    EXIT_SUCCESS_OF_QEMU = 33,
    EXIT_FAILURE_OF_QEMU = 35,
    EXIT_EXCEPTION = 97, /* a processor exception: the shim would report it */
    EXIT_CORRUPTED = 99, /* AddressSanitizer stopped it */
};

/* Where the exception happened, when a process ends with EXIT_EXCEPTION. */
enum place {
    PLACE_PHYSICAL, /* in an import that reads or writes physical memory */
    PLACE_STACK,    /* the native stack was full */
    PLACE_ELSEWHERE,
};

#define SCREEN_BYTES 8192

/* What a machine leaves behind, in memory shared with its parent. */
struct traces {
    enum phase phase;
    enum place place;
    size_t length;
    char screen[SCREEN_BYTES]; /* the first bytes that the console got */
};

/* Once in the parent: physical memory, which each machine gets fresh. */
struct traces *machine_prepare(void);

/* In the process that is the machine: runs the module and does not return. */
_Noreturn void machine_run(const uint8_t *module, size_t bytes);

#endif
