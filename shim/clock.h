/* Time since the shim started. */

#ifndef SHIM_CLOCK_H
#define SHIM_CLOCK_H

#include <stdint.h>

/*
 * Starts the clock. Where the processor does not tell how fast its time-stamp
 * counter runs, that is measured: 5 ms, and again, 16 times at most, where a
 * host has taken the processor away in the wrong moment.
 */
void clock_init(void);

/* Nanoseconds since `clock_init` was called. Never goes back. */
uint64_t clock_nanoseconds(void);

#endif
