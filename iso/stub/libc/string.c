/*
 * Byte functions as the C standard describes them. The two that run over whole
 * files use the processor's string instructions, 8 bytes at a time: these are
 * fast, and a loop would be compiled into a call of the very function it is in.
 */

#include "string.h"

#include "cpu.h"

void *memcpy(void *restrict to, const void *restrict from, size_t bytes) {
    void *at = to;
    size_t words = bytes / 8;
    size_t rest = bytes % 8;
    __asm__ volatile("rep movsq" : "+D"(at), "+S"(from), "+c"(words)::"memory");
    __asm__ volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(rest)::"memory");
    return to;
}

void *memset(void *to, int value, size_t bytes) {
    fill_memory(to, (unsigned char)value, bytes);
    return to;
}

int memcmp(const void *a, const void *b, size_t bytes) {
    const unsigned char *left = a;
    const unsigned char *right = b;
    for (size_t i = 0; i < bytes; i++)
        if (left[i] != right[i])
            return left[i] < right[i] ? -1 : 1;
    return 0;
}

void *memchr(const void *memory, int value, size_t bytes) {
    const unsigned char *byte = memory;
    for (size_t i = 0; i < bytes; i++)
        if (byte[i] == (unsigned char)value)
            return (void *)(byte + i);
    return NULL;
}

size_t strlen(const char *text) {
    size_t length = 0;
    while (text[length] != '\0')
        length++;
    return length;
}

char *strchr(const char *text, int character) {
    while (*text != (char)character)
        if (*text++ == '\0')
            return NULL;
    return (char *)text;
}
