/* Random numbers. Used by imports.c. */

#ifndef SHIM_RANDOM_H
#define SHIM_RANDOM_H

#include <stdint.h>

/*
 * A random number: the processor's (RDRAND), where it has that. Without it the
 * time-stamp counter, mixed: different from one call and boot to the next, and
 * good for nothing that has to be a secret.
 */
uint64_t random_number(void);

#endif
