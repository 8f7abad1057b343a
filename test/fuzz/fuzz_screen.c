/*
 * The screen: framebuffers of every layout, text of every kind, and what a loader
 * can lie about. All pixels are compared with a model that reads the text again
 * from its beginning each time, and draws pixel by pixel.
 */

#include "fuzz.h"

/* The source itself, so that the model can look at what is no part of its interface. */
#include "../../shim/screen.c"

#define TABLE_ENTRIES 512
#define UNTOUCHED 0xa5

/* Cells of the model at most. */
#define MODEL_COLUMNS 64
#define MODEL_ROWS 32

/* The loader's page tables, which map no more than some pages from `mapped` on, 1:1. */
static struct {
    _Alignas(4096) uint64_t top[TABLE_ENTRIES], third[2][TABLE_ENTRIES], second[2][TABLE_ENTRIES];
    _Alignas(4096) uint64_t last[4][TABLE_ENTRIES];
    size_t lasts, seconds, thirds;
} tables;

/* The table below `entry`, taken from `pool` if there is none yet. */
static uint64_t *below(uint64_t *entry, uint64_t (*pool)[TABLE_ENTRIES], size_t *used,
                       size_t size) {
    if (!(*entry & 1)) {
        REQUIRE(*used < size);
        *entry = (uint64_t)pool[(*used)++] | 3;
    }
    return (uint64_t *)(*entry & 0x000ffffffffff000);
}

static uint64_t *last_entry(uint64_t address) {
    uint64_t *third = below(&tables.top[address >> 39 & 511], tables.third, &tables.thirds, 2);
    uint64_t *second = below(&third[address >> 30 & 511], tables.second, &tables.seconds, 2);
    uint64_t *last = below(&second[address >> 21 & 511], tables.last, &tables.lasts, 4);
    return &last[address >> 12 & 511];
}

static void map(const uint8_t *from, size_t bytes) {
    memset(&tables, 0, sizeof tables);
    for (size_t at = 0; at < bytes; at += 4096)
        *last_entry((uint64_t)from + at) = (uint64_t)(from + at) | 3;
}

/* --- the model: what text does --- */

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

/* --- the model: what cells look like --- */

static uint64_t pixel_of(const struct limine_framebuffer *from, unsigned colour) {
    static const char *const names[] = {"000", "a00", "0a0", "a50", "00a", "a0a", "0aa", "aaa",
                                        "555", "f55", "5f5", "ff5", "55f", "f5f", "5ff", "fff"};
    const uint8_t sizes[] = {from->red_mask_size, from->green_mask_size, from->blue_mask_size};
    const uint8_t shifts[] = {from->red_mask_shift, from->green_mask_shift, from->blue_mask_shift};
    uint64_t pixel = 0;
    for (int i = 0; i < 3; i++) {
        char digits[] = {names[colour][i], names[colour][i], '\0'};
        uint64_t value = strtoul(digits, NULL, 16) * 256; /* of 16 bits */
        pixel |= value / ((uint64_t)1 << (16 - sizes[i])) << shifts[i];
    }
    return pixel;
}

static void check_pixels(const struct limine_framebuffer *from) {
    const uint8_t *pixels = from->address;
    unsigned pixel_bytes = from->bits_per_pixel / 8;
    uint32_t palette[16];
    for (unsigned i = 0; i < 16; i++)
        palette[i] = (uint32_t)pixel_of(from, i);
    for (uint64_t y = 0; y < from->height; y++) {
        const uint8_t *line = pixels + y * from->pitch;
        for (uint64_t x = 0; x < from->width; x++) {
            uint64_t column = x / 8, row = y / 16;
            uint32_t expected = 0, seen = 0;
            if (column < (uint64_t)model.columns && row < (uint64_t)model.rows) {
                struct look look = model.cells[row][column];
                int marked = !model.hidden && (int)row == model.row && (int)column == model.column;
                unsigned lit = font_small.glyphs[look.glyph * 16 + y % 16] >> (7 - x % 8) & 1;
                expected = palette[lit != (unsigned)marked ? look.front : look.back];
            }
            memcpy(&seen, line + x * pixel_bytes, pixel_bytes);
            REQUIRE(seen == expected);
        }
        /* What is between the lines is nobody's. */
        for (uint64_t i = from->width * pixel_bytes; y + 1 < from->height && i < from->pitch; i++)
            REQUIRE(line[i] == UNTOUCHED);
    }
}

