/*
 * What the shim makes of a boot loader's answers: any of them missing, and any
 * number in those that are there. Pointers are taken at their word: the loader
 * runs before the shim and could do whatever it likes.
 */
#include "fuzz.h"

#include <setjmp.h>
#include <stdarg.h>

/* The requests are the file's own; a loader finds them by their ids. */
#include "../../shim/boot_info.c"

#define ENTRIES_MAX 8

/* What the linker script defines: four parts of an image, one after another. */
__asm__(".pushsection .bss\n"
        ".balign 4096\n"
        ".globl image_text_start, image_text_end, image_rodata_start, image_rodata_end\n"
        ".globl image_data_start, image_data_end, boot_stack, boot_stack_end\n"
        "image_text_start: .skip 8192\n image_text_end:\n"
        "image_rodata_start: .skip 4096\n image_rodata_end:\n"
        "image_data_start:\n"
        "boot_stack: .skip 4096\n boot_stack_end: .skip 4096\n"
        "image_data_end:\n"
        ".popsection\n");
struct first_linear_memory first_linear_memory;

static jmp_buf panicked;
static enum error_code panic_code;

_Noreturn void panic(const char *tag, enum error_code code, const char *format, ...) {
    char text[512];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    REQUIRE(strcmp(tag, "shim") == 0 && length > 10);
    panic_code = code;
    longjmp(panicked, 1);
}

/* All that a loader can answer, as the input has it. */
static struct answers {
    struct limine_hhdm hhdm;
    struct limine_memmap memmap;
    struct limine_memmap_entry entries[ENTRIES_MAX];
    struct limine_memmap_entry *entry_pointers[ENTRIES_MAX];
    struct limine_executable_address address;
    struct limine_bootloader_info loader;
    struct limine_framebuffer screen;
    struct limine_framebuffer *screen_pointer;
    struct limine_framebuffers screens;
    struct limine_file module;
    struct limine_file *module_pointer;
    struct limine_modules modules;
    struct limine_executable_cmdline cmdline;
    struct limine_file executable;
    struct limine_executable_file file;
} answers;

/* Bits of the first two input bytes: which answers there are. */
enum {
    HAS_HHDM = 1 << 0,
    HAS_MEMMAP = 1 << 1,
    HAS_ADDRESS = 1 << 2,
    HAS_LOADER = 1 << 3,
    HAS_SCREENS = 1 << 4,
    HAS_MODULES = 1 << 5,
    HAS_CMDLINE = 1 << 6,
    HAS_FILE = 1 << 7,
    HAS_CMDLINE_TEXT = 1 << 8,
    HAS_FILE_TEXT = 1 << 9,
    /* 1 << 10: see answer_lists */
    HAS_SERVED_REVISION = 1 << 11,
    HAS_SAID_REVISION = 1 << 12,
};

static void answer(volatile struct limine_request *request, int is_there, void *response) {
    request->response = is_there ? response : NULL;
}

static void answer_lists(struct input *input, unsigned has) {
    answers.memmap = (struct limine_memmap){
        .entry_count = take_byte(input) % (ENTRIES_MAX + 1),
        .entries = answers.entry_pointers,
    };
    for (size_t i = 0; i < answers.memmap.entry_count; i++) {
        answers.entries[i].base = take_number(input, 8);
        answers.entries[i].length = take_number(input, 8);
        answers.entries[i].type = take_byte(input);
        answers.entry_pointers[i] = &answers.entries[i];
    }
    if (has >> 10 & 1) /* a count that lies; the entries are never read */
        answers.memmap.entry_count = take_number(input, 8);
    answer(&memmap_request, has & HAS_MEMMAP, &answers.memmap);

    answers.screen.address = (void *)take_number(input, 8);
    answers.screen.pitch = take_number(input, 8);
    answers.screen.height = take_number(input, 8);
    answers.screen_pointer = &answers.screen;
    answers.screens.framebuffer_count = take_byte(input) % 2;
    answers.screens.framebuffers = &answers.screen_pointer;
    answer(&framebuffer_request, has & HAS_SCREENS, &answers.screens);

    answers.module.address = (void *)take_number(input, 8);
    answers.module.size = take_number(input, 8);
    answers.module.path = "/boot/kernel.wasm";
    answers.module_pointer = &answers.module;
    answers.modules.module_count = take_byte(input) % 2;
    answers.modules.modules = &answers.module_pointer;
    answer(&module_request, has & HAS_MODULES, &answers.modules);
}

