/*
 * What the executable asks for: the requests of the Limine protocol, found by
 * their ids in the loaded image. Pure: no firmware, no allocation.
 */

#ifndef STUB_REQUESTS_H
#define STUB_REQUESTS_H

#include <stddef.h>
#include <stdint.h>

#include "limine_protocol.h"

/* The base revision that this loader serves, and the only one. */
#define BASE_REVISION 3

enum request_kind {
    REQUEST_BOOTLOADER_INFO,
    REQUEST_STACK_SIZE,
    REQUEST_HHDM,
    REQUEST_FRAMEBUFFER,
    REQUEST_MEMMAP,
    REQUEST_MODULE,
    REQUEST_EXECUTABLE_FILE,
    REQUEST_EXECUTABLE_ADDRESS,
    REQUEST_EXECUTABLE_CMDLINE,
    REQUEST_KINDS,
};

/* The requests in an image; null where there is none of a kind. */
struct requests {
    uint64_t *base_revision; /* the tag's three words */
    struct limine_request *of[REQUEST_KINDS];
};

/*
 * Finds the requests in `bytes` bytes of image at `image`, 8-byte aligned, and
 * checks that they can be served: null, or why they cannot.
 */
const char *requests_find(void *image, size_t bytes, struct requests *requests);

/* The stack that the executable asks for, in bytes; 0 if it does not ask. */
uint64_t requests_stack_bytes(const struct requests *requests);

#endif
