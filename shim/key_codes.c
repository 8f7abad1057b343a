#include "key_codes.h"

#include <string.h>

/* Before a scan code of the second set of keys, and before the pause key's, which is longer. */
#define EXTENDED 0xe0
#define PAUSE 0xe1
#define PAUSE_MORE 2

/* In the code of a key that goes up. */
#define RELEASED 0x80

/* Keys that are not there for themselves. */
#define KEY_CONTROL 0x1d
#define KEY_LEFT_SHIFT 0x2a
#define KEY_RIGHT_SHIFT 0x36
#define KEY_CAPITALS 0x3a

/* What of a character control leaves. */
#define CONTROL_MASK 0x1f

/* By scan code: without shift, and with it. Zero is no character. */
static const char plain[] = "\0\x1b"
                            "1234567890-=\x7f"
                            "\tqwertyuiop[]\r"
                            "\0asdfghjkl;'`"
                            "\0\\zxcvbnm,./\0"
                            "*\0 ";
static const char shifted[] = "\0\x1b"
                              "!@#$%^&*()_+\x7f"
                              "\tQWERTYUIOP{}\r"
                              "\0ASDFGHJKL:\"~"
                              "\0|ZXCVBNM<>?\0"
                              "*\0 ";

/* Arrows and their neighbours, of the second set or of the keypad, and its two signs. */
static const struct {
    uint8_t code;
    char bytes[KEY_BYTES_MAX + 1];
} sequences[] = {
    {0x47, "\x1b[H"},  {0x48, "\x1b[A"},  {0x49, "\x1b[5~"}, {0x4b, "\x1b[D"},
    {0x4d, "\x1b[C"},  {0x4f, "\x1b[F"},  {0x50, "\x1b[B"},  {0x51, "\x1b[6~"},
    {0x52, "\x1b[2~"}, {0x53, "\x1b[3~"}, {0x4a, "-"},       {0x4e, "+"},
};

/* Keys that are held down or lock; false if `key` is none of them. */
static bool take_modifier(struct key_state *state, uint8_t key, bool extended, bool down) {
    if (key == KEY_CONTROL && extended)
        state->right_control = down;
    else if (key == KEY_CONTROL)
        state->left_control = down;
    else if (key == KEY_LEFT_SHIFT && !extended)
        state->left_shift = down;
    else if (key == KEY_RIGHT_SHIFT && !extended)
        state->right_shift = down;
    else if (key == KEY_CAPITALS && !extended)
        state->capitals ^= down;
    else
        return false;
    return true;
}

/* The character of a key; 0 if it has none. */
static char character(const struct key_state *state, uint8_t key) {
    if (key >= sizeof plain - 1)
        return 0;
    bool letter = plain[key] >= 'a' && plain[key] <= 'z';
    bool shift = state->left_shift || state->right_shift;
    char chosen = shift != (letter && state->capitals) ? shifted[key] : plain[key];
    if (!state->left_control && !state->right_control)
        return chosen;
    /* Control has a say in what ASCII has in the columns of letters, and in the space. */
    if (chosen == ' ' || (chosen >= '@' && chosen <= '~'))
        return (char)(chosen & CONTROL_MASK);
    return chosen;
}

size_t key_bytes(struct key_state *state, uint8_t code, char bytes[KEY_BYTES_MAX]) {
    if (state->ignored) {
        state->ignored--;
        return 0;
    }
    if (code == PAUSE) {
        state->ignored = PAUSE_MORE;
        return 0;
    }
    bool extended = state->is_extended;
    state->is_extended = code == EXTENDED;
    bool down = !(code & RELEASED);
    uint8_t key = code & (RELEASED - 1);
    if (state->is_extended || take_modifier(state, key, extended, down) || !down)
        return 0;
    for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++)
        if (sequences[i].code == key) {
            size_t length = strlen(sequences[i].bytes);
            memcpy(bytes, sequences[i].bytes, length);
            return length;
        }
    /* Of the second set only these are characters: enter and the slash of the keypad. */
    if (extended && key != 0x1c && key != 0x35)
        return 0;
    bytes[0] = extended && key == 0x35 ? '/' : character(state, key);
    return key < sizeof plain - 1 && plain[key] ? 1 : 0;
}
