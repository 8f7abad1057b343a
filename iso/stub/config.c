/*
 * The parser of limine.conf: one pass, line by line, keys and values cut out of
 * the text in place.
 */

#include "config.h"

#include <string.h>

/* Where the parser stands. */
struct parser {
    struct config *config;
    unsigned entries;        /* entries opened so far */
    const char *protocol;    /* of the first entry, or null */
    const char *cmdline_set; /* of the first entry, or null */
};

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

static bool is_hex_digit(char c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'f');
}

/* Whether `text`, in any case, is `word`, in lower case. */
static bool is_word(const char *text, const char *word) {
    while (*text != '\0' && lower(*text) == *word) {
        text++;
        word++;
    }
    return *text == '\0' && *word == '\0';
}

/* What follows `prefix` in `text`, or null if it does not start so. */
static char *after_prefix(char *text, const char *prefix) {
    while (*prefix != '\0' && *text == *prefix) {
        text++;
        prefix++;
    }
    return *prefix == '\0' ? text : NULL;
}

static bool has_macro(const char *line) {
    const char *dollar = strchr(line, '$');
    while (dollar && dollar[1] != '{')
        dollar = strchr(dollar + 1, '$');
    return dollar != NULL;
}

/* Cuts the blanks off both ends of a string; returns its new start. */
static char *trim(char *text) {
    while (is_blank(*text))
        text++;
    size_t length = strlen(text);
    while (length > 0 && is_blank(text[length - 1]))
        length--;
    text[length] = '\0';
    return text;
}

/* Splits "boot():/path#hash" into `file`; null, or why it is refused. */
static const char *parse_path(char *value, struct config_file *file) {
    char *path = after_prefix(value, "boot():");
    if (!path)
        return "the path is not on the boot volume: write boot():/path";
    if (path[0] != '/' || path[1] == '\0')
        return "the path is not absolute: write boot():/path";
    char *hash = strchr(path, '#');
    if (hash) {
        *hash++ = '\0';
        size_t digits = 0;
        while (is_hex_digit(hash[digits]))
            digits++;
        if (digits != CONFIG_HASH_DIGITS || hash[digits] != '\0')
            return "the hash after # is not 128 hexadecimal digits";
    }
    file->path = path;
    file->hash = hash;
    return NULL;
}

/* Takes one option of the first entry; null, or why it is refused. */
static const char *parse_entry_option(struct parser *parser, const char *key, char *value) {
    struct config *config = parser->config;
    if (is_word(key, "protocol")) {
        parser->protocol = value;
    } else if (is_word(key, "kernel_path") || is_word(key, "path")) {
        if (!config->executable.path)
            return parse_path(value, &config->executable);
    } else if (is_word(key, "cmdline") || is_word(key, "kernel_cmdline")) {
        if (!parser->cmdline_set) {
            parser->cmdline_set = value;
            config->executable.cmdline = value;
        }
    } else if (is_word(key, "module_path")) {
        if (config->module_count == CONFIG_MODULES_MAX)
            return "more than 16 modules";
        struct config_file *module = &config->modules[config->module_count++];
        module->cmdline = "";
        return parse_path(value, module);
    } else if (is_word(key, "module_cmdline")) {
        if (config->module_count == 0)
            return "module_cmdline without a module_path before it";
        config->modules[config->module_count - 1].cmdline = value;
    }
    return NULL;
}

/* Takes one line without its line break; null, or why it is refused. */
static const char *parse_line(struct parser *parser, char *line) {
    line = trim(line);
    if (*line == '\0' || *line == '#')
        return NULL;
    if (has_macro(line))
        return "macros are not supported: write the text out";
    if (*line == '/') {
        if (line[1] == '/')
            return "sub-entries are not supported: use one / only";
        parser->entries++;
        return NULL;
    }
    char *colon = strchr(line, ':');
    if (!colon || colon == line)
        return "not an option: expected \"name: value\"";
    *colon = '\0';
    const char *key = trim(line);
    char *value = trim(colon + 1);
    if (is_word(key, "default_entry") && !is_word(value, "1"))
        return "only the first entry can be the default";
    return parser->entries == 1 ? parse_entry_option(parser, key, value) : NULL;
}

/* Looks at the configuration as a whole; null, or why it is refused. */
static const char *check(const struct parser *parser) {
    if (parser->entries == 0)
        return "no entry: expected a line that starts with /";
    if (!parser->protocol || !is_word(parser->protocol, "limine"))
        return "the first entry does not say \"protocol: limine\"";
    if (!parser->config->executable.path)
        return "the first entry has no kernel_path";
    return NULL;
}

bool config_parse(char *text, size_t bytes, struct config *config, struct config_error *error) {
    memset(config, 0, sizeof *config);
    config->executable.cmdline = "";
    struct parser parser = {.config = config};
    error->line = 0;
    if (memchr(text, '\0', bytes) != NULL) {
        error->reason = "not a text file: it contains a zero byte";
        return false;
    }
    text[bytes] = '\0';
    for (char *line = text; line;) {
        char *next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        error->line++;
        error->reason = parse_line(&parser, line);
        if (error->reason)
            return false;
        line = next;
    }
    error->line = 0;
    error->reason = check(&parser);
    return error->reason == NULL;
}
