/*
 * limine.conf: what to load and with which command lines.
 *
 * Reads the file format of Limine 8 (its CONFIG.md) as far as one entry of
 * protocol "limine" needs it. Pure: no firmware, no allocation; the strings it
 * finds stay where they are in the text.
 *
 * The first entry is booted. Options that are not known are ignored, as Limine
 * ignores them; lines that are no option, and the features that would change
 * what is booted and are not there (macros, sub-entries, another default entry,
 * other volumes), are refused.
 */

#ifndef STUB_CONFIG_H
#define STUB_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#define CONFIG_MODULES_MAX 16

/* Hexadecimal digits of a path's BLAKE2b-512 hash. */
#define CONFIG_HASH_DIGITS 128

/* A file to load. */
struct config_file {
    const char *path;    /* on the boot volume, with a leading slash */
    const char *hash;    /* CONFIG_HASH_DIGITS digits, or null: not checked */
    const char *cmdline; /* never null */
};

struct config {
    struct config_file executable;
    struct config_file modules[CONFIG_MODULES_MAX];
    size_t module_count;
};

/* What is wrong, and in which line; 0 is the file as a whole. */
struct config_error {
    unsigned line;
    const char *reason;
};

/*
 * Parses `bytes` characters at `text`, which must have room for one more.
 *
 * The text is cut into strings in place and must outlive `config`. False: the
 * text is refused, `error` says why and `config` must not be used.
 */
bool config_parse(char *text, size_t bytes, struct config *config, struct config_error *error);

#endif
