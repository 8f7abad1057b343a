/*
 * The screen's letters: the bitmap font Spleen in two sizes, which
 * scripts/make_font.mjs turns into data when the shim is built. Used by
 * terminal.c, which asks for glyphs, and by screen.c, which draws them.
 */

#ifndef SHIM_FONT_H
#define SHIM_FONT_H

#include <stdint.h>

/* The glyphs of printable ASCII come first, in order; the box stands in DEL's place. */
#define FONT_BLANK 0
#define FONT_BOX 95

struct font {
    uint32_t width, height; /* pixels of a glyph; the width is 8 or 16 */
    /* For each glyph `height` rows of `width` bits, the leftmost is the highest bit. */
    const uint8_t *glyphs;
};

extern const struct font font_small; /* 8x16 */
extern const struct font font_large; /* 16x32, with the same glyphs */

/* What a code point outside of ASCII looks like; sorted by code point. */
struct font_entry {
    uint16_t code_point;
    uint16_t glyph;
};

extern const struct font_entry font_entries[];
extern const uint32_t font_entry_count;

/* The glyph of a code point; FONT_BOX if the font has none. */
uint16_t font_glyph(uint32_t code_point);

#endif
