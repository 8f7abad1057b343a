/*
 * The few functions of <string.h> that the loader uses, and that the compiler
 * calls on its own. A UEFI program has no C library; on a host, where the
 * files without firmware calls compile too, the real header is used instead.
 */

#ifndef STUB_STRING_H
#define STUB_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);
void *memchr(const void *memory, int value, size_t bytes);
size_t strlen(const char *text);
char *strchr(const char *text, int character);

#endif
