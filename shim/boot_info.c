#include "boot_info.h"

#include <string.h>

#include "console.h"
#include "limine_protocol.h"
#include "linear_memory.h"

/* The base revision that the shim asks for, and the last one that it knows. */
#define BASE_REVISION 3
#define BASE_REVISION_LAST 4

/* Stands for 0, 1 and 2: a loader that goes no further does not say which it chose. */
#define BASE_REVISION_UNSAID 2

/* The least the protocol lets an executable ask for; the shim has its own. */
#define LOADER_STACK_BYTES 65536

/* Data that only the loader reads and writes, where it looks for it. */
#define FOR_LOADER(place) __attribute__((used, section(place))) static volatile

FOR_LOADER(".limine_requests_start") uint64_t requests_start[4] = LIMINE_REQUESTS_START;
FOR_LOADER(".limine_requests_end") uint64_t requests_end[2] = LIMINE_REQUESTS_END;

FOR_LOADER(".limine_requests") uint64_t base_revision[3] = LIMINE_BASE_REVISION(BASE_REVISION);

#define REQUEST FOR_LOADER(".limine_requests") struct limine_request

REQUEST loader_request = {.id = LIMINE_BOOTLOADER_INFO};
REQUEST hhdm_request = {.id = LIMINE_HHDM};
REQUEST memmap_request = {.id = LIMINE_MEMMAP};
REQUEST framebuffer_request = {.id = LIMINE_FRAMEBUFFER};
REQUEST address_request = {.id = LIMINE_EXECUTABLE_ADDRESS};
REQUEST module_request = {.id = LIMINE_MODULE};
/* Limine serves the command line by itself since 8.6, before that with the file. */
REQUEST cmdline_request = {.id = LIMINE_EXECUTABLE_CMDLINE};
REQUEST file_request = {.id = LIMINE_EXECUTABLE_FILE};

FOR_LOADER(".limine_requests")
struct limine_stack_size_request stack_request = {
    .request = {.id = LIMINE_STACK_SIZE},
    .stack_size = LOADER_STACK_BYTES,
};

extern char image_text_start[], image_text_end[];
extern char image_rodata_start[], image_rodata_end[];
extern char image_data_start[], image_data_end[];
extern char boot_stack[], boot_stack_end[];

static struct boot_info info;
static const struct limine_memmap *memory_map;
static bool forgotten;

/* The response to a request without which there is no booting. */
static const void *required(const volatile struct limine_request *request, const char *what) {
    if (!request->response)
        panic("shim", ERROR_BOOT_PROTOCOL,
              "the boot loader served no %s; use one that speaks the Limine boot protocol", what);
    return request->response;
}

/*
 * The base revision that the loader chose. Nothing that it says can be trusted
 * to mean what it did before if that is one of the future.
 */
static uint64_t loaded_base_revision(void) {
    uint64_t loaded = base_revision[1];
    if (loaded == LIMINE_BASE_REVISION_MAGIC1)
        loaded = base_revision[2] == 0 ? BASE_REVISION : BASE_REVISION_UNSAID;
    if (loaded > BASE_REVISION_LAST)
        panic("shim", ERROR_BOOT_PROTOCOL,
              "the boot loader chose base revision %llu of the Limine boot protocol; this kernel "
              "asked for %d and knows those up to %d",
              (unsigned long long)loaded, BASE_REVISION, BASE_REVISION_LAST);
    return loaded;
}

static void set_image_region(enum boot_region_kind kind, const char *start, const char *end,
                             const struct limine_executable_address *image) {
    info.regions[kind] = (struct boot_region){
        .physical = image->physical_base + ((uint64_t)start - image->virtual_base),
        .length = (uint64_t)(end - start),
        .virtual = (uint64_t)start,
    };
}

static void collect_module(void) {
    const struct limine_modules *modules = module_request.response;
    if (!modules || modules->module_count == 0)
        panic("shim", ERROR_INVALID_MODULE,
              "no wasm module: name one with module_path in limine.conf");
    const struct limine_file *file = modules->modules[0];
    if (file->size == 0)
        panic("shim", ERROR_INVALID_MODULE, "the wasm module %s is empty", file->path);
    info.module = file->address;
    info.module_bytes = file->size;
    info.regions[REGION_WASM_MODULE] = (struct boot_region){
        .physical = (uint64_t)file->address - info.hhdm_offset,
        .length = file->size,
        .virtual = (uint64_t)file->address,
    };
}

