/*
 * How the loader gives up: one line on the screen and on COM1, then a failing
 * end. Every other file reports what it cannot go on with through `fail`.
 */

#ifndef STUB_FAIL_H
#define STUB_FAIL_H

#include <efi.h>

/* Says whom to call. Comes first of all. */
void fail_start(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

/* From now on there is no screen and no way back: boot services are over. */
void fail_without_services(void);

/*
 * Prints "PANIC: stub: " and the message, whose format knows %s and %u, and
 * ends the program: through QEMU's debug-exit device with status 35, where that
 * does not exist by returning EFI_LOAD_ERROR to the firmware, and after boot
 * services by switching the machine off.
 */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
