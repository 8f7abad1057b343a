/* The date and time of day, from the clock of the PC's CMOS. Used by imports.c. */

#ifndef SHIM_CALENDAR_H
#define SHIM_CALENDAR_H

#include <stdint.h>

/*
 * Nanoseconds since 1970, the CMOS clock taken for UTC; 0 where that shows no
 * date. It is read once, at the first call; from then on the clock of clock.h
 * counts.
 */
uint64_t calendar_nanoseconds(void);

#endif
