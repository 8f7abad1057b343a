#include "kernel_exports.h"

#include <string.h>

#include "translated_module.h"

const struct kernel_function *kernel_export(const char *name) {
    for (size_t i = 0; i < translated_module.export_count; i++)
        if (strcmp(translated_module.exports[i].name, name) == 0)
            return &translated_module.exports[i];
    return NULL;
}

bool kernel_has_signature(const struct kernel_function *function, const char *signature) {
    return strcmp(function->signature, signature) == 0;
}

int32_t kernel_call(const struct kernel_function *function, const uint64_t *parameters) {
    return (int32_t)function->call(parameters);
}
