/*
 * The responses lie in static storage: the loader's own image is reclaimable
 * memory, and the executable sees it through the direct map.
 */

#include "responses.h"

#include "paging.h"

/* The executable's address of something the loader has. */
static void *direct(const void *address) { return (void *)((uintptr_t)address + HHDM_OFFSET); }

static void answer(struct boot *boot, enum request_kind kind, void *response) {
    if (boot->requests.of[kind])
        boot->requests.of[kind]->response = direct(response);
}

static void convert_file(struct limine_file *file) {
    file->address = direct(file->address);
    file->path = direct(file->path);
    file->cmdline = direct(file->cmdline);
}

/* The memory map, the modules and the framebuffer: arrays of pointers. */
static void answer_arrays(struct boot *boot) {
    static struct limine_memmap memmap;
    static struct limine_modules modules;
    static struct limine_file *module_pointers[CONFIG_MODULES_MAX];
    static struct limine_framebuffers framebuffers;
    static struct limine_framebuffer *framebuffer_pointer;

    for (size_t i = 0; i < boot->map_count; i++)
        boot->map_pointers[i] = direct(&boot->map[i]);
    memmap.entry_count = boot->map_count;
    memmap.entries = direct(boot->map_pointers);
    answer(boot, REQUEST_MEMMAP, &memmap);

    for (size_t i = 0; i < boot->module_count; i++) {
        convert_file(&boot->modules[i]);
        module_pointers[i] = direct(&boot->modules[i]);
    }
    modules.module_count = boot->module_count;
    modules.modules = direct(module_pointers);
    answer(boot, REQUEST_MODULE, &modules);

    if (boot->has_framebuffer) {
        boot->framebuffer.address = direct(boot->framebuffer.address);
        framebuffer_pointer = direct(&boot->framebuffer);
        framebuffers.framebuffer_count = 1;
        framebuffers.framebuffers = direct(&framebuffer_pointer);
        answer(boot, REQUEST_FRAMEBUFFER, &framebuffers);
    }
}

void responses_fill(struct boot *boot) {
    static struct limine_bootloader_info info;
    static struct limine_stack_size stack_size;
    static struct limine_hhdm hhdm = {.offset = HHDM_OFFSET};
    static struct limine_executable_file file;
    static struct limine_executable_address address;
    static struct limine_executable_cmdline cmdline;

    answer_arrays(boot);

    info.name = direct("SlopOS stub");
    info.version = direct(SLOPOS_VERSION);
    answer(boot, REQUEST_BOOTLOADER_INFO, &info);
    answer(boot, REQUEST_STACK_SIZE, &stack_size);
    answer(boot, REQUEST_HHDM, &hhdm);

    convert_file(&boot->executable);
    file.file = direct(&boot->executable);
    answer(boot, REQUEST_EXECUTABLE_FILE, &file);
    address.physical_base = boot->physical_base;
    address.virtual_base = boot->virtual_base;
    answer(boot, REQUEST_EXECUTABLE_ADDRESS, &address);
    cmdline.cmdline = boot->executable.cmdline;
    answer(boot, REQUEST_EXECUTABLE_CMDLINE, &cmdline);

    uint64_t *base_revision = boot->requests.base_revision;
    base_revision[1] = BASE_REVISION;
    if (base_revision[2] == BASE_REVISION)
        base_revision[2] = 0;
}