/* What comes after the kernel's module. */
static void collect_files(void) {
    static char cmdlines[BOOT_CMDLINES_MAX];
    size_t used = 0;
    const struct limine_modules *modules = module_request.response;
    if (modules->module_count - 1 > BOOT_FILES_MAX)
        panic("shim", ERROR_UNSUPPORTED,
              "limine.conf names 0x%llx modules beside the kernel; there can be %d",
              (unsigned long long)(modules->module_count - 1), BOOT_FILES_MAX);
    for (uint64_t i = 1; i < modules->module_count; i++) {
        const struct limine_file *source = modules->modules[i];
        size_t length = source->cmdline ? strlen(source->cmdline) : 0;
        if (length > sizeof cmdlines - used)
            panic("shim", ERROR_UNSUPPORTED,
                  "the command lines of the modules have more than %d bytes", BOOT_CMDLINES_MAX);
        if (length)
            memcpy(cmdlines + used, source->cmdline, length);
        info.files[info.file_count++] = (struct boot_file){
            .address = (uint64_t)source->address,
            .bytes = source->size,
            .cmdline = cmdlines + used,
            .cmdline_bytes = (uint32_t)length,
        };
        used += length;
    }
}

static void collect_framebuffer(void) {
    const struct limine_framebuffers *screens = framebuffer_request.response;
    if (!screens || screens->framebuffer_count == 0)
        return;
    const struct limine_framebuffer *screen = screens->framebuffers[0];
    uint64_t length;
    if (__builtin_mul_overflow(screen->pitch, screen->height, &length))
        return; /* larger than the address space: no screen at all */
    info.regions[REGION_FRAMEBUFFER] = (struct boot_region){
        .physical = (uint64_t)screen->address - info.hhdm_offset,
        .length = length,
        .virtual = (uint64_t)screen->address,
    };
}

const struct boot_info *boot_info_collect(void) {
    info.base_revision = loaded_base_revision();
    info.hhdm_offset =
        ((const struct limine_hhdm *)required(&hhdm_request, "higher-half direct map"))->offset;
    memory_map = required(&memmap_request, "memory map");
    if (memory_map->entry_count == 0)
        panic("shim", ERROR_EMPTY_MEMORY_MAP, "the boot loader's memory map is empty");
    if (memory_map->entry_count > UINT32_MAX)
        panic("shim", ERROR_BOOT_PROTOCOL, "the boot loader's memory map has 0x%llx entries",
              (unsigned long long)memory_map->entry_count);
    info.memory_map_entries = (uint32_t)memory_map->entry_count;
    const struct limine_executable_address *image =
        required(&address_request, "executable address");

    const struct limine_bootloader_info *loader = loader_request.response;
    info.loader_name = loader ? loader->name : "unknown";
    info.loader_version = loader ? loader->version : "?";

    set_image_region(REGION_IMAGE_TEXT, image_text_start, image_text_end, image);
    set_image_region(REGION_IMAGE_RODATA, image_rodata_start, image_rodata_end, image);
    set_image_region(REGION_IMAGE_DATA, image_data_start, image_data_end, image);
    set_image_region(REGION_LINEAR_MEMORY, first_linear_memory.data,
                     first_linear_memory.data + FIRST_LINEAR_BYTES, image);
    set_image_region(REGION_BOOT_STACK, boot_stack, boot_stack_end, image);
    collect_framebuffer();
    collect_module();
    collect_files();
    return &info;
}

bool boot_info_memory_map(uint32_t index, struct memory_map_entry *entry) {
    if (!memory_map || index >= memory_map->entry_count)
        return false;
    const struct limine_memmap_entry *source = memory_map->entries[index];
    *entry = (struct memory_map_entry){source->base, source->length, source->type};
    return true;
}

const char *boot_info_options(void) {
    const struct limine_executable_cmdline *line = cmdline_request.response;
    const struct limine_executable_file *file = file_request.response;
    if (!forgotten && line && line->cmdline)
        return line->cmdline;
    if (!forgotten && file && file->file->cmdline)
        return file->file->cmdline;
    return "";
}

/* Whether memory of the type belongs to somebody who is not the screen. */
static bool is_taken(uint64_t type) {
    return type != LIMINE_MEMMAP_FRAMEBUFFER && type != LIMINE_MEMMAP_RESERVED &&
           type != LIMINE_MEMMAP_RESERVED_MAPPED;
}

const struct limine_framebuffer *boot_info_framebuffer(uint64_t *hhdm_offset) {
    const struct limine_framebuffers *screens = framebuffer_request.response;
    const struct limine_hhdm *hhdm = hhdm_request.response;
    const struct limine_memmap *map = memmap_request.response;
    if (!screens || screens->framebuffer_count == 0 || !hhdm || !map)
        return NULL;
    const struct limine_framebuffer *screen = screens->framebuffers[0];
    uint64_t base = (uint64_t)screen->address - hhdm->offset, length, end;
    if (__builtin_mul_overflow(screen->pitch, screen->height, &length) || length == 0 ||
        __builtin_add_overflow(base, length, &end))
        return NULL;
    for (uint64_t i = 0; i < map->entry_count; i++) {
        const struct limine_memmap_entry *entry = map->entries[i];
        bool overlaps = base - entry->base < entry->length || entry->base - base < length;
        if (overlaps && entry->length && is_taken(entry->type))
            return NULL;
    }
    *hhdm_offset = hhdm->offset;
    return screen;
}

void boot_info_forget(void) {
    memory_map = NULL;
    forgotten = true;
}
