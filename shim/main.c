/*
 * The shim: everything that the kernel, being wasm, cannot do itself. It brings
 * the processor and the console up, takes the boot loader's answers, runs the
 * kernel and ends the machine with its status.
 */

#include "boot_info.h"
#include "clock.h"
#include "console.h"
#include "cpu.h"
#include "descriptors.h"
#include "engine.h"
#include "libc.h"
#include "machine_end.h"
#include "options.h"
#include "screen.h"

/*
 * Opens the screen unless the command line is against it; where there is none the
 * serial port is the console whatever it says.
 */
static void obey_options(void) {
    const char *options = boot_info_options();
    uint64_t hhdm_offset;
    const struct limine_framebuffer *framebuffer = boot_info_framebuffer(&hhdm_offset);
    bool screen = framebuffer && !option_given(options, "console=serial") &&
                  screen_open(framebuffer, hhdm_offset, read_cr3());
    console_choose(!screen || !option_given(options, "console=screen"), screen);
    if (option_given(options, "halt=wait"))
        machine_end_stays();
}

_Noreturn void shim_main(void) {
    console_init();
    descriptors_init();
    libc_init();
    obey_options();
    clock_init();
    const struct boot_info *info = boot_info_collect();
    uint64_t microseconds = clock_nanoseconds() / 1000;
    console_print("[%5llu.%06llu] boot: SlopOS " SLOPOS_VERSION
                  " loader=\"%s %s\" hhdm=0x%016llx entries=%u base_revision=%llu engine=%s\n",
                  (unsigned long long)(microseconds / 1000000),
                  (unsigned long long)(microseconds % 1000000), info->loader_name,
                  info->loader_version, (unsigned long long)info->hhdm_offset,
                  info->memory_map_entries, (unsigned long long)info->base_revision, engine_name);
    machine_end(engine_run(info));
}
