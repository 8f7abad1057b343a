/*
 * The keyboard: a controller as firmware may leave it, keys that go down and up in
 * any order, and a mouse in between. What the shim reads must be what the model,
 * which knows keys by their names, says that they type.
 */
#include "fuzz.h"

/* Takes the place of shim/cpu.h. */
#define SHIM_CPU_H

static void out8(uint16_t port, uint8_t value);
static uint8_t in8(uint16_t port);
static void pause_processor(void);

/* The files' own variables are part of the machine: each one begins afresh. */
#include "../../shim/key_codes.c"
#undef RELEASED
#include "../../shim/keyboard.c"

#define QUEUE_MAX 256

/* How a controller can be. */
enum kind { GOOD, MISSING, STUCK, SILENT, KINDS };

static struct {
    enum kind kind;
    uint8_t configuration;
    bool enabled; /* the keyboard was told to send */
    bool writes_configuration;
    /* What it has to say, oldest first, and whose it is. */
    uint8_t queue[QUEUE_MAX];
    bool of_mouse[QUEUE_MAX];
    size_t first, end;
    bool reset;
} controller;

static void say(uint8_t byte, bool of_mouse) {
    REQUIRE(controller.end < QUEUE_MAX);
    controller.queue[controller.end] = byte;
    controller.of_mouse[controller.end++] = of_mouse;
}

static uint8_t in8(uint16_t port) {
    REQUIRE(port == 0x60 || port == 0x64);
    if (controller.kind == MISSING)
        return 0xff;
    bool has = controller.first < controller.end;
    if (port == 0x64)
        return (uint8_t)(0x14 | has | (has && controller.of_mouse[controller.first] ? 0x20 : 0) |
                         (controller.kind == STUCK ? 2 : 0));
    return has ? controller.queue[controller.first++] : 0;
}

static void out8(uint16_t port, uint8_t value) {
    REQUIRE(controller.kind == GOOD || controller.kind == SILENT);
    if (port == 0x64) {
        if (value == 0x20 && controller.kind == GOOD)
            say(controller.configuration, false);
        controller.writes_configuration = value == 0x60;
        controller.reset |= value == 0xfe;
        return;
    }
    REQUIRE(port == 0x60);
    if (controller.writes_configuration) {
        controller.configuration = value;
        controller.writes_configuration = false;
    } else if (value == 0xf4 && !(controller.configuration & 0x10)) {
        controller.enabled = true;
        say(0xfa, false);
    }
}

static void pause_processor(void) {}

/* The keys of a keyboard with 104, row by row: scan code, then what is typed, also with shift. */
static const struct key {
    uint16_t code; /* 0xe0.. is of two bytes */
    const char *typed, *with_shift;
} model_keys[] = {
    {0x01, "\x1b", "\x1b"},
    {0x02, "1", "!"},
    {0x03, "2", "@"},
    {0x04, "3", "#"},
    {0x05, "4", "$"},
    {0x06, "5", "%"},
    {0x07, "6", "^"},
    {0x08, "7", "&"},
    {0x09, "8", "*"},
    {0x0a, "9", "("},
    {0x0b, "0", ")"},
    {0x0c, "-", "_"},
    {0x0d, "=", "+"},
    {0x0e, "\x7f", "\x7f"},
    {0x0f, "\t", "\t"},
    {0x10, "q", "Q"},
    {0x11, "w", "W"},
    {0x12, "e", "E"},
    {0x13, "r", "R"},
    {0x14, "t", "T"},
    {0x15, "y", "Y"},
    {0x16, "u", "U"},
    {0x17, "i", "I"},
    {0x18, "o", "O"},
    {0x19, "p", "P"},
    {0x1a, "[", "{"},
    {0x1b, "]", "}"},
    {0x1c, "\r", "\r"},
    {0x1e, "a", "A"},
    {0x1f, "s", "S"},
    {0x20, "d", "D"},
    {0x21, "f", "F"},
    {0x22, "g", "G"},
    {0x23, "h", "H"},
    {0x24, "j", "J"},
    {0x25, "k", "K"},
    {0x26, "l", "L"},
    {0x27, ";", ":"},
    {0x28, "'", "\""},
    {0x29, "`", "~"},
    {0x2b, "\\", "|"},
    {0x2c, "z", "Z"},
    {0x2d, "x", "X"},
    {0x2e, "c", "C"},
    {0x2f, "v", "V"},
    {0x30, "b", "B"},
    {0x31, "n", "N"},
    {0x32, "m", "M"},
    {0x33, ",", "<"},
    {0x34, ".", ">"},
    {0x35, "/", "?"},
    {0x37, "*", "*"},
    {0x39, " ", " "},
    {0x4a, "-", "-"},
    {0x4e, "+", "+"},
    {0xe01c, "\r", "\r"},
    {0xe035, "/", "/"},
    /* F1 to F12, alt, num and scroll lock, the middle of the keypad, windows, menu. */
    {0x3b, "", ""},
    {0x44, "", ""},
    {0x57, "", ""},
    {0x58, "", ""},
    {0x38, "", ""},
    {0xe038, "", ""},
    {0x45, "", ""},
    {0x46, "", ""},
    {0x4c, "", ""},
    {0xe05b, "", ""},
    {0xe05d, "", ""},
    {0x56, "", ""},
};

