#include "terminal.h"

#include <stdbool.h>
#include <stdint.h>

#include "cell_grid.h"
#include "font.h"

#define ESCAPE 0x1b
#define TAB_COLUMNS 8

/* Numbers of an escape sequence that are looked at; it may have more. */
#define NUMBERS_MAX 16
#define NUMBER_MAX 9999

/* Where in the text the terminal is. */
enum reading {
    IN_TEXT,
    IN_LETTER,   /* inside the UTF-8 of one */
    IN_ESCAPE,   /* after ESC */
    IN_LONGER,   /* after ESC and a byte that makes it one of several, up to a final byte */
    IN_SEQUENCE, /* after ESC [ */
    IN_STRING,   /* after ESC ] and its like, which some control character ends */
};

static struct {
    enum reading reading;
    uint32_t letter, least; /* the code point so far, and the least that it may be */
    uint32_t missing;       /* its bytes that are yet to come */
    uint32_t numbers[NUMBERS_MAX];
    uint32_t count; /* of numbers begun */
    bool is_private, is_ignored;
    uint32_t kept_column, kept_row;
} terminal;

/* Number `index` of the sequence; `otherwise` if it is absent or zero. */
static uint32_t number_or(uint32_t index, uint32_t otherwise) {
    return index < terminal.count && terminal.numbers[index] ? terminal.numbers[index] : otherwise;
}

/* 38 or 48 at `index`: a colour by its number, or by its components. Returns the last index. */
static uint32_t set_indexed(uint32_t index) {
    uint8_t *colour =
        terminal.numbers[index] == 38 ? &grid.style.foreground : &grid.style.background;
    uint32_t kind = number_or(index + 1, 0), chosen = number_or(index + 2, 0);
    if (kind == 5 && chosen < 16)
        *colour = (uint8_t)chosen;
    return index + (kind == 5 ? 2 : kind == 2 ? 4 : 0);
}

static void set_colours(void) {
    for (uint32_t i = 0; i < terminal.count; i++) {
        uint32_t code = terminal.numbers[i];
        if (code == 0)
            grid.style = STYLE_PLAIN;
        else if (code == 1 || code == 22)
            grid.style.bold = code == 1;
        else if (code == 7 || code == 27)
            grid.style.reverse = code == 7;
        else if (code >= 30 && code <= 37)
            grid.style.foreground = (uint8_t)(code - 30);
        else if (code == 39)
            grid.style.foreground = CELL_FOREGROUND(CELL_PLAIN);
        else if (code >= 40 && code <= 47)
            grid.style.background = (uint8_t)(code - 40);
        else if (code == 49)
            grid.style.background = CELL_BACKGROUND(CELL_PLAIN);
        else if (code >= 90 && code <= 97)
            grid.style.foreground = (uint8_t)(code - 90 + 8);
        else if (code >= 100 && code <= 107)
            grid.style.background = (uint8_t)(code - 100 + 8);
        else if (code == 38 || code == 48)
            i = set_indexed(i);
    }
}

/* J: how much of the screen; K: how much of the line. 0 to the end, 1 from the start, 2 all. */
static void erase_part(uint32_t first_row, uint32_t end_row) {
    uint32_t part = number_or(0, 0);
    uint32_t after = grid.column + 1;
    if (part == 0)
        grid_erase(grid.column, grid.row, 0, end_row);
    else if (part == 1)
        grid_erase(0, first_row, after, grid.row);
    else if (part == 2)
        grid_erase(0, first_row, 0, end_row);
}

/* The sequence is complete: `final` says what it is. */
static void obey(char final) {
    int64_t column = grid.column, row = grid.row;
    int64_t first = number_or(0, 1);
    if (terminal.is_ignored)
        return;
    if (terminal.is_private) {
        if (number_or(0, 0) == 25 && (final == 'h' || final == 'l'))
            grid.cursor_hidden = final == 'l';
        return;
    }
    switch (final) {
    case 'A':
        return grid_move(column, row - first);
    case 'B':
        return grid_move(column, row + first);
    case 'C':
        return grid_move(column + first, row);
    case 'D':
        return grid_move(column - first, row);
    case 'G':
        return grid_move(first - 1, row);
    case 'H':
    case 'f':
        return grid_move((int64_t)number_or(1, 1) - 1, first - 1);
    case 'd':
        return grid_move(column, first - 1);
    case 'J':
        return erase_part(0, grid.rows);
    case 'K':
        return erase_part(grid.row, grid.row + 1);
    case 'm':
        return set_colours();
    case 's':
        terminal.kept_column = grid.column;
        terminal.kept_row = grid.row;
        return;
    case 'u':
        return grid_move(terminal.kept_column, terminal.kept_row);
    }
}

