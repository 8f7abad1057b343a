/*
 * What the executable is told: the responses to its requests.
 */

#ifndef STUB_RESPONSES_H
#define STUB_RESPONSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "limine_protocol.h"
#include "requests.h"

/*
 * All that there is to tell. Pointers are the loader's own until
 * `responses_fill` makes direct-map addresses of them. All of it, and all that
 * it points to, lies in memory that is reclaimable, but for the files' content
 * and the framebuffer.
 */
struct boot {
    struct requests requests;
    struct limine_file executable;
    struct limine_file modules[CONFIG_MODULES_MAX];
    size_t module_count;
    struct limine_framebuffer framebuffer;
    bool has_framebuffer;
    uint64_t physical_base; /* of the executable's image */
    uint64_t virtual_base;
    uint64_t image_bytes;
    struct limine_memmap_entry *map;
    struct limine_memmap_entry **map_pointers; /* as many as entries in `map` */
    size_t map_count;
};

/* Answers every request there is. Changes `boot`: to be called once. */
void responses_fill(struct boot *boot);

#endif
