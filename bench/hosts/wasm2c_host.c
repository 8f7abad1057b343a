/*
 * Runs a benchmark module that wabt's wasm2c compiled ahead of time. Linked with what wasm2c wrote
 * for the module under the name `bench_module`, and with its run-time system.
 */

#include "module.h"
#include "protocol.h"

#include <string.h>

static Z_bench_module_instance_t instance;

struct target host_find(const char *name) {
#define X(export, arguments)                                                                       \
    if (!strcmp(name, #export))                                                                    \
        return (struct target){(void *)Z_bench_moduleZ_##export, arguments};
#include "exports.h"
#undef X
    return (struct target){0};
}

uint32_t host_call(struct target target, const uint32_t *arguments, const char **error) {
    (void)error;
    switch (target.arguments) {
    case 0:
        return ((u32(*)(Z_bench_module_instance_t *))target.function)(&instance);
    case 1:
        return ((u32(*)(Z_bench_module_instance_t *, u32))target.function)(&instance, arguments[0]);
    case 2:
        return ((u32(*)(Z_bench_module_instance_t *, u32, u32))target.function)(
            &instance, arguments[0], arguments[1]);
    default:
        return ((u32(*)(Z_bench_module_instance_t *, u32, u32, u32))target.function)(
            &instance, arguments[0], arguments[1], arguments[2]);
    }
}

int main(void) {
    wasm_rt_init();
    Z_bench_module_init_module();
    Z_bench_module_instantiate(&instance);
    protocol_serve();
    return 0;
}
