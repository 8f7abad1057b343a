/*
 * What text does to the screen: letters, line breaks, and the escape sequences
 * that programs use for colours and for the cursor. Used by screen.c.
 *
 * A line break goes to the first column of the next line; at the end of the last
 * line everything moves up. The last column holds back: the next letter, and not
 * the one that filled it, begins a line. Tabs go to each eighth column.
 *
 * Escape sequences (ECMA-48) that do something, all of them begin with ESC [:
 *
 *     A B C D     cursor up, down, right, left       G H f d     to a column, a place, a line
 *     J K         erase in the screen, in the line   s u         keep the cursor's place, go back
 *     m           colours: 0 1 7 22 27 30-37 39 40-47 49 90-97 100-107, 38;5 and 48;5 up to 15
 *     ?25h ?25l   show and hide the cursor
 *
 * Others are swallowed whole. A control character or a byte above 127 ends a
 * sequence that is not complete, and is then taken for itself. What is not UTF-8
 * shows as a box, as does a letter that the font lacks.
 */

#ifndef SHIM_TERMINAL_H
#define SHIM_TERMINAL_H

#include <stddef.h>
#include <stdint.h>

/* Starts over on a grid of `columns` by `rows` empty cells (cell_grid.h). */
void terminal_start(uint32_t columns, uint32_t rows);

/* Shows `bytes` bytes of text. */
void terminal_write(const char *text, size_t bytes);

/*
 * Ends whatever sequence the text has begun, and goes on in ordinary colours and
 * with a cursor that shows.
 */
void terminal_reset(void);

#endif
