/*
 * The x86-64 instructions that C has no words for.
 */
#ifndef SLOPOS_STUB_X86_H
#define SLOPOS_STUB_X86_H

#include <stdint.h>

static inline void port_write(uint16_t port, uint8_t value) {
    __asm__ volatile("outb %0, %1" ::"a"(value), "Nd"(port));
}

static inline uint8_t port_read(uint16_t port) {
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline uint64_t read_cr4(void) {
    uint64_t value;
    __asm__ volatile("movq %%cr4, %0" : "=r"(value));
    return value;
}

/* EDX of CPUID leaf 0x80000001; every x86-64 processor has that leaf. */
static inline uint32_t extended_features(void) {
    uint32_t leaf = 0x80000001;
    uint32_t edx;
    __asm__("cpuid" : "+a"(leaf), "=d"(edx)::"ebx", "ecx");
    return edx;
}

#endif
