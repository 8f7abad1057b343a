/*
 * Runs a benchmark module in wasm3, built from the same source as the shim's: wasm3_host FILE.
 */

#include "protocol.h"

#include "wasm3.h"

#include <stdio.h>
#include <stdlib.h>

#define WASM_STACK_BYTES (64 * 1024)

static IM3Runtime runtime;

static void require(M3Result result, const char *doing) {
    if (!result)
        return;
    fprintf(stderr, "wasm3_host: cannot %s the module: %s\n", doing, result);
    exit(1);
}

/* The bytes of `path`, which wasm3 keeps using. */
static unsigned char *read_file(const char *path, uint32_t *bytes) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END)) {
        perror(path);
        exit(1);
    }
    *bytes = (uint32_t)ftell(file);
    rewind(file);
    unsigned char *content = malloc(*bytes);
    if (!content || fread(content, 1, *bytes, file) != *bytes) {
        perror(path);
        exit(1);
    }
    fclose(file);
    return content;
}

struct target host_find(const char *name) {
    IM3Function function = NULL;
    if (m3_FindFunction(&function, runtime, name))
        return (struct target){0};
    return (struct target){function, (int)m3_GetArgCount(function)};
}

uint32_t host_call(struct target target, const uint32_t *arguments, const char **error) {
    const void *pointers[MAX_ARGUMENTS];
    for (int i = 0; i < target.arguments; i++)
        pointers[i] = arguments + i;
    uint32_t value = 0;
    const void *result[] = {&value};
    *error = m3_Call(target.function, (uint32_t)target.arguments, pointers);
    if (!*error)
        *error = m3_GetResults(target.function, 1, result);
    return value;
}

int main(int count, char **words) {
    if (count != 2) {
        fprintf(stderr, "usage: wasm3_host FILE\n");
        return 2;
    }
    uint32_t bytes;
    unsigned char *content = read_file(words[1], &bytes);
    IM3Environment environment = m3_NewEnvironment();
    runtime = m3_NewRuntime(environment, WASM_STACK_BYTES, NULL);
    IM3Module module;
    require(m3_ParseModule(environment, &module, content, bytes), "parse");
    require(m3_LoadModule(runtime, module), "load");
    protocol_serve();
    return 0;
}
