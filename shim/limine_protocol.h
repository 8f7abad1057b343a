/*
 * The part of the Limine boot protocol that SlopOS speaks.
 *
 * Two programs include this file and must agree on every bit of it: the shim,
 * which asks, and the stub loader (iso/stub), which answers where Limine itself
 * is not installed. The protocol is specified in PROTOCOL.md of
 * github.com/limine-bootloader/limine-protocol; names are those of its current
 * revision ("executable" is what Limine 8.2 and older called "kernel").
 *
 * How it works: the executable holds requests in its data, each recognised by
 * its id. The loader finds them in the loaded image and stores the address of a
 * response into each request that it serves; a request that it does not know
 * keeps its null pointer. Responses, and all that they point to, lie in memory
 * of type LIMINE_MEMMAP_BOOTLOADER_RECLAIMABLE. Pointers are higher-half direct
 * map addresses. Both programs are x86-64: pointers are 8 bytes.
 */

#ifndef SHIM_LIMINE_PROTOCOL_H
#define SHIM_LIMINE_PROTOCOL_H

#include <stdint.h>

/* Everything the loader looks at is 8-byte aligned in the image. */
#define LIMINE_ALIGNMENT 8

/* Requests are searched between these two, if they are there. */
/* clang-format off */
#define LIMINE_REQUESTS_START \
    { 0xf6b8f4b39de7d1ae, 0xfab91a6940fcb9cf, \
      0x785c6ed015d3e316, 0x181e920a7852b9d9 }
#define LIMINE_REQUESTS_END { 0xadc0e0531bb10d03, 0x9572709f31764c62 }

/*
 * The base revision tag: two magic numbers and the wanted revision.
 *
 *     0        8        16
 *     | MAGIC0 | MAGIC1 | wanted |    as the executable has it
 *     | MAGIC0 | loaded | 0      |    once a loader has served it
 *
 * A loader that does not know the wanted revision boots with one that it knows
 * and leaves `wanted` as it is. A loader older than revision 3 leaves MAGIC1 as
 * it is, served or not.
 *
 * What the revisions differ in, as far as SlopOS is concerned, is what of
 * physical memory the higher-half direct map holds:
 *
 *     0 to 2    the first 4 GiB, whatever is there, and what the map lists
 *     3         usable, reclaimable, executable and framebuffer entries
 *     4         all entries but reserved and bad ones: also ACPI's, and those of
 *               type LIMINE_MEMMAP_RESERVED_MAPPED, which came with it
 */
#define LIMINE_BASE_REVISION_MAGIC0 0xf9562b2d5c95a6c8
#define LIMINE_BASE_REVISION_MAGIC1 0x6a7b384944536bdc
#define LIMINE_BASE_REVISION(wanted) \
    { LIMINE_BASE_REVISION_MAGIC0, LIMINE_BASE_REVISION_MAGIC1, (wanted) }

/* A request id: the first two words are the same for all requests. */
#define LIMINE_COMMON_MAGIC0 0xc7b1dd30df4c8b88
#define LIMINE_COMMON_MAGIC1 0x0a82e883a194f07b
#define LIMINE_REQUEST_ID(a, b) \
    { LIMINE_COMMON_MAGIC0, LIMINE_COMMON_MAGIC1, (a), (b) }

#define LIMINE_BOOTLOADER_INFO \
    LIMINE_REQUEST_ID(0xf55038d8e2a1202f, 0x279426fcf5f59740)
#define LIMINE_STACK_SIZE \
    LIMINE_REQUEST_ID(0x224ef0460a8e8926, 0xe1cb0fc25f46ea3d)
#define LIMINE_HHDM \
    LIMINE_REQUEST_ID(0x48dcf1cb8ad2b852, 0x63984e959a98244b)
#define LIMINE_FRAMEBUFFER \
    LIMINE_REQUEST_ID(0x9d5827dcd881dd75, 0xa3148604f6fab11b)
#define LIMINE_MEMMAP \
    LIMINE_REQUEST_ID(0x67cf3d9d378a806f, 0xe304acdfc50c3c62)
#define LIMINE_MODULE \
    LIMINE_REQUEST_ID(0x3e7e279702be32af, 0xca1c4f3bd1280cee)
#define LIMINE_EXECUTABLE_FILE \
    LIMINE_REQUEST_ID(0xad97e90e83f1ed67, 0x31eb5d1c5ff23b69)
#define LIMINE_EXECUTABLE_ADDRESS \
    LIMINE_REQUEST_ID(0x71ba76863cc55f63, 0xb2644a48c516a487)
#define LIMINE_EXECUTABLE_CMDLINE \
    LIMINE_REQUEST_ID(0x4b161536e598651e, 0xb390ad4a2f1f303a)
/* clang-format on */

/*
 * A request of revision 0. Most requests are only this; `response` points to
 * the structure below that is named like the request, or stays null.
 */
struct limine_request {
    uint64_t id[4];
    uint64_t revision;
    void *response;
};

