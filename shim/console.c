#include "console.h"

#include <stdarg.h>
#include <stdio.h>

#include "cpu.h"
#include "keyboard.h"
#include "ports.h"
#include "screen.h"

#define LINE_8N1 0x03
#define LINE_DIVISOR 0x80
/* A FIFO that is on and works: a 16550A. A 16550 has one that does not, older ports none. */
#define IDENTITY_FIFO 0xc0
#define FIFO_BYTES 16

/* Bytes that the port takes once it says that it can send. */
static size_t burst = 1;

static bool uses_serial = true, uses_screen;

/* The last byte that was written ends no line. */
static bool in_line;

void console_init(void) {
    out8(UART_INTERRUPTS, 0);
    out8(UART_LINE, LINE_DIVISOR);
    out8(UART_DATA, 1);
    out8(UART_INTERRUPTS, 0);
    out8(UART_LINE, LINE_8N1);
    out8(UART_FIFO, 0xc7);
    out8(UART_MODEM, 0x03);
    burst = (in8(UART_IDENTITY) & IDENTITY_FIFO) == IDENTITY_FIFO ? FIFO_BYTES : 1;
}

void console_choose(bool serial, bool screen) {
    uses_serial = serial;
    uses_screen = screen;
}

static void serial_write(const char *text, size_t bytes) {
    while (bytes) {
        for (int polls = 0; !(in8(UART_STATUS) & STATUS_CAN_SEND); polls++)
            if (polls == SEND_POLLS)
                return;
        size_t taken = bytes < burst ? bytes : burst;
        out8_all(UART_DATA, text, taken);
        text += taken;
        bytes -= taken;
    }
}

void console_write(const char *text, size_t bytes) {
    if (bytes)
        in_line = text[bytes - 1] != '\n';
    if (uses_serial)
        serial_write(text, bytes);
    if (uses_screen)
        screen_write(text, bytes);
}

int console_read(void) {
    uint8_t status = in8(UART_STATUS);
    /* A port that is not there reads as ones. */
    return status != 0xff && status & STATUS_HAS_DATA ? in8(UART_DATA) : keyboard_read();
}

void console_reset(void) {
    if (uses_screen)
        screen_reset();
}

void console_begin_line(void) {
    console_reset();
    if (in_line)
        console_write("\n", 1);
}

/* Formats into a fixed buffer; a longer text is cut. */
static void print_va(const char *format, va_list args) {
    char text[512];
    int length = vsnprintf(text, sizeof text, format, args);
    if (length >= (int)sizeof text)
        length = sizeof text - 1;
    if (length > 0)
        console_write(text, (size_t)length);
}

void console_print(const char *format, ...) {
    va_list args;
    va_start(args, format);
    print_va(format, args);
    va_end(args);
}

static const char *error_name(enum error_code code) {
    switch (code) {
    case ERROR_EMPTY_MEMORY_MAP:
        return "EMPTY_MEMORY_MAP";
    case ERROR_UNSUPPORTED:
        return "UNSUPPORTED";
    case ERROR_BOOT_PROTOCOL:
        return "BOOT_PROTOCOL";
    case ERROR_INVALID_MODULE:
        return "INVALID_MODULE";
    case ERROR_TRAP:
        return "TRAP";
    case ERROR_CPU_EXCEPTION:
        return "CPU_EXCEPTION";
    }
    return "UNKNOWN";
}

static void panic_va(const char *tag, enum error_code code, const char *format, va_list args) {
    console_begin_line();
    console_print("PANIC: %s: ", tag);
    print_va(format, args);
    console_print(" code=%d name=%s\n", code, error_name(code));
}

void panic_line(const char *tag, enum error_code code, const char *format, ...) {
    va_list args;
    va_start(args, format);
    panic_va(tag, code, format, args);
    va_end(args);
}

_Noreturn void panic(const char *tag, enum error_code code, const char *format, ...) {
    va_list args;
    va_start(args, format);
    panic_va(tag, code, format, args);
    va_end(args);
    machine_end(code);
}
