#include "font.h"

uint16_t font_glyph(uint32_t code_point) {
    if (code_point >= ' ' && code_point <= '~')
        return (uint16_t)(code_point - ' ' + FONT_BLANK);
    uint32_t first = 0, end = font_entry_count;
    while (first < end) {
        uint32_t middle = first + (end - first) / 2;
        if (font_entries[middle].code_point < code_point)
            first = middle + 1;
        else
            end = middle;
    }
    if (first < font_entry_count && font_entries[first].code_point == code_point)
        return font_entries[first].glyph;
    return FONT_BOX;
}
