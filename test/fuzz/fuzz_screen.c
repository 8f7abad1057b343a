/*
 * The screen: framebuffers of every layout, text of every kind, and what a loader
 * can lie about. All pixels are compared with those that the model of the text
 * (terminal_model.h) makes one by one.
 */

#include "fuzz.h"

/* The source itself, so that the model can look at what is no part of its interface. */
#include "../../shim/screen.c"
#include "terminal_model.h"

#define TABLE_ENTRIES 512
#define UNTOUCHED 0xa5

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

/* Bits of a pixel, and of each colour in it: how many, and from which bit on. */
#define LAYOUT(bits, red, red_at, green, green_at, blue, blue_at)                                  \
    {                                                                                              \
        .bits_per_pixel = bits, .red_mask_size = red, .red_mask_shift = red_at,                    \
        .green_mask_size = green, .green_mask_shift = green_at, .blue_mask_size = blue,            \
        .blue_mask_shift = blue_at                                                                 \
    }

/* Layouts that exist, and some that could. */
static const struct limine_framebuffer layouts[] = {
    LAYOUT(32, 8, 16, 8, 8, 8, 0),     LAYOUT(32, 8, 0, 8, 8, 8, 16), LAYOUT(24, 8, 16, 8, 8, 8, 0),
    LAYOUT(32, 10, 20, 10, 10, 10, 0), LAYOUT(24, 5, 11, 6, 5, 5, 0),
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
