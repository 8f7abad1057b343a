#include "screen.h"

#include <string.h>

#include "cell_grid.h"
#include "font.h"
#include "limine_protocol.h"
#include "page_walk.h"
#include "terminal.h"

/* Beyond so many pixels in either direction letters are large. */
#define SMALL_FONT_PIXELS 1920

/* What has room for less is no screen. */
#define COLUMNS_MIN 32
#define ROWS_MIN 8

#define COLOURS 16

/* Pixels that are drawn at once, and the patterns that their bits make. */
#define GROUP 4
#define PATTERNS (1 << GROUP)

/* Red, green and blue, 8 bits each, of the colours that cells have. */
static const uint32_t colours[COLOURS] = {
    0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa, 0xaa00aa, 0x00aaaa, 0xaaaaaa,
    0x555555, 0xff5555, 0x55ff55, 0xffff55, 0x5555ff, 0xff55ff, 0x55ffff, 0xffffff,
};

static struct {
    uint8_t *pixels; /* null: closed */
    uint64_t bytes;  /* from the first pixel to after the last */
    uint64_t pitch;  /* bytes from line to line */
    uint64_t hhdm_offset;
    uint32_t pixel_bytes;
    const struct font *font;
    uint32_t palette[COLOURS]; /* pixels of the colours */
    bool is_busy;
} screen;

/* For each pattern of bits the pixels that it makes in the colours of `pattern_colours`. */
static uint32_t patterns[PATTERNS][GROUP];
static uint32_t pattern_colours;

static void make_patterns(uint32_t cell) {
    if (pattern_colours == CELL_COLOURS(cell))
        return;
    pattern_colours = CELL_COLOURS(cell);
    uint32_t on = screen.palette[CELL_FOREGROUND(cell)];
    uint32_t off = screen.palette[CELL_BACKGROUND(cell)];
    for (uint32_t bits = 0; bits < PATTERNS; bits++)
        for (uint32_t i = 0; i < GROUP; i++)
            patterns[bits][i] = bits << i & PATTERNS >> 1 ? on : off;
}

/* Draws the pixels of one pattern and returns where the next one's go. */
static inline uint8_t *draw_pattern(uint8_t *at, uint32_t bits, uint32_t pixel_bytes) {
    if (pixel_bytes == 4) {
        memcpy(at, patterns[bits], sizeof patterns[bits]);
        return at + sizeof patterns[bits];
    }
    for (uint32_t i = 0; i < GROUP; i++, at += pixel_bytes)
        memcpy(at, &patterns[bits][i], 3);
    return at;
}

/*
 * Draws those lines of a glyph that are not as they were, or all of them. Inlined
 * where the layout is constant, since scrolling spends most of its time here.
 */
static inline __attribute__((always_inline)) void draw_lines(uint8_t *line, const uint8_t *old,
                                                             const uint8_t *new, bool all,
                                                             uint32_t row_bytes,
                                                             uint32_t pixel_bytes) {
    for (uint32_t y = screen.font->height; y; y--, line += screen.pitch) {
        bool same = old[0] == new[0] && old[row_bytes - 1] == new[row_bytes - 1];
        uint8_t *at = line;
        for (uint32_t i = 0; (all || !same) && i < row_bytes; i++) {
            at = draw_pattern(at, new[i] >> GROUP, pixel_bytes);
            at = draw_pattern(at, new[i] & (PATTERNS - 1), pixel_bytes);
        }
        old += row_bytes;
        new += row_bytes;
    }
}

static const uint8_t *glyph_of(uint32_t cell) {
    const struct font *font = screen.font;
    return font->glyphs + CELL_GLYPH(cell) * (font->width / 8 * font->height);
}

void grid_draw(uint32_t column, uint32_t row, uint32_t from, uint32_t to) {
    const struct font *font = screen.font;
    const uint8_t *old = glyph_of(from), *new = glyph_of(to);
    bool all = CELL_COLOURS(from) != CELL_COLOURS(to);
    uint8_t *line = screen.pixels + (uint64_t)row * font->height * screen.pitch +
                    (uint64_t)column * font->width * screen.pixel_bytes;
    make_patterns(to);
    if (screen.pixel_bytes == 3)
        draw_lines(line, old, new, all, font->width / 8, 3);
    else if (font == &font_small)
        draw_lines(line, old, new, all, 1, 4);
    else
        draw_lines(line, old, new, all, 2, 4);
}