/* Layouts that exist, and some that could. */
static const struct limine_framebuffer layouts[] = {
    {.bits_per_pixel = 32,
     .red_mask_size = 8,
     .red_mask_shift = 16,
     .green_mask_size = 8,
     .green_mask_shift = 8,
     .blue_mask_size = 8,
     .blue_mask_shift = 0},
    {.bits_per_pixel = 32,
     .red_mask_size = 8,
     .red_mask_shift = 0,
     .green_mask_size = 8,
     .green_mask_shift = 8,
     .blue_mask_size = 8,
     .blue_mask_shift = 16},
    {.bits_per_pixel = 24,
     .red_mask_size = 8,
     .red_mask_shift = 16,
     .green_mask_size = 8,
     .green_mask_shift = 8,
     .blue_mask_size = 8,
     .blue_mask_shift = 0},
    {.bits_per_pixel = 32,
     .red_mask_size = 10,
     .red_mask_shift = 20,
     .green_mask_size = 10,
     .green_mask_shift = 10,
     .blue_mask_size = 10,
     .blue_mask_shift = 0},
    {.bits_per_pixel = 24,
     .red_mask_size = 5,
     .red_mask_shift = 11,
     .green_mask_size = 6,
     .green_mask_shift = 5,
     .blue_mask_size = 5,
     .blue_mask_shift = 0},
};

static void test_text(struct input *input) {
    struct limine_framebuffer from = layouts[take_byte(input) % 5];
    from.memory_model = 1;
    from.width = 256 + take_byte(input) % 64;
    from.height = 128 + take_byte(input) % 64;
    from.pitch = from.width * (from.bits_per_pixel / 8) + take_byte(input) % 32;
    size_t bytes = from.pitch * (from.height - 1) + from.width * (from.bits_per_pixel / 8);
    from.address = malloc(bytes);
    REQUIRE(from.address != NULL);
    memset(from.address, UNTOUCHED, bytes);
    size_t lead = (uint64_t)from.address % 4096;
    map((uint8_t *)from.address - lead, lead + bytes);
    REQUIRE(screen_open(&from, 0, (uint64_t)tables.top));
    model.columns = (int)from.width / 8;
    model.rows = (int)from.height / 16;

    size_t part = input->bytes * take_byte(input) / 255;
    part = part < input->bytes ? part : input->bytes;
    char *text = copy_of(input->at, input->bytes, 0);
    screen_write(text, part);
    run_model(input->at, part);
    check_pixels(&from);
    screen_write(text + part, input->bytes - part);
    run_model(input->at, input->bytes);
    check_pixels(&from);

    /* What has been left behind does not get in the way of what matters. */
    screen_reset();
    if (model.column)
        line_feed();
    model.hidden = 0;
    plain();
    for (const char *next = "PANIC"; *next; next++)
        letter((uint32_t)*next - 0x20);
    screen_write("PANIC", 5);
    check_pixels(&from);

    /* A call from inside of a call: the screen is at fault, and is left alone for good. */
    screen.is_busy = true;
    screen_write("again", 5);
    screen_write("and again", 9);
    screen_reset();
    check_pixels(&from);
    free(text);
    free(from.address);
}