/*
 * LIMINE_STACK_SIZE says more: how many bytes of stack the executable wants, at
 * least 64 KiB.
 */
struct limine_stack_size_request {
    struct limine_request request;
    uint64_t stack_size;
};

/* Answers LIMINE_STACK_SIZE: the stack is at least as large as was asked. */
struct limine_stack_size {
    uint64_t revision;
};

/* Answers LIMINE_BOOTLOADER_INFO with two null-terminated strings. */
struct limine_bootloader_info {
    uint64_t revision;
    const char *name;
    const char *version;
};

/*
 * Answers LIMINE_HHDM: add `offset` to a physical address to get its virtual
 * one.
 */
struct limine_hhdm {
    uint64_t revision;
    uint64_t offset;
};

/*
 * Where the memory model of a framebuffer is this, pixels are composed of red,
 * green and blue.
 */
#define LIMINE_FRAMEBUFFER_RGB 1

/*
 * One screen, as far as response revision 0 describes it. `pitch` is bytes from
 * line to line.
 */
struct limine_framebuffer {
    void *address;
    uint64_t width;
    uint64_t height;
    uint64_t pitch;
    uint16_t bits_per_pixel;
    uint8_t memory_model;
    uint8_t red_mask_size;
    uint8_t red_mask_shift;
    uint8_t green_mask_size;
    uint8_t green_mask_shift;
    uint8_t blue_mask_size;
    uint8_t blue_mask_shift;
    uint8_t unused[7];
    uint64_t edid_size;
    void *edid;
};

/* Answers LIMINE_FRAMEBUFFER; not served on a machine without a screen. */
struct limine_framebuffers {
    uint64_t revision;
    uint64_t framebuffer_count;
    struct limine_framebuffer **framebuffers;
};

/*
 * Types of memory. The numbers are the protocol's and those of the kernel's
 * ABI.
 */
enum limine_memmap_type {
    LIMINE_MEMMAP_USABLE = 0,
    LIMINE_MEMMAP_RESERVED = 1,
    LIMINE_MEMMAP_ACPI_RECLAIMABLE = 2,
    LIMINE_MEMMAP_ACPI_NVS = 3,
    LIMINE_MEMMAP_BAD_MEMORY = 4,
    LIMINE_MEMMAP_BOOTLOADER_RECLAIMABLE = 5,
    LIMINE_MEMMAP_EXECUTABLE_AND_MODULES = 6,
    LIMINE_MEMMAP_FRAMEBUFFER = 7,
    LIMINE_MEMMAP_RESERVED_MAPPED = 8, /* reserved, yet in the direct map */
};

/* `length` bytes of physical memory from `base`. */
struct limine_memmap_entry {
    uint64_t base;
    uint64_t length;
    uint64_t type; /* enum limine_memmap_type */
};

/*
 * Answers LIMINE_MEMMAP. Entries are sorted by base. Usable and bootloader-
 * reclaimable ones are 4 KiB aligned at both ends and overlap nothing; nothing
 * below 0x1000 is usable. The protocol promises neither alignment nor
 * disjointness for the other types.
 */
struct limine_memmap {
    uint64_t revision;
    uint64_t entry_count;
    struct limine_memmap_entry **entries;
};

/*
 * A loaded file. `address` is 4 KiB aligned; `path` is absolute on its volume.
 */
struct limine_file {
    uint64_t revision;
    void *address;
    uint64_t size;
    const char *path;
    const char *cmdline;
    uint32_t media_type; /* 0: a disk, 1: optical, 2: TFTP */
    uint32_t unused;
    uint32_t tftp_ip;
    uint32_t tftp_port;
    uint32_t partition_index;  /* from 1; 0: none or unknown */
    uint32_t mbr_disk_id;      /* 0: none or unknown */
    uint8_t gpt_disk_uuid[16]; /* all zero: none or unknown, here and below */
    uint8_t gpt_part_uuid[16];
    uint8_t part_uuid[16];
};

/*
 * Answers LIMINE_MODULE: the modules in the order of limine.conf; there may be
 * none.
 */
struct limine_modules {
    uint64_t revision;
    uint64_t module_count;
    struct limine_file **modules;
};

/*
 * Answers LIMINE_EXECUTABLE_FILE: the executable as a file, with its command
 * line.
 */
struct limine_executable_file {
    uint64_t revision;
    struct limine_file *file;
};

/*
 * Answers LIMINE_EXECUTABLE_ADDRESS: the loaded image is physically contiguous
 * from here.
 */
struct limine_executable_address {
    uint64_t revision;
    uint64_t physical_base;
    uint64_t virtual_base;
};

/* Answers LIMINE_EXECUTABLE_CMDLINE, which Limine 8.2 does not know yet. */
struct limine_executable_cmdline {
    uint64_t revision;
    const char *cmdline;
};

_Static_assert(sizeof(struct limine_request) == 48, "a request is six words");
_Static_assert(sizeof(struct limine_framebuffer) == 64, "as specified");
_Static_assert(sizeof(struct limine_file) == 112, "as specified");

#endif
