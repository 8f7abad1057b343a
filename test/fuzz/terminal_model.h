/*
 * What a terminal shows after a text, for fuzz_screen.c. The text is read from its
 * beginning each time, by looking ahead and not by a state that goes on.
 */
#ifndef SLOPOS_TERMINAL_MODEL_H
#define SLOPOS_TERMINAL_MODEL_H

#include "font.h"
#include "fuzz.h"

/* Cells of the model at most. */
#define MODEL_COLUMNS 64
#define MODEL_ROWS 32

struct look {
    uint32_t glyph;
    unsigned front, back;
};

static struct {
    int columns, rows, column, row, kept_column, kept_row;
    int full, hidden, bold, reverse;
    unsigned front, back;
    struct look cells[MODEL_ROWS][MODEL_COLUMNS];
} model;

static uint32_t glyph_in_font(uint32_t letter) {
    if (letter >= 0x20 && letter < 0x7f)
        return letter - 0x20;
    for (uint32_t i = 0; i < font_entry_count; i++)
        if (font_entries[i].code_point == letter)
            return font_entries[i].glyph;
    return 0x7f - 0x20;
}

static void plain(void) {
    model.front = 7;
    model.back = 0;
    model.bold = model.reverse = 0;
}

static void line_feed(void) {
    model.full = 0;
    model.column = 0;
    if (model.row < model.rows - 1) {
        model.row++;
        return;
    }
    memmove(model.cells[0], model.cells[1], sizeof model.cells[0] * (size_t)(model.rows - 1));
    for (int column = 0; column < model.columns; column++)
        model.cells[model.rows - 1][column] = (struct look){0, 7, model.back};
}

static void letter(uint32_t glyph) {
    if (model.full)
        line_feed();
    unsigned front = model.bold && model.front < 8 ? model.front + 8 : model.front;
    struct look look = {glyph, front, model.back};
    if (model.reverse)
        look = (struct look){glyph, model.back, front};
    model.cells[model.row][model.column] = look;
    if (model.column == model.columns - 1)
        model.full = 1;
    else
        model.column++;
}

static void go(long column, long row) {
    model.full = 0;
    model.column = (int)(column < 0 ? 0 : column >= model.columns ? model.columns - 1 : column);
    model.row = (int)(row < 0 ? 0 : row >= model.rows ? model.rows - 1 : row);
}

/* Erases the cells of the screen, or of the cursor's line, of which `part` says which. */
static void wipe(int only_line, long part) {
    for (int row = 0; row < model.rows; row++)
        for (int column = 0; column < model.columns; column++) {
            int before = row < model.row || (row == model.row && column < model.column);
            int here = row == model.row && column == model.column;
            int wanted = part == 0 ? !before : part == 1 ? before || here : part == 2;
            if (wanted && (!only_line || row == model.row))
                model.cells[row][column] = (struct look){0, 7, model.back};
        }
}

static void paint(const long *numbers, int count) {
    for (int i = 0; i < count; i++) {
        long n = numbers[i];
        if (n == 38 || n == 48) {
            unsigned *side = n == 38 ? &model.front : &model.back;
            long kind = i + 1 < count ? numbers[i + 1] : 0;
            long colour = i + 2 < count ? numbers[i + 2] : 0;
            if (kind == 5 && colour < 16)
                *side = (unsigned)colour;
            i += kind == 5 ? 2 : kind == 2 ? 4 : 0;
            continue;
        }
        if (n == 0)
            plain();
        if (n == 1)
            model.bold = 1;
        if (n == 22)
            model.bold = 0;
        if (n == 7)
            model.reverse = 1;
        if (n == 27)
            model.reverse = 0;
        if (n / 10 == 3 && n % 10 < 8)
            model.front = (unsigned)n % 10;
        if (n / 10 == 4 && n % 10 < 8)
            model.back = (unsigned)n % 10;
        if (n / 10 == 9 && n % 10 < 8)
            model.front = (unsigned)n % 10 + 8;
        if (n / 10 == 10 && n % 10 < 8)
            model.back = (unsigned)n % 10 + 8;
        if (n == 39)
            model.front = 7;
        if (n == 49)
            model.back = 0;
    }
}

