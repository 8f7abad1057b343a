/*
 * BLAKE2b-512 (RFC 7693), unkeyed: the hash that limine.conf may append to a
 * path. Pure: no firmware, no allocation.
 */

#ifndef STUB_BLAKE2B_H
#define STUB_BLAKE2B_H

#include <stddef.h>
#include <stdint.h>

#define BLAKE2B_BYTES 64

/* Writes the digest of `bytes` bytes at `data` to `digest`. */
void blake2b(const void *data, size_t bytes, uint8_t digest[BLAKE2B_BYTES]);

#endif
