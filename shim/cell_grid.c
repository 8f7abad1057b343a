#include "cell_grid.h"

#include "font.h"

struct cell_grid grid;

/* What the cells show, but for the mark of the cursor. */
static uint32_t cells[GRID_CELLS_MAX];

static uint32_t *cell_at(uint32_t column, uint32_t row) {
    return &cells[row * grid.columns + column];
}

/* A glyph in the style of the moment. */
static uint32_t styled(uint32_t glyph) {
    const struct style *style = &grid.style;
    uint32_t foreground = style->foreground, background = style->background;
    if (style->bold && foreground < 8)
        foreground += 8;
    return style->reverse ? CELL(glyph, background, foreground)
                          : CELL(glyph, foreground, background);
}

static void set_cell(uint32_t column, uint32_t row, uint32_t cell) {
    uint32_t *shown = cell_at(column, row);
    if (*shown == cell)
        return;
    grid_draw(column, row, *shown, cell);
    *shown = cell;
}

void grid_start(uint32_t columns, uint32_t rows) {
    grid = (struct cell_grid){.columns = columns, .rows = rows, .style = STYLE_PLAIN};
    for (uint32_t i = 0; i < columns * rows; i++)
        cells[i] = CELL_PLAIN;
}

void grid_show(uint32_t glyph) {
    if (grid.line_full)
        grid_break_line();
    set_cell(grid.column, grid.row, styled(glyph));
    if (grid.column + 1 < grid.columns)
        grid.column++;
    else
        grid.line_full = true;
}

static void scroll(void) {
    uint32_t last = grid.rows - 1;
    for (uint32_t row = 0; row < last; row++) {
        const uint32_t *above = cell_at(0, row), *below = cell_at(0, row + 1);
        for (uint32_t column = 0; column < grid.columns; column++)
            if (above[column] != below[column])
                set_cell(column, row, below[column]);
    }
    grid_erase(0, last, 0, grid.rows);
}

void grid_break_line(void) {
    grid.column = 0;
    grid.line_full = false;
    if (grid.row + 1 < grid.rows)
        grid.row++;
    else
        scroll();
}

static uint32_t within(int64_t place, uint32_t count) {
    return place < 0 ? 0 : place < count ? (uint32_t)place : count - 1;
}

void grid_move(int64_t column, int64_t row) {
    grid.column = within(column, grid.columns);
    grid.row = within(row, grid.rows);
    grid.line_full = false;
}

void grid_erase(uint32_t from_column, uint32_t from_row, uint32_t end_column, uint32_t end_row) {
    uint32_t blank = CELL(FONT_BLANK, CELL_FOREGROUND(CELL_PLAIN), grid.style.background);
    uint32_t end = end_row * grid.columns + end_column;
    for (uint32_t at = from_row * grid.columns + from_column; at < end; at++)
        set_cell(at % grid.columns, at / grid.columns, blank);
}

void grid_mark_cursor(bool marked) {
    uint32_t cell = *cell_at(grid.column, grid.row);
    uint32_t mark = CELL(CELL_GLYPH(cell), CELL_BACKGROUND(cell), CELL_FOREGROUND(cell));
    if (!grid.cursor_hidden && mark != cell)
        grid_draw(grid.column, grid.row, marked ? cell : mark, marked ? mark : cell);
}
