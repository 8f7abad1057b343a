/*
 * Runs the workloads on a peer compiled for this machine: the limit of what its wasm could reach.
 * Linked with loops.c, the peer and memory.c.
 */

#include "protocol.h"

#include <string.h>

#define ARGUMENTS_0 void
#define ARGUMENTS_1 uint32_t
#define ARGUMENTS_2 uint32_t, uint32_t
#define ARGUMENTS_3 uint32_t, uint32_t, uint32_t

#define X(name, arguments) uint32_t bench_##name(ARGUMENTS_##arguments);
#include "exports.h"
#undef X

struct target host_find(const char *name) {
#define X(export, arguments)                                                                       \
    if (!strcmp(name, #export))                                                                    \
        return (struct target){(void *)bench_##export, arguments};
#include "exports.h"
#undef X
    return (struct target){0};
}

uint32_t host_call(struct target target, const uint32_t *arguments, const char **error) {
    (void)error;
    switch (target.arguments) {
    case 0:
        return ((uint32_t(*)(void))target.function)();
    case 1:
        return ((uint32_t(*)(uint32_t))target.function)(arguments[0]);
    case 2:
        return ((uint32_t(*)(uint32_t, uint32_t))target.function)(arguments[0], arguments[1]);
    default:
        return ((uint32_t(*)(uint32_t, uint32_t, uint32_t))target.function)(
            arguments[0], arguments[1], arguments[2]);
    }
}

int main(void) {
    protocol_serve();
    return 0;
}