static void begin_sequence(void) {
    terminal.reading = IN_SEQUENCE;
    terminal.is_private = terminal.is_ignored = false;
    terminal.count = 1;
    terminal.numbers[0] = 0;
}

/* A printable byte of a sequence (ECMA-48, 5.4): numbers, then the final byte. */
static void read_sequence(uint8_t byte) {
    uint32_t *number = &terminal.numbers[terminal.count - 1];
    if (byte >= '0' && byte <= '9') {
        *number = *number * 10 + (byte - '0');
        if (*number > NUMBER_MAX)
            *number = NUMBER_MAX;
    } else if (byte == ';' && terminal.count < NUMBERS_MAX) {
        terminal.numbers[terminal.count++] = 0;
    } else if (byte == '?') {
        terminal.is_private = true;
    } else if (byte >= '@') {
        terminal.reading = IN_TEXT;
        obey((char)byte);
    } else {
        terminal.is_ignored = true;
    }
}

/* A printable byte after ESC: the beginning of something longer, or swallowed. */
static void read_escape(uint8_t byte) {
    if (byte == '[')
        begin_sequence();
    else if (byte == ']' || byte == 'P' || byte == 'X' || byte == '^' || byte == '_')
        terminal.reading = IN_STRING;
    else
        terminal.reading = byte < '0' ? IN_LONGER : IN_TEXT;
}

static void control(uint8_t byte) {
    terminal.reading = IN_TEXT;
    if (byte == '\n')
        grid_break_line();
    else if (byte == '\r')
        grid_move(0, grid.row);
    else if (byte == '\b')
        grid_move((int64_t)grid.column - 1, grid.row);
    else if (byte == '\t')
        grid_move((grid.column / TAB_COLUMNS + 1) * TAB_COLUMNS, grid.row);
    else if (byte == ESCAPE)
        terminal.reading = IN_ESCAPE;
}

/* The first byte of a letter in UTF-8 that has more of them (Unicode 15, table 3-6). */
static void begin_letter(uint8_t byte) {
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    terminal.missing = byte < 0xc0 ? 0 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : byte < 0xf8 ? 3 : 0;
    terminal.least = least[terminal.missing];
    terminal.letter = byte & (0x3f >> terminal.missing);
    terminal.reading = terminal.missing ? IN_LETTER : IN_TEXT;
    if (!terminal.missing)
        grid_show(FONT_BOX);
}

static void continue_letter(uint8_t byte) {
    terminal.letter = terminal.letter << 6 | (byte & 0x3f);
    if (--terminal.missing)
        return;
    terminal.reading = IN_TEXT;
    grid_show(terminal.letter < terminal.least ? FONT_BOX : font_glyph(terminal.letter));
}

static void read_byte(uint8_t byte) {
    bool continues = (byte & 0xc0) == 0x80;
    if (terminal.reading == IN_LETTER && continues)
        return continue_letter(byte);
    if (terminal.reading == IN_LETTER) {
        terminal.reading = IN_TEXT;
        grid_show(FONT_BOX);
    }
    if (terminal.reading == IN_STRING && byte >= ' ')
        return;
    if (byte < ' ' || byte == 0x7f)
        return control(byte);
    if (byte >= 0x80)
        return begin_letter(byte);
    if (terminal.reading == IN_SEQUENCE)
        return read_sequence(byte);
    if (terminal.reading == IN_ESCAPE)
        return read_escape(byte);
    if (terminal.reading == IN_LONGER) {
        terminal.reading = byte < '0' ? IN_LONGER : IN_TEXT;
        return;
    }
    grid_show(font_glyph(byte));
}

void terminal_start(uint32_t columns, uint32_t rows) {
    terminal.reading = IN_TEXT;
    terminal.kept_column = terminal.kept_row = 0;
    grid_start(columns, rows);
}

void terminal_write(const char *text, size_t bytes) {
    grid_mark_cursor(false);
    for (size_t i = 0; i < bytes; i++)
        read_byte((uint8_t)text[i]);
    grid_mark_cursor(true);
}

void terminal_reset(void) {
    grid_mark_cursor(false);
    terminal.reading = IN_TEXT;
    grid.cursor_hidden = false;
    grid.style = STYLE_PLAIN;
    grid_mark_cursor(true);
}
