/*
 * The stub's BLAKE2b, for comparison with another one: prints the hash of each
 * beginning of standard input, from none of it to all, one a line.
 */
#include "fuzz.h"

#include "blake2b.h"

#define INPUT_MAX 4096

int main(void) {
    static uint8_t data[INPUT_MAX];
    size_t bytes = fread(data, 1, sizeof data, stdin);
    for (size_t length = 0; length <= bytes; length++) {
        uint8_t digest[BLAKE2B_BYTES];
        uint8_t *exact = copy_of(data, length, 0);
        blake2b(exact, length, digest);
        for (size_t i = 0; i < BLAKE2B_BYTES; i++)
            printf("%02x", digest[i]);
        putchar('\n');
        free(exact);
    }
    return 0;
}
