/*
 * From a keyboard's scan codes to the bytes that a terminal would send. Used by
 * keyboard.c.
 *
 * Scan codes are those of set 1, the layout is that of the United States. Letters
 * and signs are ASCII, with control down 1 to 31; enter is a carriage return,
 * backspace 0x7f, escape 0x1b; arrows, home and end, page up and down, insert and
 * delete are the sequences that xterm sends. The numeric keypad is as with num
 * lock off. Other keys are nothing.
 */

#ifndef SHIM_KEY_CODES_H
#define SHIM_KEY_CODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that a key is, at most. */
#define KEY_BYTES_MAX 4

/* What is held down, what is locked, and where in a scan code of several bytes this is. */
struct key_state {
    bool left_shift, right_shift, left_control, right_control, capitals;
    bool is_extended; /* 0xe0 came */
    uint8_t ignored;  /* bytes of the pause key that are yet to come */
};

/*
 * Takes the next byte of a scan code and writes to `bytes` what the key is; returns
 * how many bytes that are, none for a key that goes up.
 */
size_t key_bytes(struct key_state *state, uint8_t code, char bytes[KEY_BYTES_MAX]);

#endif
