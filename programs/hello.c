/*
 * Says hello, and what it was told.
 *
 *     clang --target=wasm32-wasi --sysroot=/usr -O2 programs/hello.c -o hello.wasm
 *     npx slopos run hello.wasm one two
 */

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv) {
    printf("Hello from C. I am %s.\n", argv[0]);
    for (int i = 1; i < argc; i++)
        printf("argument %d: %s\n", i, argv[i]);
    const char *language = getenv("LANG");
    if (language)
        printf("LANG is %s\n", language);
    time_t now = time(NULL);
    char text[64];
    if (strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", gmtime(&now)))
        printf("It is %s.\n", text);
    return 0;
}
