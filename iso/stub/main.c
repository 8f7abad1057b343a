/*
 * The stub loader: a UEFI program that stands in for Limine where that is not
 * installed. It reads the same limine.conf and serves the part of the Limine
 * boot protocol, base revision 3, that SlopOS requests.
 *
 * Top to bottom: load the files, take what memory the rest needs, end the boot
 * services, describe the machine, enter the executable. After the boot services
 * nothing is allocated, and the firmware is called only to switch the machine
 * off if that fails.
 *
 * One promise of the protocol is left out: interrupt requests are not masked at
 * the interrupt controllers. They are off in the processor, and SlopOS never
 * turns them on.
 */

#include <efi.h>

#include "blake2b.h"
#include "config.h"
#include "cpu.h"
#include "elf.h"
#include "fail.h"
#include "firmware.h"
#include "handoff.h"
#include "memory_map.h"
#include "paging.h"
#include "requests.h"
#include "responses.h"

/* The least stack that the protocol promises. */
#define STACK_BYTES_MIN 65536

/* Memory map entries that the loader adds: executable, framebuffer, modules. */
#define OWN_ENTRIES_MAX (2 + CONFIG_MODULES_MAX)

/* Runs of memory that the map may gain after the tables' size is fixed. */
#define SPARE_RUNS 16

#define CR4_LA57 (1 << 12)

static struct boot boot;
static struct elf_image image;
static struct handoff arguments;

/* Room for the memory map from the firmware's to the kernel's. */
struct map_room {
    struct firmware_map firmware;
    struct limine_memmap_entry *translated;
    uint64_t *edges;
};

static uint64_t round_up_to_page(uint64_t bytes) {
    return (bytes + PAGE_BYTES - 1) & ~(uint64_t)(PAGE_BYTES - 1);
}

/* Finds and parses limine.conf where Limine looks for it, in its order. */
static void read_config(struct config *config) {
    static const char *const places[] = {
        "/limine.conf",          "/limine/limine.conf",
        "/boot/limine.conf",     "/boot/limine/limine.conf",
        "/EFI/BOOT/limine.conf",
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct firmware_file file;
        struct config_error error;
        if (!firmware_read(places[i], &file))
            continue;
        if (config_parse(file.data, file.bytes, config, &error))
            return;
        if (error.line == 0)
            fail("%s: %s", places[i], error.reason);
        fail("%s: line %u: %s", places[i], error.line, error.reason);
    }
    fail("no limine.conf on the volume the loader was started from: put it "
         "into the root directory");
}

static unsigned hex_value(char digit) {
    return digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}

static void check_hash(const struct config_file *wanted, const struct firmware_file *file) {
    uint8_t digest[BLAKE2B_BYTES];
    blake2b(file->data, file->bytes, digest);
    for (size_t i = 0; i < BLAKE2B_BYTES; i++)
        if (digest[i] != (hex_value(wanted->hash[2 * i]) << 4 | hex_value(wanted->hash[2 * i + 1])))
            fail("%s: its BLAKE2b hash is not the one in limine.conf", wanted->path);
}

/* Reads a file that limine.conf names and describes it for the executable. */
static void read_file(const struct config_file *wanted, struct limine_file *described) {
    struct firmware_file file;
    if (!firmware_read(wanted->path, &file))
        fail("%s: limine.conf names this file, and the boot volume has none", wanted->path);
    if (wanted->hash)
        check_hash(wanted, &file);
    described->address = file.data;
    described->size = file.bytes;
    described->path = wanted->path;
    described->cmdline = wanted->cmdline;
}

/* Loads everything that limine.conf names. */
static void load_files(const struct config *config) {
    struct limine_file *file = &boot.executable;
    read_file(&config->executable, file);
    const char *reason = elf_read(file->address, file->size, &image);
    if (reason)
        fail("%s: %s", file->path, reason);
    void *memory = firmware_allocate(image.bytes, "the executable's image");
    elf_load(file->address, &image, memory);
    boot.physical_base = (uintptr_t)memory;
    boot.virtual_base = image.base;
    boot.image_bytes = image.bytes;
    reason = requests_find(memory, image.bytes, &boot.requests);
    if (reason)
        fail("%s: %s", file->path, reason);
    for (size_t i = 0; i < config->module_count; i++)
        read_file(&config->modules[i], &boot.modules[i]);
    boot.module_count = config->module_count;
}

