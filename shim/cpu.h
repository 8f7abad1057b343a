/* The instructions that C cannot say. Used by the shim and the stub loader. */

#ifndef SHIM_CPU_H
#define SHIM_CPU_H

#include <stdint.h>

/* Bytes of a page and of a page table. */
#define PAGE_BYTES 4096

/* Bits of CR3 and of page table entries that are an address (Intel SDM vol. 3A, 4.5). */
#define PAGE_ADDRESS 0x000ffffffffff000

static inline void out8(uint16_t port, uint8_t value) {
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t in8(uint16_t port) {
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

/* Writes `bytes` bytes to one port; under a hypervisor that is one exit, not one a byte. */
static inline void out8_all(uint16_t port, const void *from, uint64_t bytes) {
    __asm__ volatile("rep outsb" : "+S"(from), "+c"(bytes) : "d"(port) : "memory");
}

static inline void disable_interrupts(void) { __asm__ volatile("cli"); }

/* Stops the processor; a non-maskable interrupt does not wake it for long. */
static inline _Noreturn void halt_forever(void) {
    for (;;)
        __asm__ volatile("cli; hlt");
}

/* In a loop that waits: leaves the processor's resources to others for a moment. */
static inline void pause_processor(void) { __asm__ volatile("pause"); }

static inline uint64_t read_tsc(void) {
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

/* A random number from the processor (RDRAND); false if it has none just now. */
static inline _Bool read_random(uint64_t *value) {
    _Bool valid;
    __asm__ volatile("rdrand %0" : "=r"(*value), "=@ccc"(valid));
    return valid;
}

static inline uint64_t read_cr2(void) {
    uint64_t value;
    __asm__ volatile("mov %%cr2, %0" : "=r"(value));
    return value;
}

static inline uint64_t read_cr3(void) {
    uint64_t value;
    __asm__ volatile("mov %%cr3, %0" : "=r"(value));
    return value;
}

static inline uint64_t read_cr4(void) {
    uint64_t value;
    __asm__ volatile("mov %%cr4, %0" : "=r"(value));
    return value;
}

static inline void write_cr3(uint64_t value) {
    __asm__ volatile("mov %0, %%cr3" : : "r"(value) : "memory");
}

static inline void write_msr(uint32_t msr, uint64_t value) {
    __asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"(value >> 32));
}

static inline void invalidate_page(uint64_t address) {
    __asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

/* CPUID leaf of extended features, and bits of its EDX (AMD APM vol. 3, appendix E.4.2). */
#define CPUID_EXTENDED 0x80000001
#define CPUID_NX (1u << 20)
#define CPUID_PAGES_1G (1u << 26)

/* CPUID leaf 1: bit of ECX for RDRAND (Intel SDM vol. 2A, table 3-10). */
#define CPUID_FEATURES 1
#define CPUID_RDRAND (1u << 30)

struct cpuid {
    uint32_t eax, ebx, ecx, edx;
};

/* What CPUID says in leaf `leaf`; zeros where the processor does not have the leaf. */
static inline struct cpuid cpuid(uint32_t leaf) {
    struct cpuid said = {.eax = leaf & 0x80000000};
    __asm__ volatile("cpuid" : "+a"(said.eax), "=b"(said.ebx), "=c"(said.ecx), "=d"(said.edx));
    if (said.eax < leaf)
        return (struct cpuid){0};
    said = (struct cpuid){.eax = leaf};
    __asm__ volatile("cpuid" : "+a"(said.eax), "=b"(said.ebx), "+c"(said.ecx), "=d"(said.edx));
    return said;
}

/*
 * Fills `bytes` from `address` on with `byte`, eight bytes at a time: a new
 * page table or a gigabyte of allocator tables must not be written byte-wise.
 */
static inline void fill_memory(void *address, uint8_t byte, uint64_t bytes) {
    uint64_t words = bytes / 8, rest = bytes % 8;
    uint64_t pattern = byte * 0x0101010101010101;
    __asm__ volatile("rep stosq\n\t"
                     "mov %[rest], %%rcx\n\t"
                     "rep stosb"
                     : "+D"(address), "+c"(words)
                     : "a"(pattern), [rest] "r"(rest)
                     : "memory");
}

#endif