/* ESC [ with what is between, without its final byte, and that byte. */
static void sequence(const uint8_t *text, size_t bytes, char final) {
    long numbers[512] = {0};
    int count = 1, question = 0;
    for (size_t i = 0; i < bytes; i++)
        if (text[i] == ';')
            count++;
        else if (text[i] == '?')
            question = 1;
        else if (text[i] < '0' || text[i] > '9')
            return;
        else if (numbers[count - 1] < 100000)
            numbers[count - 1] = numbers[count - 1] * 10 + text[i] - '0';
    if (count > 16)
        return;
    long one = numbers[0] ? numbers[0] : 1, two = numbers[1] ? numbers[1] : 1;
    if (question) {
        if (numbers[0] == 25 && (final == 'h' || final == 'l'))
            model.hidden = final == 'l';
    } else if (final == 'A') {
        go(model.column, model.row - one);
    } else if (final == 'B') {
        go(model.column, model.row + one);
    } else if (final == 'C') {
        go(model.column + one, model.row);
    } else if (final == 'D') {
        go(model.column - one, model.row);
    } else if (final == 'G') {
        go(one - 1, model.row);
    } else if (final == 'd') {
        go(model.column, one - 1);
    } else if (final == 'H' || final == 'f') {
        go(two - 1, one - 1);
    } else if (final == 'J' || final == 'K') {
        wipe(final == 'K', numbers[0]);
    } else if (final == 'm') {
        paint(numbers, count);
    } else if (final == 's') {
        model.kept_column = model.column;
        model.kept_row = model.row;
    } else if (final == 'u') {
        go(model.kept_column, model.kept_row);
    }
}

static size_t run_of(const uint8_t *text, size_t at, size_t end, uint8_t least, uint8_t most) {
    while (at < end && text[at] >= least && text[at] <= most)
        at++;
    return at;
}

/* What follows ESC at `at`; returns where the text goes on. */
static size_t escape(const uint8_t *text, size_t at, size_t end) {
    if (at == end || text[at] < 0x20 || text[at] > 0x7e)
        return at;
    if (strchr("]PX^_", text[at]))
        return run_of(text, at, end, 0x20, 0xff);
    if (text[at] == '[') {
        size_t final = run_of(text, at + 1, end, 0x20, 0x3f);
        if (final == end || text[final] < 0x40 || text[final] > 0x7e)
            return final;
        sequence(text + at + 1, final - at - 1, (char)text[final]);
        return final + 1;
    }
    size_t final = run_of(text, at, end, 0x20, 0x2f);
    return final == end || text[final] < 0x20 || text[final] > 0x7e ? final : final + 1;
}

/* A byte above 127 at `at` and what belongs to it; returns where the text goes on. */
static size_t beyond_ascii(const uint8_t *text, size_t at, size_t end) {
    uint8_t first = text[at];
    size_t more = first >= 0xc0 && first < 0xe0   ? 1
                  : first >= 0xe0 && first < 0xf0 ? 2
                  : first >= 0xf0 && first < 0xf8 ? 3
                                                  : 0;
    size_t stop = run_of(text, at + 1, end < at + 1 + more ? end : at + 1 + more, 0x80, 0xbf);
    if (stop < at + 1 + more && stop == end)
        return end; /* the rest may come yet */
    uint32_t code = 0xfffff;
    if (more == 1 && stop == at + 2)
        code = (uint32_t)(first - 0xc0) * 64 + text[at + 1] - 0x80;
    if (more == 2 && stop == at + 3)
        code = ((uint32_t)(first - 0xe0) * 64 + text[at + 1] - 0x80) * 64 + text[at + 2] - 0x80;
    if ((more == 1 && code < 0x80) || (more == 2 && code < 0x800))
        code = 0xfffff;
    letter(glyph_in_font(code));
    return stop;
}

static void run_model(const uint8_t *text, size_t end) {
    memset(model.cells, 0, sizeof model.cells);
    for (int row = 0; row < MODEL_ROWS; row++)
        for (int column = 0; column < MODEL_COLUMNS; column++)
            model.cells[row][column].front = 7;
    model.column = model.row = model.kept_column = model.kept_row = model.full = model.hidden = 0;
    plain();
    for (size_t at = 0; at < end;) {
        uint8_t byte = text[at];
        if (byte == 0x1b) {
            at = escape(text, at + 1, end);
            continue;
        }
        if (byte > 0x7f) {
            at = beyond_ascii(text, at, end);
            continue;
        }
        at++;
        if (byte == '\n')
            line_feed();
        else if (byte == '\r')
            go(0, model.row);
        else if (byte == '\b')
            go(model.column - 1, model.row);
        else if (byte == '\t')
            go(model.column - model.column % 8 + 8, model.row);
        else if (byte >= 0x20 && byte != 0x7f)
            letter(byte - 0x20u);
    }
}

#endif