/* Arrows and their neighbours: these and the keypad's, which have the same codes but for 0xe0. */
static const struct {
    uint8_t code;
    const char *typed;
} model_cursor_keys[] = {
    {0x48, "\x1b[A"}, {0x50, "\x1b[B"},  {0x4d, "\x1b[C"},  {0x4b, "\x1b[D"},  {0x47, "\x1b[H"},
    {0x4f, "\x1b[F"}, {0x49, "\x1b[5~"}, {0x51, "\x1b[6~"}, {0x52, "\x1b[2~"}, {0x53, "\x1b[3~"},
};

#define COUNT(list) (sizeof list / sizeof *list)

static struct {
    bool shifts[2], controls[2], capitals;
    char typed[1024];
    size_t length;
} model;

static void press(uint16_t code, bool down) {
    if (code > 0xff)
        say(0xe0, false);
    say((uint8_t)(code & 0xff) | (down ? 0 : 0x80), false);
}

static void type(const char *bytes, size_t length) {
    memcpy(model.typed + model.length, bytes, length);
    model.length += length;
}

/* A key with control down: what it types as a number from 0x40 on, less 0x40 or 0x60. */
static void type_key(const struct key *key) {
    bool letter = key->typed[0] >= 'a' && key->typed[0] <= 'z';
    bool shift = model.shifts[0] || model.shifts[1];
    char character = (letter && model.capitals ? !shift : shift) ? *key->with_shift : *key->typed;
    if (!character)
        return;
    if (model.controls[0] || model.controls[1]) {
        if (character >= 0x60 && character < 0x7f)
            character -= 0x60;
        else if (character >= 0x40 && character < 0x60)
            character -= 0x40;
        else if (character == ' ')
            character = 0;
    }
    type(&character, 1);
}

/* One event: a key goes down or up, or the mouse moves. */
static void act(struct input *input) {
    static const uint16_t shifts[] = {0x2a, 0x36}, controls[] = {0x1d, 0xe01d};
    bool down = take_byte(input) & 1;
    uint8_t what = take_byte(input), which = take_byte(input);
    switch (what % 8) {
    case 0:
        model.shifts[which % 2] = down;
        return press(shifts[which % 2], down);
    case 1:
        model.controls[which % 2] = down;
        return press(controls[which % 2], down);
    case 2:
        model.capitals ^= down;
        return press(0x3a, down);
    case 3:
        for (int i = 0; i < 3; i++)
            say(i == 0 ? 0x08 : which, true);
        return;
    case 4: /* pause, which has no code of its own for going up; print screen, with shifts of its
               own */
        for (const char *code = which % 2 ? "\xe1\x1d\x45\xe1\x9d\xc5" : "\xe0\x2a\xe0\x37"; *code;
             code++)
            say((uint8_t)*code, false);
        return;
    case 5: {
        size_t index = which % COUNT(model_cursor_keys);
        press((which & 0x80 ? 0xe000 : 0) | model_cursor_keys[index].code, down);
        if (down)
            type(model_cursor_keys[index].typed, strlen(model_cursor_keys[index].typed));
        return;
    }
    default:
        press(model_keys[which % COUNT(model_keys)].code, down);
        if (down)
            type_key(&model_keys[which % COUNT(model_keys)]);
    }
}

/* All that can be read now is what was typed. */
static void check(void) {
    for (size_t i = 0; i < model.length; i++)
        REQUIRE(keyboard_read() == (uint8_t)model.typed[i]);
    REQUIRE(keyboard_read() == -1);
    model.length = 0;
    controller.first = controller.end = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    struct input input = {data, bytes};
    memset(&controller, 0, sizeof controller);
    memset(&model, 0, sizeof model);
    memset(&keys, 0, sizeof keys);
    keyboard = UNKNOWN;
    pending_at = pending_bytes = 0;

    uint8_t kind = take_byte(&input);
    controller.kind = kind < 240 ? GOOD : kind % KINDS;
    controller.configuration = take_byte(&input);
    for (int old = take_byte(&input) % 17; old > 0; old--)
        say(take_byte(&input), take_byte(&input) & 1);
    REQUIRE(keyboard_present() == (controller.kind == GOOD));
    if (controller.kind != GOOD) {
        REQUIRE(keyboard_read() == -1);
        return 0;
    }
    /* It sends, scan codes are those of set 1, and it interrupts nobody. */
    REQUIRE(controller.enabled && (controller.configuration & 0x53) == 0x40);
    check();
    while (input.bytes > 0) {
        for (int events = 1 + take_byte(&input) % 8; events > 0; events--)
            act(&input);
        check();
    }
    keyboard_reset_machine();
    REQUIRE(controller.reset);
    return 0;
}
