/* The console, which is the serial port and the screen, and the ways out. Used by every part. */

#ifndef SHIM_CONSOLE_H
#define SHIM_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The error codes of the contract that the shim itself can end with. */
enum error_code {
    ERROR_EMPTY_MEMORY_MAP = 3,
    ERROR_UNSUPPORTED = 15,
    /* The loader did not serve what the boot protocol promises. */
    ERROR_BOOT_PROTOCOL = 16,
    /* The wasm module is missing, malformed, or not this kernel's. */
    ERROR_INVALID_MODULE = 17,
    /* The wasm module trapped. */
    ERROR_TRAP = 18,
    /* The processor raised an exception. */
    ERROR_CPU_EXCEPTION = 19,
};

/* Sets COM1 to 115200 baud, 8N1, and writes to it alone. */
void console_init(void);

/* What the console is from now on. A screen that is not open shows nothing (screen.h). */
void console_choose(bool serial, bool screen);

/* Writes `bytes` of UTF-8. Gives up on a port that never becomes ready. */
void console_write(const char *text, size_t bytes);

/* The next byte that has come in by the serial port or the keyboard, or -1 if there is none. */
int console_read(void);

/* Makes what is written next readable, whatever colours a program has left. */
void console_reset(void);

/* The same, and what is written next begins a line. */
void console_begin_line(void);

/* Writes a formatted text; what exceeds 512 bytes is cut. */
__attribute__((format(printf, 1, 2))) void console_print(const char *format, ...);

/*
 * Ends the machine: success only for status 0. QEMU's debug-exit device ends it
 * with 33 or 35. A machine without that device says how it ended and stops here,
 * until a key restarts it.
 */
_Noreturn void machine_end(int status);

/*
 * Prints `PANIC: <tag>: <reason> code=<n> name=<NAME>`, the reason formatted,
 * and ends the machine as failed.
 */
__attribute__((format(printf, 3, 4))) _Noreturn void panic(const char *tag, enum error_code code,
                                                           const char *format, ...);

/* The same line without the end, for a panic that has more to say. */
__attribute__((format(printf, 3, 4))) void panic_line(const char *tag, enum error_code code,
                                                      const char *format, ...);

#endif