/* One component of a colour, of 8 bits, where a pixel has it. */
static uint32_t component(uint32_t colour, uint32_t size, uint32_t shift) {
    uint32_t value = colour & 0xff;
    return (size < 8 ? value >> (8 - size) : value << (size - 8)) << shift;
}

static void make_palette(const struct limine_framebuffer *from) {
    for (uint32_t i = 0; i < COLOURS; i++)
        screen.palette[i] =
            component(colours[i] >> 16, from->red_mask_size, from->red_mask_shift) |
            component(colours[i] >> 8, from->green_mask_size, from->green_mask_shift) |
            component(colours[i], from->blue_mask_size, from->blue_mask_shift);
    pattern_colours = UINT32_MAX; /* none of a cell's */
}

/* Whether a component has bits, all of them inside of the pixel. */
static bool fits(uint32_t size, uint32_t shift, uint32_t pixel_bits) {
    return size > 0 && size <= 16 && size + shift <= pixel_bits;
}

/* Sets where the pixels are; false if there is no such framebuffer. */
static bool measure(const struct limine_framebuffer *from) {
    uint64_t line_bytes, above_last;
    uint32_t bits = from->bits_per_pixel;
    if (from->memory_model != LIMINE_FRAMEBUFFER_RGB || (bits != 24 && bits != 32) ||
        !fits(from->red_mask_size, from->red_mask_shift, bits) ||
        !fits(from->green_mask_size, from->green_mask_shift, bits) ||
        !fits(from->blue_mask_size, from->blue_mask_shift, bits))
        return false;
    screen.pixel_bytes = bits / 8;
    screen.pitch = from->pitch;
    return from->height != 0 &&
           !__builtin_mul_overflow(from->width, screen.pixel_bytes, &line_bytes) &&
           line_bytes <= from->pitch &&
           !__builtin_mul_overflow(from->pitch, from->height - 1, &above_last) &&
           !__builtin_add_overflow(above_last, line_bytes, &screen.bytes);
}

/*
 * Black in every layout: zero. Not memset, whose `rep stos` is slow where it is
 * emulated; the barrier keeps the compiler from making memset of it all the same.
 */
static void clear(uint8_t *pixels, uint64_t width, uint64_t height) {
    static const uint8_t black[64];
    for (uint64_t y = 0; y < height; y++, pixels += screen.pitch) {
        uint64_t bytes = width * screen.pixel_bytes, at = 0;
        for (; at + sizeof black <= bytes; at += sizeof black) {
            memcpy(pixels + at, black, sizeof black);
            __asm__ volatile("" : : : "memory");
        }
        memset(pixels + at, 0, bytes - at);
    }
}

bool screen_open(const struct limine_framebuffer *framebuffer, uint64_t hhdm_offset,
                 uint64_t root) {
    uint64_t width = framebuffer->width, height = framebuffer->height;
    bool large = width > SMALL_FONT_PIXELS || height > SMALL_FONT_PIXELS;
    screen.font = large ? &font_large : &font_small;
    uint64_t columns = width / screen.font->width, rows = height / screen.font->height;
    if (columns > GRID_CELLS_MAX / ROWS_MIN)
        columns = GRID_CELLS_MAX / ROWS_MIN;
    if (columns < COLUMNS_MIN || rows < ROWS_MIN || !measure(framebuffer) ||
        !pages_writable(root, hhdm_offset, (uint64_t)framebuffer->address, screen.bytes))
        return false;
    if (rows > GRID_CELLS_MAX / columns)
        rows = GRID_CELLS_MAX / columns;
    screen.hhdm_offset = hhdm_offset;
    make_palette(framebuffer);
    clear(framebuffer->address, width, height);
    terminal_start((uint32_t)columns, (uint32_t)rows);
    screen.pixels = framebuffer->address;
    return true;
}

void screen_keep(uint64_t root) {
    if (screen.pixels &&
        !pages_writable(root, screen.hhdm_offset, (uint64_t)screen.pixels, screen.bytes))
        screen.pixels = NULL;
}

/* True if the screen can be written to; it is then busy. */
static bool begin(void) {
    if (screen.is_busy)
        screen.pixels = NULL;
    screen.is_busy = screen.pixels != NULL;
    return screen.is_busy;
}

void screen_write(const char *text, size_t bytes) {
    if (!begin())
        return;
    terminal_write(text, bytes);
    screen.is_busy = false;
}

void screen_reset(void) {
    if (!begin())
        return;
    terminal_reset();
    screen.is_busy = false;
}
