#include "keyboard.h"

#include "cpu.h"
#include "key_codes.h"

/* The controller, an 8042 or what passes for one, and its commands. */
#define DATA 0x60
#define STATUS 0x64
#define COMMAND 0x64
#define COMMAND_READ_CONFIGURATION 0x20
#define COMMAND_WRITE_CONFIGURATION 0x60
#define COMMAND_RESET_PROCESSOR 0xfe

/* Bits of its status. A port where nothing is reads as ones. */
#define STATUS_HAS_DATA 0x01
#define STATUS_IS_BUSY 0x02
#define STATUS_OF_MOUSE 0x20
#define STATUS_ABSENT 0xff

/* Bits of its configuration: interrupts of both ports, clock off, scan codes as those of set 1. */
#define CONFIGURATION_INTERRUPTS 0x03
#define CONFIGURATION_CLOCK_OFF 0x10
#define CONFIGURATION_TRANSLATES 0x40

/* To the keyboard: send scan codes. From it: understood, and what else is no key. */
#define KEYBOARD_ENABLE 0xf4
#define KEYBOARD_ACKNOWLEDGES 0xfa
#define KEYBOARD_RESENDS 0xfe

/* In the scan code of a key that goes up, and in what comes before one of several bytes. */
#define RELEASED 0x80

/* Polls, each of about a microsecond, before a controller counts as absent. */
#define POLLS 50000

/* Bytes that a controller and its keyboard have kept at most. */
#define KEPT_MAX 64

static enum { UNKNOWN, ABSENT, PRESENT } keyboard;

static struct key_state keys;

/* Bytes of the last key that nobody has read yet. */
static char pending[KEY_BYTES_MAX];
static size_t pending_bytes, pending_at;

/* True once the status has the bits `mask` as in `value`. */
static bool await_status(uint8_t mask, uint8_t value) {
    for (int polls = 0; polls < POLLS; polls++) {
        if ((in8(STATUS) & mask) == value)
            return true;
        pause_processor();
    }
    return false;
}

static bool write_port(uint16_t port, uint8_t value) {
    if (!await_status(STATUS_IS_BUSY, 0))
        return false;
    out8(port, value);
    return true;
}

static bool has_code(void) {
    uint8_t status = in8(STATUS);
    return status != STATUS_ABSENT && status & STATUS_HAS_DATA;
}

/* A byte of the scan code that has come; 0 if it is of the mouse's, or an answer. */
static uint8_t read_code(void) {
    bool of_mouse = in8(STATUS) & STATUS_OF_MOUSE;
    uint8_t code = in8(DATA);
    return of_mouse || code == KEYBOARD_ACKNOWLEDGES || code == KEYBOARD_RESENDS ? 0 : code;
}

static void drain(void) {
    for (int i = 0; i < KEPT_MAX && has_code(); i++)
        in8(DATA);
}

/* Firmware leaves a keyboard as it used it itself, which may be with interrupts or switched off. */
static bool make_ready(void) {
    if (in8(STATUS) == STATUS_ABSENT)
        return false;
    drain();
    if (!write_port(COMMAND, COMMAND_READ_CONFIGURATION) ||
        !await_status(STATUS_HAS_DATA, STATUS_HAS_DATA))
        return false;
    uint8_t configuration = in8(DATA);
    uint8_t wanted = (configuration | CONFIGURATION_TRANSLATES) &
                     ~(CONFIGURATION_INTERRUPTS | CONFIGURATION_CLOCK_OFF);
    return (wanted == configuration ||
            (write_port(COMMAND, COMMAND_WRITE_CONFIGURATION) && write_port(DATA, wanted))) &&
           write_port(DATA, KEYBOARD_ENABLE);
}

bool keyboard_present(void) {
    if (keyboard == UNKNOWN)
        keyboard = make_ready() ? PRESENT : ABSENT;
    return keyboard == PRESENT;
}

int keyboard_read(void) {
    if (!keyboard_present())
        return -1;
    for (int i = 0; i < KEPT_MAX && pending_at == pending_bytes && has_code(); i++) {
        uint8_t code = read_code();
        pending_at = 0;
        pending_bytes = code ? key_bytes(&keys, code, pending) : 0;
    }
    return pending_at < pending_bytes ? (uint8_t)pending[pending_at++] : -1;
}

void keyboard_await(void) {
    bool present = keyboard_present();
    drain();
    for (;;) {
        uint8_t code = present && has_code() ? read_code() : 0;
        if (code && !(code & RELEASED))
            return;
        pause_processor();
    }
}

void keyboard_reset_machine(void) { write_port(COMMAND, COMMAND_RESET_PROCESSOR); }
