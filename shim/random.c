#include "random.h"

#include "cpu.h"

/* RDRAND may have none for a moment; Intel recommends to try so often. */
#define TRIES 10

/* Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014. */
static uint64_t split_mix(uint64_t value) {
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
    value = (value ^ value >> 27) * 0x94d049bb133111eb;
    return value ^ value >> 31;
}

uint64_t random_number(void) {
    static uint64_t state;
    uint64_t value;
    if (cpuid(CPUID_FEATURES).ecx & CPUID_RDRAND)
        for (int tries = 0; tries < TRIES; tries++)
            if (read_random(&value))
                return value;
    state += 0x9e3779b97f4a7c15 ^ read_tsc();
    return split_mix(state);
}
