/*
 * Prints what shim/wasm3/module_check.c says of the module on standard input, a
 * line for each of its two functions: `-` if it has nothing against it.
 */

#include <stdio.h>

#include "../../shim/wasm3/module_check.h"

static void say(const char *reason) { puts(reason ? reason : "-"); }

int main(void) {
    static unsigned char module[1 << 20];
    size_t bytes = fread(module, 1, sizeof module, stdin);
    const char *reason = module_check(module, bytes, KERNEL_FUNCTIONS_MAX);
    say(reason);
    say(reason ? NULL : module_misread(module, bytes));
    return 0;
}