static void answer_all(struct input *input, unsigned has, char *cmdline, char *file_cmdline) {
    answers.hhdm.offset = take_number(input, 8);
    answer(&hhdm_request, has & HAS_HHDM, &answers.hhdm);
    answers.address.physical_base = take_number(input, 8);
    answers.address.virtual_base = take_number(input, 8);
    answer(&address_request, has & HAS_ADDRESS, &answers.address);
    answers.loader.name = "a loader";
    answers.loader.version = "1";
    answer(&loader_request, has & HAS_LOADER, &answers.loader);
    answers.cmdline.cmdline = has & HAS_CMDLINE_TEXT ? cmdline : NULL;
    answer(&cmdline_request, has & HAS_CMDLINE, &answers.cmdline);
    answers.executable.cmdline = has & HAS_FILE_TEXT ? file_cmdline : NULL;
    answers.file.file = &answers.executable;
    answer(&file_request, has & HAS_FILE, &answers.file);
    answer_lists(input, has);
    base_revision[1] =
        has & HAS_SAID_REVISION ? take_number(input, 1 + 7 * (has >> 13 & 1)) : 0x6a7b384944536bdc;
    base_revision[2] = has & HAS_SERVED_REVISION ? 0 : 3;
}

/* What the base revision tag means: the loader's word, else served or too old to. */
static uint64_t expected_revision(unsigned has) {
    if (has & HAS_SAID_REVISION && base_revision[1] != 0x6a7b384944536bdc)
        return base_revision[1];
    return has & HAS_SERVED_REVISION ? 3 : 2;
}

/* The code that the shim must end with, 0 if it must go on. */
static int expected_code(unsigned has) {
    if (expected_revision(has) > 4)
        return ERROR_BOOT_PROTOCOL;
    if (!(has & HAS_HHDM) || !(has & HAS_MEMMAP))
        return ERROR_BOOT_PROTOCOL;
    if (answers.memmap.entry_count == 0)
        return ERROR_EMPTY_MEMORY_MAP;
    if (answers.memmap.entry_count > UINT32_MAX || !(has & HAS_ADDRESS))
        return ERROR_BOOT_PROTOCOL;
    if (!(has & HAS_MODULES) || answers.modules.module_count == 0 || answers.module.size == 0)
        return ERROR_INVALID_MODULE;
    return 0;
}

static void check_screen(const struct boot_region *region, unsigned has) {
    unsigned __int128 length = (unsigned __int128)answers.screen.pitch * answers.screen.height;
    int is_there = (has & HAS_SCREENS) && answers.screens.framebuffer_count == 1 &&
                   length <= UINT64_MAX && length != 0;
    REQUIRE((region->length != 0) == is_there);
    if (is_there) {
        REQUIRE(region->length == length && region->virtual == (uint64_t)answers.screen.address);
        REQUIRE(region->physical + answers.hhdm.offset == region->virtual);
    }
}

