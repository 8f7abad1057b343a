/*
 * The failure message and the ways to end.
 */

#include "fail.h"

#include <stdarg.h>
#include <stdbool.h>

#include "cpu.h"
#include "ports.h"

#define MESSAGE_MAX 400

/* How long the message can be read before the firmware clears the screen. */
#define READING_MICROSECONDS 5000000

static EFI_HANDLE image_handle;
static EFI_SYSTEM_TABLE *system_table;
static bool services_over;

void fail_start(EFI_HANDLE image, EFI_SYSTEM_TABLE *system) {
    image_handle = image;
    system_table = system;
}

void fail_without_services(void) { services_over = true; }

/* The message as it grows; what does not fit is cut off. */
struct message {
    char text[MESSAGE_MAX];
    size_t length;
};

static void add_text(struct message *message, const char *text) {
    while (*text != '\0' && message->length < MESSAGE_MAX - 1)
        message->text[message->length++] = *text++;
    message->text[message->length] = '\0';
}

static void add_number(struct message *message, unsigned number) {
    char digits[11];
    size_t at = sizeof digits - 1;
    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    add_text(message, digits + at);
}

static void print_serial(const char *text) {
    for (; *text != '\0'; text++) {
        for (int polls = 0; !(in8(UART_STATUS) & STATUS_CAN_SEND); polls++)
            if (polls == SEND_POLLS)
                return;
        out8(UART_DATA, (uint8_t)*text);
    }
}

static void print_screen(const char *text) {
    CHAR16 wide[MESSAGE_MAX];
    size_t length = 0;
    for (; text[length] != '\0'; length++)
        wide[length] = (CHAR16)(unsigned char)text[length];
    wide[length] = 0;
    system_table->ConOut->OutputString(system_table->ConOut, wide);
}

void fail(const char *format, ...) {
    struct message message = {.length = 0};
    va_list arguments;
    va_start(arguments, format);
    add_text(&message, "\r\nPANIC: stub: ");
    for (const char *at = format; *at != '\0'; at++)
        if (*at != '%')
            add_text(&message, (char[]){*at, '\0'});
        else if (*++at == 's')
            add_text(&message, va_arg(arguments, const char *));
        else
            add_number(&message, va_arg(arguments, unsigned));
    va_end(arguments);
    /* The line ends even if the message was cut. */
    message.length -= message.length > MESSAGE_MAX - 3 ? 2 : 0;
    add_text(&message, "\r\n");

    print_serial(message.text);
    if (!services_over)
        print_screen(message.text);
    out8(DEBUG_EXIT, DEBUG_EXIT_FAILURE);
    if (!services_over) {
        system_table->BootServices->Stall(READING_MICROSECONDS);
        system_table->BootServices->Exit(image_handle, EFI_LOAD_ERROR, 0, NULL);
    }
    system_table->RuntimeServices->ResetSystem(EfiResetShutdown, EFI_LOAD_ERROR, 0, NULL);
    halt_forever();
}