/* Turns the firmware's map, as read last, into the executable's. */
static void make_map(struct map_room *room) {
    struct limine_memmap_entry *entries = room->translated;
    size_t count = memory_map_translate(room->firmware.descriptors, room->firmware.bytes,
                                        room->firmware.stride, entries);
    entries[count++] = (struct limine_memmap_entry){boot.physical_base, boot.image_bytes,
                                                    LIMINE_MEMMAP_EXECUTABLE_AND_MODULES};
    for (size_t i = 0; i < boot.module_count; i++) {
        entries[count++] =
            (struct limine_memmap_entry){(uintptr_t)boot.modules[i].address, boot.modules[i].size,
                                         LIMINE_MEMMAP_EXECUTABLE_AND_MODULES};
    }
    if (boot.has_framebuffer) {
        entries[count++] = (struct limine_memmap_entry){
            (uintptr_t)boot.framebuffer.address, boot.framebuffer.pitch * boot.framebuffer.height,
            LIMINE_MEMMAP_FRAMEBUFFER};
    }
    boot.map_count = memory_map_sanitise(entries, count, boot.map, room->edges);
}

/* Takes the memory in which the map is made, enough for a larger one too. */
static void allocate_map(struct map_room *room) {
    firmware_memory_map(&room->firmware);
    size_t in = room->firmware.capacity / room->firmware.stride + OWN_ENTRIES_MAX;
    size_t out = 2 * in;
    room->translated = firmware_allocate(in * sizeof *room->translated, "the memory map");
    room->edges = firmware_allocate(out * sizeof(uint64_t), "the memory map");
    boot.map = firmware_allocate(out * sizeof *boot.map, "the memory map");
    boot.map_pointers = firmware_allocate(out * sizeof *boot.map_pointers, "the memory map");
}

/* Takes the memory for page tables, as the map that is read now needs it. */
static void allocate_tables(struct map_room *room, struct paging *paging) {
    uint32_t features = cpuid(CPUID_EXTENDED).edx;
    paging->no_execute = (features & CPUID_NX) != 0;
    paging->gigabyte_pages = (features & CPUID_PAGES_1G) != 0;
    make_map(room);
    paging->pool_pages =
        paging_pool_pages(paging, boot.map, boot.map_count, SPARE_RUNS, image.bytes);
    paging->pool = firmware_allocate((uint64_t)paging->pool_pages * PAGE_BYTES, "the page tables");
}

/* Maps memory and the executable; false: the pool was too small. */
static bool build_tables(struct paging *paging) {
    if (!paging_start(paging) || !paging_map_direct(paging, boot.map, boot.map_count))
        return false;
    for (size_t i = 0; i < image.segment_count; i++) {
        const struct elf_segment *segment = &image.segments[i];
        uint64_t offset = segment->virtual_address % PAGE_BYTES;
        uint64_t first = segment->virtual_address - offset;
        unsigned access =
            (segment->writable ? PAGE_WRITE : 0) | (segment->executable ? PAGE_EXECUTE : 0);
        if (!paging_map(paging, first, boot.physical_base + first - image.base,
                        round_up_to_page(offset + segment->memory_bytes), access))
            return false;
    }
    return true;
}

/* Enters the executable; `stack_top` is the loader's address of its end. */
static _Noreturn void enter(struct paging *paging, uint64_t stack_top) {
    /* The direct map's entry for the loader, where it runs now as well. */
    size_t slot = (uintptr_t)handoff >> 39;
    paging->root[slot] = paging->root[slot + PAGE_ENTRIES / 2];
    arguments = (struct handoff){
        .root = (uintptr_t)paging->root,
        .hhdm_offset = HHDM_OFFSET,
        .alias = (uintptr_t)&paging->root[slot] + HHDM_OFFSET,
        .stack_top = stack_top + HHDM_OFFSET,
        .entry = image.entry,
        .no_execute = paging->no_execute,
    };
    handoff(&arguments);
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE handle, EFI_SYSTEM_TABLE *system) {
    static struct config config;
    static struct map_room room;
    static struct paging paging;

    fail_start(handle, system);
    firmware_start(handle, system);
    if (read_cr4() & CR4_LA57) {
        fail("the firmware uses 5-level paging, which this loader cannot "
             "leave: switch it off in the firmware's setup");
    }
    read_config(&config);
    load_files(&config);
    boot.has_framebuffer = firmware_framebuffer(&boot.framebuffer);
    uint64_t stack_bytes = requests_stack_bytes(&boot.requests);
    if (stack_bytes < STACK_BYTES_MIN)
        stack_bytes = STACK_BYTES_MIN;
    uint64_t stack = (uintptr_t)firmware_allocate(stack_bytes, "the stack");
    allocate_map(&room);
    allocate_tables(&room, &paging);

    firmware_exit(&room.firmware);
    make_map(&room);
    if (!build_tables(&paging))
        fail("the memory map grew while the boot services ended: start again");
    responses_fill(&boot);
    enter(&paging, stack + round_up_to_page(stack_bytes));
}
