/*
 * How the machine ends. Where a debug-exit device does not end it, somebody sits
 * in front of it and is told what to do.
 */

#include "machine_end.h"

#include "clock.h"
#include "console.h"
#include "cpu.h"
#include "keyboard.h"
#include "ports.h"

/* The chipset's reset control: bit 1 is a reset of everything, bit 2 begins it. */
#define RESET_CONTROL 0xcf9
#define RESET_PREPARED 0x02
#define RESET_NOW 0x06

static bool stays;

void machine_end_stays(void) { stays = true; }

static _Noreturn void restart(void) {
    keyboard_reset_machine();
    out8(RESET_CONTROL, RESET_PREPARED);
    out8(RESET_CONTROL, RESET_NOW);
    halt_forever();
}

_Noreturn void machine_end(int status) {
    /* An exception in what follows ends here as well: then there is no more to say. */
    static bool ending;
    out8(DEBUG_EXIT, status ? DEBUG_EXIT_FAILURE : DEBUG_EXIT_SUCCESS);
    if (ending)
        halt_forever();
    ending = true;
    bool restarts = !stays && keyboard_present();
    uint64_t microseconds = clock_nanoseconds() / 1000;
    console_begin_line();
    console_print("[%5llu.%06llu] shim: %s, switch it off%s: status=%d\n",
                  (unsigned long long)(microseconds / 1000000),
                  (unsigned long long)(microseconds % 1000000), status ? "failure" : "success",
                  restarts ? " or press a key to restart" : "", status);
    if (!restarts)
        halt_forever();
    keyboard_await();
    restart();
}
