/*
 * The last step: from the firmware's machine state to the protocol's.
 */

#ifndef STUB_HANDOFF_H
#define STUB_HANDOFF_H

#include <stdint.h>

/* What `handoff` needs. handoff.S knows the offsets: eight bytes a field. */
struct handoff {
    uint64_t root; /* physical address of the top-level table */
    uint64_t hhdm_offset;
    uint64_t alias;     /* direct-map address of the top-level entry that maps
                           the loader where it runs now; cleared on the way */
    uint64_t stack_top; /* direct-map address, a multiple of 16 */
    uint64_t entry;
    uint64_t no_execute; /* 1: the processor has the NX bit; else 0 */
};

/* Enters the executable as the protocol says. Boot services are over. */
_Noreturn void handoff(const struct handoff *arguments);

#endif
