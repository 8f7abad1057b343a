/* What main.c has to say to the end of the machine; the end itself is in console.h. */

#ifndef SHIM_MACHINE_END_H
#define SHIM_MACHINE_END_H

/* A machine that has ended is not restarted by a key. */
void machine_end_stays(void);

#endif
