/*
 * The processor as the host's programs have it, in the place of shim/cpu.h,
 * whose guard it takes: put before everything else with -include.
 *
 * Ports are functions of host_machine.c. What only a kernel may execute does
 * nothing here, or answers what a plain machine would.
 */
#ifndef SHIM_CPU_H
#define SHIM_CPU_H

#include <stdint.h>

#define PAGE_BYTES 4096
#define PAGE_ADDRESS 0x000ffffffffff000

/* The physical address of the loader's top-level page table: see host_machine.c. */
#define HOST_PAGE_ROOT 0xe00000

void out8(uint16_t port, uint8_t value);
uint8_t in8(uint16_t port);

static inline void out8_all(uint16_t port, const void *from, uint64_t bytes) {
    for (const uint8_t *at = from; bytes; bytes--)
        out8(port, *at++);
}

/* No machine gets here: the debug-exit device has ended it. */
static inline _Noreturn void halt_forever(void) { __builtin_trap(); }

/* Time stands still, and chance has no hand in it. */
static inline uint64_t read_tsc(void) { return 0; }
static inline _Bool read_random(uint64_t *value) {
    (void)value;
    return 0;
}

static inline void pause_processor(void) {}

static inline uint64_t read_cr3(void) { return HOST_PAGE_ROOT; }

static inline void write_cr3(uint64_t value) { (void)value; }

static inline void invalidate_page(uint64_t address) { (void)address; }

/* As in shim/cpu.h. */
#define CPUID_EXTENDED 0x80000001
#define CPUID_NX (1u << 20)
#define CPUID_PAGES_1G (1u << 26)

#define CPUID_FEATURES 1
#define CPUID_RDRAND (1u << 30)

struct cpuid {
    uint32_t eax, ebx, ecx, edx;
};

/* No NX, no 1 GiB pages. */
static inline struct cpuid cpuid(uint32_t leaf) {
    (void)leaf;
    return (struct cpuid){0};
}

/* Not memset: a fault has to happen in the function that fills. */
static inline void fill_memory(void *address, uint8_t byte, uint64_t bytes) {
    __asm__ volatile("rep stosb" : "+D"(address), "+c"(bytes) : "a"(byte) : "memory");
}

#endif