/* Whatever is said of a framebuffer, nothing outside of what is mapped is touched. */
static void test_lies(struct input *input) {
    static _Alignas(4096) uint8_t memory[64 * 4096];
    struct limine_framebuffer from = layouts[take_byte(input) % 5];
    unsigned lies = take_byte(input);
    from.memory_model = (lies & 1) ? take_byte(input) : 1;
    from.bits_per_pixel = (lies & 2) ? (uint16_t)take_number(input, 2) : from.bits_per_pixel;
    from.width = take_number(input, lies & 4 ? 8 : 1) + (lies & 4 ? 0 : 200);
    from.height = take_number(input, lies & 8 ? 8 : 1);
    from.pitch = lies & 16 ? take_number(input, 8) : from.width * 4;
    if (lies & 32) {
        from.red_mask_size = take_byte(input);
        from.green_mask_shift = take_byte(input);
    }
    uint64_t offset = take_number(input, 2);
    from.address = lies & 64 ? (void *)take_number(input, 8) : memory + offset;
    map(memory, sizeof memory);
    /* A page that is not there, or cannot be written. */
    size_t page = take_byte(input) % 128;
    uint8_t flaw = take_byte(input) % 3;
    if (page < 64)
        *last_entry((uint64_t)memory + page * 4096) &= ~(uint64_t)flaw;

    typedef unsigned __int128 wide;
    wide pixel_bytes = from.bits_per_pixel / 8u;
    wide line = (wide)from.width * pixel_bytes;
    wide bytes = from.height ? (wide)from.pitch * (from.height - 1) + line : 0;
    wide first = (wide)(uint64_t)from.address, low = (wide)(uint64_t)memory;
    bool hurt =
        page < 64 && flaw && low + page * 4096 < first + bytes && low + (page + 1) * 4096 > first;
    unsigned letter_width = from.width > 1920 || from.height > 1920 ? 16 : 8;
    bool masks = true;
    const uint8_t *mask = &from.red_mask_size;
    for (int i = 0; i < 3; i++)
        masks &= mask[2 * i] >= 1 && mask[2 * i] <= 16 &&
                 mask[2 * i] + mask[2 * i + 1] <= from.bits_per_pixel;
    bool expected = from.memory_model == 1 &&
                    (from.bits_per_pixel == 24 || from.bits_per_pixel == 32) && masks &&
                    from.pitch >= line && from.width / letter_width >= 32 &&
                    from.height / (2 * letter_width) >= 8 && first >= low &&
                    first + bytes <= low + sizeof memory && !hurt;
    screen.pixels = NULL;
    bool opened = screen_open(&from, 0, (uint64_t)tables.top);
    REQUIRE(opened == expected);
    screen_write("seen", 4);
    if (!opened)
        return;
    /* Other tables: the screen stays where they have it, too. */
    uint8_t before = *(uint8_t *)from.address;
    screen_keep((uint64_t)tables.top);
    REQUIRE(screen.pixels == from.address);
    *last_entry((uint64_t)from.address + (uint64_t)bytes - 1) &= ~(uint64_t)(1 + flaw % 2);
    screen_keep((uint64_t)tables.top);
    screen_write("\x1b[H\x1b[7m ", 8);
    REQUIRE(*(uint8_t *)from.address == before);
}

/* Pages of every size, some not there: compared with a list of what is. */
static void test_walk(struct input *input) {
    enum { PAGES = 4 * TABLE_ENTRIES };
    static bool writable[PAGES];
    uint64_t base = take_byte(input) & 1 ? 0xffff80007fc00000 : 0x000000007fc00000;
    memset(&tables, 0, sizeof tables);
    memset(writable, 0, sizeof writable);
    for (int half = 0; half < 2; half++) {
        uint64_t address = base + (uint64_t)half * (2 << 20);
        uint64_t *third = below(&tables.top[address >> 39 & 511], tables.third, &tables.thirds, 2);
        uint64_t *second = below(&third[address >> 30 & 511], tables.second, &tables.seconds, 2);
        unsigned kind = take_byte(input) % 4;
        if (kind < 3)
            second[address >> 21 & 511] = kind == 0 ? 0x83 : kind == 1 ? 0x81 : 0;
        for (int i = 0; i < TABLE_ENTRIES; i++) {
            writable[half * TABLE_ENTRIES + i] = kind == 0 || kind == 3;
            if (kind == 3)
                *last_entry(address + (uint64_t)i * 4096) = 3;
        }
        for (unsigned flaws = take_byte(input) % 3; kind == 3 && flaws; flaws--) {
            size_t hole = take_number(input, 2) % TABLE_ENTRIES;
            *last_entry(address + hole * 4096) = take_byte(input) & 1 ? 2 : 1;
            writable[half * TABLE_ENTRIES + hole] = false;
        }
    }
    for (int i = 0; i < 8; i++) {
        uint64_t from = take_number(input, 3) % (4 << 20), bytes = take_number(input, 3);
        bool expected = bytes != 0 && from + bytes <= 4 << 20;
        for (uint64_t page = from / 4096; expected && page <= (from + bytes - 1) / 4096; page++)
            expected &= writable[page];
        REQUIRE(pages_writable((uint64_t)tables.top | 0x18, 0, base + from, bytes) == expected);
    }
    uint64_t odd = take_number(input, 8);
    if (odd < base || odd >= base + (4 << 20))
        REQUIRE(!pages_writable((uint64_t)tables.top, 0, odd, 1 + take_number(input, 8)) ||
                odd < base);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    struct input input = {data, bytes};
    switch (take_byte(&input) % 4) {
    case 0:
        test_lies(&input);
        break;
    case 1:
        test_walk(&input);
        break;
    default:
        test_text(&input);
    }
    return 0;
}
