/*
 * What the loader wants from UEFI's boot services: memory, files, the screen,
 * the memory map. Everything here either succeeds or ends in `fail`.
 */

#ifndef STUB_FIRMWARE_H
#define STUB_FIRMWARE_H

#include <efi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "limine_protocol.h"

/* A file in memory: zeroed up to the end of its last page. */
struct firmware_file {
    void *data;
    size_t bytes;
};

/* A memory map as UEFI writes it, in a buffer of `capacity` bytes. */
struct firmware_map {
    void *descriptors;
    size_t bytes;
    size_t stride;
    size_t capacity;
};

/* Finds the volume that the loader came from. Comes before all the others. */
void firmware_start(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

/* Zeroed, page-aligned memory for `bytes` bytes of `what`, at least a page. */
void *firmware_allocate(uint64_t bytes, const char *what);

/*
 * Reads the file at `path`, absolute with slashes, and one byte of room after
 * it. False: there is no such file.
 */
bool firmware_read(const char *path, struct firmware_file *file);

/*
 * The screen that is on now. False: there is none, or none with pixels in
 * memory. The address is physical.
 */
bool firmware_framebuffer(struct limine_framebuffer *framebuffer);

/* Reads the memory map, with room for a larger one later. */
void firmware_memory_map(struct firmware_map *map);

/*
 * Ends boot services and leaves the memory map as it was at that moment in
 * `map`, which `firmware_memory_map` has filled before. Interrupts are off.
 */
void firmware_exit(struct firmware_map *map);

#endif
