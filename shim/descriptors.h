/* The processor's descriptor tables, and what happens when it objects. */

#ifndef SHIM_DESCRIPTORS_H
#define SHIM_DESCRIPTORS_H

#include <stdint.h>

#define VECTOR_PAGE_FAULT 14

/* What entry.S leaves on the exception stack; the last five are the processor's. */
struct exception_frame {
    uint64_t rbp, vector, error, rip, cs, flags, rsp, ss;
};

/*
 * Loads the shim's own GDT, TSS and IDT. From here on an exception prints its
 * vector, error code, RIP and CR2 and ends the machine as failed, on a stack of
 * its own, so that an overflow of the boot stack is reported like any other.
 */
void descriptors_init(void);

#endif
