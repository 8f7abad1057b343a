/* Time since the shim started. */

#ifndef SHIM_CLOCK_H
#define SHIM_CLOCK_H

#include <stdint.h>

/* Starts the clock; takes 5 ms, in which the time-stamp counter is measured. */
void clock_init(void);

/* Nanoseconds since `clock_init` was called. Never goes back. */
uint64_t clock_nanoseconds(void);

#endif