/* The screen is to be drawn on if nothing else lies where it is. */
static void check_drawable(unsigned has) {
    typedef unsigned __int128 wide;
    const wide space = (wide)1 << 64;
    wide base = (uint64_t)answers.screen.address - answers.hhdm.offset;
    wide end = base + (wide)answers.screen.pitch * answers.screen.height;
    bool expected = has & HAS_SCREENS && answers.screens.framebuffer_count == 1 && has & HAS_HHDM &&
                    has & HAS_MEMMAP && base < end && end <= UINT64_MAX;
    if (answers.memmap.entry_count > ENTRIES_MAX)
        return;
    for (size_t i = 0; i < answers.memmap.entry_count; i++) {
        const struct limine_memmap_entry *entry = &answers.entries[i];
        wide first = entry->base, last = first + entry->length;
        /* An entry that is said to go beyond the last address goes on at the first. */
        bool overlaps = (first < end && last > base) || (last > space && last - space > base);
        bool harmless = entry->type == 1 || entry->type == 7 || entry->type == 8;
        expected &= !overlaps || harmless || entry->length == 0;
    }
    uint64_t hhdm_offset = 0;
    const struct limine_framebuffer *found = boot_info_framebuffer(&hhdm_offset);
    REQUIRE(found == (expected ? &answers.screen : NULL));
    REQUIRE(!found || hhdm_offset == answers.hhdm.offset);
}

static void check_image(const struct boot_info *result) {
    uint64_t delta = answers.address.physical_base - answers.address.virtual_base;
    static const uint64_t lengths[] = {8192, 4096, 8192, FIRST_LINEAR_BYTES, 4096};
    for (int kind = REGION_IMAGE_TEXT; kind <= REGION_BOOT_STACK; kind++) {
        REQUIRE(result->regions[kind].length == lengths[kind]);
        REQUIRE(result->regions[kind].physical - result->regions[kind].virtual == delta);
    }
}

static void check(const struct boot_info *result, unsigned has, const char *expected_options) {
    REQUIRE(result->base_revision == expected_revision(has));
    REQUIRE(result->hhdm_offset == answers.hhdm.offset);
    REQUIRE(result->memory_map_entries == answers.memmap.entry_count);
    REQUIRE(result->loader_name[0] != '\0' && result->loader_version[0] != '\0');
    REQUIRE((void *)result->module == answers.module.address);
    REQUIRE(result->module_bytes == answers.module.size);
    REQUIRE(result->regions[REGION_WASM_MODULE].length == answers.module.size);
    REQUIRE(strcmp(boot_info_options(), expected_options) == 0);
    check_image(result);
    check_screen(&result->regions[REGION_FRAMEBUFFER], has);

    struct memory_map_entry entry;
    for (uint32_t i = 0; i < result->memory_map_entries && i < ENTRIES_MAX; i++) {
        if (answers.entry_pointers[i] == NULL)
            break;
        REQUIRE(boot_info_memory_map(i, &entry));
        REQUIRE(entry.base == answers.entries[i].base && entry.type == answers.entries[i].type);
        REQUIRE(entry.length == answers.entries[i].length);
    }
    REQUIRE(!boot_info_memory_map(result->memory_map_entries, &entry));
    boot_info_forget();
    REQUIRE(!boot_info_memory_map(0, &entry) && boot_info_options()[0] == '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    struct input input = {data, bytes};
    unsigned has = (unsigned)take_number(&input, 2);
    memset(&answers, 0, sizeof answers);
    memset(&info, 0, sizeof info);
    memory_map = NULL;
    forgotten = false;
    char *cmdline = copy_of(data, strnlen((const char *)data, bytes), 1);
    char *file_cmdline = copy_of("of the file", 11, 1);
    answer_all(&input, has, cmdline, file_cmdline);

    check_drawable(has);
    const char *options = "";
    if ((has & HAS_CMDLINE) && (has & HAS_CMDLINE_TEXT))
        options = cmdline;
    else if ((has & HAS_FILE) && (has & HAS_FILE_TEXT))
        options = file_cmdline;
    int code = expected_code(has);
    if (setjmp(panicked) == 0) {
        const struct boot_info *result = boot_info_collect();
        REQUIRE(code == 0);
        check(result, has, options);
    } else {
        REQUIRE((int)panic_code == code);
    }
    free(file_cmdline);
    free(cmdline);
    return 0;
}
