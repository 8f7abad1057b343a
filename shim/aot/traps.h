/* How a trap of the translated module ends the machine. Used by aot_engine.c. */

#ifndef SHIM_TRAPS_H
#define SHIM_TRAPS_H

/*
 * Says where backtraces end: at the frame of the function that calls the module
 * (`__builtin_frame_address(0)`).
 */
void traps_init(const void *outermost);

#endif
