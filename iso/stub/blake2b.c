/*
 * BLAKE2b-512 over one buffer, written after RFC 7693, section 3.
 */

#include "blake2b.h"

#include <string.h>

#define BLOCK_BYTES 128
#define ROUNDS 12

/* Initial state (RFC 7693, 2.6): the one of SHA-512. */
static const uint64_t initial[8] = {
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

/* Order of the message words in each round (2.7); rounds 10, 11 repeat 0, 1. */
static const uint8_t sigma[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
};

static uint64_t rotate_right(uint64_t value, unsigned bits) {
    return value >> bits | value << (64 - bits);
}

/* The mixing function G (3.1) on the words a, b, c, d of `v`. */
static void mix(uint64_t v[16], int a, int b, int c, int d, uint64_t x, uint64_t y) {
    v[a] += v[b] + x;
    v[d] = rotate_right(v[d] ^ v[a], 32);
    v[c] += v[d];
    v[b] = rotate_right(v[b] ^ v[c], 24);
    v[a] += v[b] + y;
    v[d] = rotate_right(v[d] ^ v[a], 16);
    v[c] += v[d];
    v[b] = rotate_right(v[b] ^ v[c], 63);
}

/* The compression function F (3.2); `total` counts bytes up to this block. */
static void compress(uint64_t h[8], const uint8_t block[BLOCK_BYTES], uint64_t total, int last) {
    uint64_t m[16];
    uint64_t v[16];
    memcpy(m, block, sizeof m);
    memcpy(v, h, 8 * sizeof(uint64_t));
    memcpy(v + 8, initial, sizeof initial);
    v[12] ^= total;
    if (last)
        v[14] = ~v[14];
    for (int round = 0; round < ROUNDS; round++) {
        const uint8_t *s = sigma[round % 10];
        mix(v, 0, 4, 8, 12, m[s[0]], m[s[1]]);
        mix(v, 1, 5, 9, 13, m[s[2]], m[s[3]]);
        mix(v, 2, 6, 10, 14, m[s[4]], m[s[5]]);
        mix(v, 3, 7, 11, 15, m[s[6]], m[s[7]]);
        mix(v, 0, 5, 10, 15, m[s[8]], m[s[9]]);
        mix(v, 1, 6, 11, 12, m[s[10]], m[s[11]]);
        mix(v, 2, 7, 8, 13, m[s[12]], m[s[13]]);
        mix(v, 3, 4, 9, 14, m[s[14]], m[s[15]]);
    }
    for (int i = 0; i < 8; i++)
        h[i] ^= v[i] ^ v[i + 8];
}

void blake2b(const void *data, size_t bytes, uint8_t digest[BLAKE2B_BYTES]) {
    const uint8_t *input = data;
    uint64_t h[8];
    memcpy(h, initial, sizeof h);
    /* Parameter block (2.8): digest length, no key, fan-out 1, depth 1. */
    h[0] ^= 0x01010000 | BLAKE2B_BYTES;

    size_t done = 0;
    while (bytes - done > BLOCK_BYTES) {
        compress(h, input + done, done + BLOCK_BYTES, 0);
        done += BLOCK_BYTES;
    }
    uint8_t block[BLOCK_BYTES] = {0};
    if (bytes > done)
        memcpy(block, input + done, bytes - done);
    compress(h, block, bytes, 1);
    memcpy(digest, h, BLAKE2B_BYTES);
}
