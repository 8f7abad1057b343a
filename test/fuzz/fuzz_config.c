/*
 * limine.conf, which the stub parses: any text at all.
 *
 * What is accepted is written down in its plainest form and parsed again: both
 * must say the same.
 */
#include "fuzz.h"

#include "config.h"

/* The longest canonical line per file: "module_cmdline: " and a line break. */
#define LINE_MAX_EXTRA 32

static int is_hash(const char *hash) {
    return strlen(hash) == CONFIG_HASH_DIGITS &&
           strspn(hash, "0123456789abcdefABCDEF") == CONFIG_HASH_DIGITS;
}

/* Whether `string` and its end lie in the text. */
static int lies_in(const char *string, const char *text, size_t bytes) {
    return string >= text && string <= text + bytes && string + strlen(string) <= text + bytes;
}

static void check_file(const struct config_file *file, const char *text, size_t bytes) {
    REQUIRE(file->path != NULL && file->path[0] == '/' && file->path[1] != '\0');
    REQUIRE(lies_in(file->path, text, bytes));
    REQUIRE(strchr(file->path, '#') == NULL && strchr(file->path, '\n') == NULL);
    REQUIRE(file->hash == NULL || (lies_in(file->hash, text, bytes) && is_hash(file->hash)));
    REQUIRE(file->cmdline != NULL && strchr(file->cmdline, '\n') == NULL);
    REQUIRE(file->cmdline[0] == '\0' || lies_in(file->cmdline, text, bytes));
}

static size_t file_room(const struct config_file *file) {
    return strlen(file->path) + strlen(file->cmdline) + CONFIG_HASH_DIGITS + 4 * LINE_MAX_EXTRA;
}

static char *write_file(char *to, const char *kind, const struct config_file *file) {
    to += sprintf(to, "%s_path: boot():%s", kind, file->path);
    if (file->hash != NULL)
        to += sprintf(to, "#%s", file->hash);
    return to + sprintf(to, "\n%s_cmdline: %s\n", kind, file->cmdline);
}

static char *write_config(const struct config *config) {
    size_t room = LINE_MAX_EXTRA + file_room(&config->executable);
    for (size_t i = 0; i < config->module_count; i++)
        room += file_room(&config->modules[i]);
    char *text = malloc(room);
    REQUIRE(text != NULL);
    char *end = text + sprintf(text, "/entry\nprotocol: limine\n");
    end = write_file(end, "kernel", &config->executable);
    for (size_t i = 0; i < config->module_count; i++)
        end = write_file(end, "module", &config->modules[i]);
    return text;
}

static void require_same(const struct config_file *a, const struct config_file *b) {
    REQUIRE(strcmp(a->path, b->path) == 0);
    REQUIRE(strcmp(a->cmdline, b->cmdline) == 0);
    REQUIRE((a->hash == NULL) == (b->hash == NULL));
    REQUIRE(a->hash == NULL || strcmp(a->hash, b->hash) == 0);
}

static void check_accepted(const struct config *config, const char *text, size_t bytes) {
    REQUIRE(config->module_count <= CONFIG_MODULES_MAX);
    check_file(&config->executable, text, bytes);
    for (size_t i = 0; i < config->module_count; i++)
        check_file(&config->modules[i], text, bytes);

    char *canonical = write_config(config);
    struct config again;
    struct config_error error;
    REQUIRE(config_parse(canonical, strlen(canonical), &again, &error));
    REQUIRE(again.module_count == config->module_count);
    require_same(&again.executable, &config->executable);
    for (size_t i = 0; i < config->module_count; i++)
        require_same(&again.modules[i], &config->modules[i]);
    free(canonical);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    char *text = copy_of(data, bytes, 1);
    struct config config;
    struct config_error error = {0};
    unsigned lines = 1;
    for (size_t i = 0; i < bytes; i++)
        lines += data[i] == '\n';
    if (config_parse(text, bytes, &config, &error))
        check_accepted(&config, text, bytes);
    else
        REQUIRE(error.reason != NULL && error.line <= lines);
    free(text);
    return 0;
}
