/*
 * A screen as cells: what each of them shows, and the cursor. Used by terminal.c,
 * which knows what text does to it, and by screen.c, which draws the cells.
 *
 * Whatever changes here is drawn at once, and nothing else is. Places count from
 * 0; those outside of the screen become the nearest inside.
 */

#ifndef SHIM_CELL_GRID_H
#define SHIM_CELL_GRID_H

#include <stdbool.h>
#include <stdint.h>

/* Cells at most; a screen that has room for more is used in part. */
#define GRID_CELLS_MAX 65536

/*
 * A cell:
 *
 *     31..24  23..20       19..16       15..0
 *     | 0    | background | foreground | glyph |
 *
 * Colours are numbered as escape sequences do: 0 to 7 black, red, green, yellow,
 * blue, magenta, cyan, white; the same brighter from 8 on.
 */
#define CELL(glyph, foreground, background)                                                        \
    ((uint32_t)(background) << 20 | (uint32_t)(foreground) << 16 | (uint32_t)(glyph))
#define CELL_GLYPH(cell) ((cell)&0xffff)
#define CELL_FOREGROUND(cell) ((cell) >> 16 & 15)
#define CELL_BACKGROUND(cell) ((cell) >> 20 & 15)
#define CELL_COLOURS(cell) ((cell) >> 16)

/* Nothing, in white on black. */
#define CELL_PLAIN CELL(FONT_BLANK, 7, 0)

/* How letters look that are shown next. */
struct style {
    uint8_t foreground, background;
    bool bold, reverse;
};

#define STYLE_PLAIN ((struct style){.foreground = 7, .background = 0})

struct cell_grid {
    uint32_t columns, rows;
    uint32_t column, row; /* the cursor's place */
    bool line_full;       /* the last column is filled, and the cursor still on it */
    bool cursor_hidden;
    struct style style;
};

/* The screen. What is drawn follows from the functions below; the last two fields can be set. */
extern struct cell_grid grid;

/* Starts over with `columns` by `rows` cells, at most GRID_CELLS_MAX, which all show CELL_PLAIN. */
void grid_start(uint32_t columns, uint32_t rows);

/* Shows a glyph where the cursor is, which goes on; after the last column to the next line. */
void grid_show(uint32_t glyph);

/* Goes to the start of the next line; from the last one everything moves up. */
void grid_break_line(void);

void grid_move(int64_t column, int64_t row);

/* Erases from one cell to before another, in the order of reading. */
void grid_erase(uint32_t from_column, uint32_t from_row, uint32_t end_column, uint32_t end_row);

/* Exchanges the colours of the cell under the cursor, or puts them back. */
void grid_mark_cursor(bool marked);

/* To be supplied by who draws: a cell that showed `from` is to show `to`, which differs. */
void grid_draw(uint32_t column, uint32_t row, uint32_t from, uint32_t to);

#endif
