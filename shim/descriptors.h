/* The processor's descriptor tables, and what happens when it objects. */

#ifndef SHIM_DESCRIPTORS_H
#define SHIM_DESCRIPTORS_H

/*
 * Loads the shim's own GDT, TSS and IDT. From here on an exception prints its
 * vector, error code, RIP and CR2 and ends the machine as failed, on a stack of
 * its own, so that an overflow of the boot stack is reported like any other.
 */
void descriptors_init(void);

#endif
