/*
 * What is typed on a PC's keyboard, as a terminal would send it. Used by the
 * console's input and by machine_end.c.
 *
 * The keyboard is one with a PS/2 controller, or one for USB that the firmware
 * makes look like it. Its layout is that of the United States (key_codes.h). What
 * is typed while nobody reads is kept by the keyboard, which has room for some
 * sixteen scan codes.
 */

#ifndef SHIM_KEYBOARD_H
#define SHIM_KEYBOARD_H

#include <stdbool.h>

/* True if the machine has a controller for a keyboard. Makes it ready when first asked. */
bool keyboard_present(void);

/* The next byte that was typed, as key_codes.h has it; -1 if there is none. */
int keyboard_read(void);

/*
 * Waits until a key goes down, whichever it is; for ever where there is no
 * controller. What was typed before does not count.
 */
void keyboard_await(void);

/* Has the controller reset the processor; returns if it does not. */
void keyboard_reset_machine(void);

#endif
